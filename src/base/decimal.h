// Exact decimal money: int64 in billionths, so that sums do not depend on the order of adding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

inline constexpr int64_t kNanosPerUnit = 1'000'000'000;

// "0.0012825", "-3", "1.5e-06" -> billionths, rounded half away from zero past the ninth decimal.
// Null when the text is no number or beyond +-9.2e9.
std::optional<int64_t> parse_decimal_nanos(std::string_view text);

// 1282500 -> "0.0012825"; no trailing zeros, no exponent.
std::string format_decimal_nanos(int64_t nanos);

}  // namespace sonde
