// Parsing a text that may be missing: one place for what simdjson does not take.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace sonde {

// The document in `text`, valid until `parser` reads the next one. A view without data is EMPTY:
// simdjson would hand its null pointer to memcpy, which is undefined.
inline simdjson::simdjson_result<simdjson::dom::element> parse_text(simdjson::dom::parser& parser,
                                                                    std::string_view text) {
  if (text.empty()) return simdjson::EMPTY;
  return parser.parse(text.data(), text.size());
}

}  // namespace sonde
