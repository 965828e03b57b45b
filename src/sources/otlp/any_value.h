// OTLP's typed values as text.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "sources/otlp/request.h"

namespace sonde::otlp {

// Values nest; deeper ones are cut to null.
inline constexpr int kValueDepthMax = 64;

// {"stringValue": "a"} -> a; numbers and flags as text; arrays, maps and strings within them as
// JSON. A value that has no type is written as it is.
std::string_view any_value_text(simdjson::dom::element value, Texts& texts);

// The shortest text that gives back the number; NaN, Infinity and -Infinity as OTLP/JSON has them.
std::string_view number_text(double number, Texts& texts);
std::string_view number_text(int64_t number, Texts& texts);

// Ids as lower-case hex: from hex, or from the base64 that plain protobuf-to-JSON writers emit
// (`bytes` is the id's length: 16 for traces, 8 for spans). Other texts as they are.
std::string_view id_of_text(std::string_view text, size_t bytes, Texts& texts);
// From the bytes themselves. All zeros are OTLP's way to say "none": empty.
std::string_view id_of_bytes(std::string_view id, size_t bytes, Texts& texts);

// Nanoseconds, as number or text; 0 when absent or malformed.
uint64_t nanos_of(simdjson::dom::object object, std::string_view key);

}  // namespace sonde::otlp
