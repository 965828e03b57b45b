#include "api/span_counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/format_number.h"

namespace sonde {

std::string rejects_text(const RejectCounts& rejected) {
  std::string text;
  for (const auto& [reason, count] : rejected) {
    std::string name(to_string(reason));
    std::replace(name.begin(), name.end(), '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", format_count(count), name);
  }
  return text;
}

bool is_balanced(const SpanCounts& counts, const RemovalCounts& removals, uint64_t spans) {
  return counts.is_balanced() && counts.stored == spans + removals.gone();
}

uint64_t count_of(const RejectCounts& rejected) {
  uint64_t all = 0;
  for (const auto& [reason, count] : rejected) all += count;
  return all;
}

void write_counts(JsonWriter& json, const SpanCounts& counts, const RejectCounts& rejected) {
  json.field("accepted", counts.accepted);
  json.field("stored", counts.stored);
  json.field("merged", counts.merged);
  json.field("deduplicated", counts.deduplicated);
  json.field("truncated", counts.truncated);
  json.field("rejected", count_of(rejected));
  json.key("rejected_by_reason");
  json.begin_object();
  for (const auto& [reason, count] : rejected) json.field(to_string(reason), count);
  json.end_object();
}

}  // namespace sonde
