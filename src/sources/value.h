// Lenient reading of JSON values: what logs call a number may be a string, and null means absent.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// The member, or null when it is absent or JSON null.
std::optional<simdjson::dom::element> member(simdjson::dom::object object, std::string_view key);

// A string as it is, a number or flag as text, an object or array as compact JSON; empty when
// absent or null.
std::string text_of(simdjson::dom::element value);
std::string text_of(simdjson::dom::object object, std::string_view key);
// The same without a copy, for members that are strings; empty otherwise.
std::string_view view_of(simdjson::dom::object object, std::string_view key);

// Whole numbers of zero or more, also written as 12.0 or "12"; null otherwise.
std::optional<int64_t> count_of(simdjson::dom::object object, std::string_view key);
// Any number, also as a string.
std::optional<double> number_of(simdjson::dom::object object, std::string_view key);
// true/false, also "true"/"True"/"1"/1.
std::optional<bool> flag_of(simdjson::dom::object object, std::string_view key);
// Seconds or milliseconds to microseconds; null when absent or negative.
std::optional<int64_t> seconds_of(simdjson::dom::object object, std::string_view key);
std::optional<int64_t> milliseconds_of(simdjson::dom::object object, std::string_view key);
// Money as a decimal string or number, in billionths.
std::optional<int64_t> money_of(simdjson::dom::object object, std::string_view key);
// ISO 8601 text or an epoch number, in microseconds since the epoch.
std::optional<int64_t> time_of(simdjson::dom::object object, std::string_view key);

// A member that is an object or array; or a string that holds one as JSON (Dify's text columns),
// parsed with `parser`, which owns the result until its next parse.
std::optional<simdjson::dom::element> nested_of(simdjson::dom::object object, std::string_view key,
                                                simdjson::dom::parser& parser);

}  // namespace sonde
