// Reading the values of a flat record, leniently, as flat logs need it.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "sources/flat_record.h"

namespace sonde {

// Malformed JSON, as against a value of an unexpected type.
inline bool is_malformed(simdjson::error_code error) {
  return error != simdjson::SUCCESS && error != simdjson::INCORRECT_TYPE;
}

// A string's contents; a view into the record, or into its memory until the next string.
simdjson::error_code read_string(FlatIndex& index, FlatValue value, std::string_view& text);

// The value as text: strings unescaped, numbers and flags as they stand, the rest as minified JSON.
// null is the empty text.
simdjson::error_code read_text(FlatIndex& index, FlatValue value, std::string& into);

// JSON without white space between its parts, so that one value has one text however it is laid
// out.
simdjson::error_code assign_minified(std::string_view json, std::string& into);

// A number, also one written as a string. INCORRECT_TYPE when it is neither (null included), and
// when no double holds it.
simdjson::error_code read_number(FlatIndex& index, FlatValue value, double& into);

// Text that holds a JSON object, minified in place; false when it holds none.
bool read_object_text(std::string& text);

}  // namespace sonde
