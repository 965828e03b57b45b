#include "sources/otlp/request.h"

#include <cstring>

namespace sonde::otlp {

std::string_view Texts::add(std::string_view text) {
  if (text.empty()) return {};
  char* const copy = room(text.size());
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

bool take_log(RawLog log, Request& request, ReadContext& context) {
  for (uint32_t i = log.values.begin; i < log.values.end && log.name.empty(); ++i) {
    const KeyValue& value = request.inner_values[i];
    if (value.key == "event.name") log.name = value.value;
  }
  if (log.span_id.empty() || !log.name.starts_with("gen_ai.")) {
    add_note(context.notes, "log records that carry no message of a model call", context.location);
    ++context.excluded;
    return false;
  }
  request.logs.push_back(log);
  return true;
}

void reject(ReadContext& context, std::string_view what, uint64_t byte, std::string_view why) {
  ++context.rejected;
  if (context.rejection.empty()) {
    context.rejection = fmt::format("{} at byte {}: {}", what, byte, why);
  }
}

void reject_beyond_limit(ReadContext& context) {
  ++context.rejected;
  if (context.rejection.empty()) {
    context.rejection = fmt::format("more than {} spans in one request", context.options.spans_max);
  }
}

}  // namespace sonde::otlp
