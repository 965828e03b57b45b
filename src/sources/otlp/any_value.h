// OTLP's typed values as text.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// {"stringValue": "a"} -> a; numbers and flags as text; arrays, maps and strings within them as
// JSON. A value that has no type is written as it is.
std::string any_value_text(simdjson::dom::element value);

// Ids as lower-case hex: from hex, or from the base64 that plain protobuf-to-JSON writers emit
// (`bytes` is the id's length: 16 for traces, 8 for spans). Other texts as they are.
std::string otlp_id(std::string_view text, size_t bytes);

// Nanoseconds, as number or text, to microseconds; null when zero or absent.
std::optional<int64_t> otlp_time(simdjson::dom::object object, std::string_view key);

}  // namespace sonde
