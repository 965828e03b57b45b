// Points in time as microseconds since the epoch, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

inline constexpr int64_t kMicrosPerMilli = 1'000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;

// The present.
int64_t now_micros();

// Reads an ISO 8601 time: "2026-07-23T10:00:05[.123456][Z|+02:00]", also with a space for the T,
// or a date alone. A time without a zone is UTC. Null when it is none.
std::optional<int64_t> parse_iso_time(std::string_view text);

// "2026-07-23T10:00:05.123456Z"; the fraction is left out when it is zero.
std::string format_iso_time(int64_t micros);

// An epoch number of unknown unit: seconds, milliseconds, microseconds or nanoseconds, told apart
// by size (safe for the years 1973 to 5138). Null when negative or not a number.
std::optional<int64_t> epoch_to_micros(double value);

}  // namespace sonde
