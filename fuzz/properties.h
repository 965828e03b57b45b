// What must hold for every span and every patch, whatever bytes they were made from.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "model/span.h"
#include "model/span_json.h"
#include "sources/source.h"

namespace sonde::fuzz {

class Collector final : public SpanSink {
 public:
  void add(Span& span) override { spans.push_back(span); }
  std::vector<Span> spans;
};

inline void check_span(const Span& span) {
  for (const Column& column : span_columns()) {
    const auto* const member = std::get_if<NumberMember>(&column.member);
    if (member == nullptr || !(span.**member)) continue;
    if (column.type == ColumnType::Count || column.type == ColumnType::Duration) {
      CHECK(*(span.**member) >= 0);
    }
  }
  const std::string json = to_json(span);
  CHECK(simdjson::validate_utf8(json));
  CHECK(json.find('\n') == std::string::npos);
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  CHECK(parser.parse(json).get_object().get(object) == simdjson::SUCCESS);
}

// The spans in an order that does not depend on when they came.
inline std::vector<std::string> sorted_json(const std::vector<Span>& spans) {
  std::vector<std::string> lines;
  for (const Span& span : spans) lines.push_back(to_json(span));
  std::sort(lines.begin(), lines.end());
  return lines;
}

// As CHECK(a == b), but shows the first lines that differ.
inline void check_equal(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (left == a.end() && right == b.end()) return;
  fmt::print(stderr, "not equal:\n{}\n{}\n", left == a.end() ? "(nothing)" : *left,
             right == b.end() ? "(nothing)" : *right);
  CHECK(a == b);
}

// The parts between separators, at most `most` of them.
inline std::vector<std::string_view> split(std::string_view text, char separator, size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() < most) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace sonde::fuzz
