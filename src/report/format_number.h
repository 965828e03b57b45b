// Numbers as people read them. Locale-independent; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stats/interval.h"

namespace sonde {

inline constexpr std::string_view kUnknown = "–";  // Not known; never 0.

std::string format_count(uint64_t count);  // 1234567 -> "1,234,567"

// Microseconds: "850 µs", "1.83 ms", "850 ms", "1.83 s", "1 m 04 s", "2 h 05 m". Contract: not
// negative; infinity is "∞".
std::string format_micros(double micros);

// "1.10 s to 1.30 s"; open where the data support no limit: "at least 1.10 s";
// "no interval" where they support neither.
std::string format_micros_interval(const Interval& interval);

// A share of 1 with one decimal: "93.2 %". What is not all or nothing never reads so: "> 99.9 %".
std::string format_percent(double share);

// "93.2 % [89.1, 95.9]"
std::string format_rate(double share, const Interval& interval);
// "93.2 % (too few)" where no interval is shown.
std::string format_rate(double share, const std::optional<Interval>& interval);

// Billionths: "12,345.68 USD", and three digits below one: "0.00128 USD".
std::string format_money(int64_t nanos, std::string_view currency);

}  // namespace sonde
