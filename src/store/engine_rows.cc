#include "store/engine_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "model/json_text.h"

namespace sonde {

namespace {

std::vector<std::string> values_of(simdjson::dom::array row) {
  std::vector<std::string> values;
  for (const simdjson::dom::element value : row) {
    std::string_view text;
    values.push_back(value.get_string().get(text) == simdjson::SUCCESS ? std::string(text)
                                                                       : simdjson::minify(value));
  }
  return values;
}

}  // namespace

const std::string& EngineRow::text(size_t column) const {
  CHECK(column < values_.size());
  return values_[column];
}

uint64_t EngineRow::number(size_t column) const {
  const std::string& digits = text(column);
  uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Result<std::vector<EngineRow>> read_engine_rows(std::string_view lines) {
  std::vector<EngineRow> rows;
  simdjson::dom::parser parser;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    simdjson::dom::array row;
    if (parse_text(parser, lines.substr(0, end)).get_array().get(row) != simdjson::SUCCESS)
      return fail(Code::Internal, "the engine's answer is no JSON");
    rows.emplace_back(values_of(row));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return rows;
}

Result<std::vector<std::string>> read_texts(std::string_view array) {
  simdjson::dom::parser parser;
  simdjson::dom::array texts;
  if (parse_text(parser, array).get_array().get(texts) != simdjson::SUCCESS)
    return fail(Code::Internal, "the engine's answer is no JSON");
  return values_of(texts);
}

}  // namespace sonde
