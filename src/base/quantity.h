// Time spans and byte sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// "250ms", "1.5m", "7d" -> microseconds. Units: us, ms, s, m, h, d, w. Null when the text is no
// time span, has no unit, or does not fit.
std::optional<int64_t> parse_duration(std::string_view text);

// In the largest unit that divides it: 90000000 -> "90s".
std::string format_duration(int64_t micros);

// "64MiB" (1024 based), "64MB" (1000 based), "4096" -> bytes. Units: B, KB, MB, GB, TB, KiB, MiB,
// GiB, TiB, in any case. Null when the text is no size or does not fit.
std::optional<int64_t> parse_bytes(std::string_view text);

// In the largest unit that divides it: 67108864 -> "64MiB".
std::string format_bytes(int64_t bytes);

}  // namespace sonde
