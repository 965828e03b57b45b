#include "report/format_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/decimal.h"
#include "base/time.h"

namespace sonde {
namespace {

std::string with_separators(std::string digits) {
  const size_t point = std::min(digits.find('.'), digits.size());
  for (size_t place = point; place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

// Three significant digits of a number from 0 to below 1000.
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  if (value >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

// Rounded to full units first, so that 59.9 s never reads "0 m 60 s".
std::string two_units(double small_units, std::string_view large, std::string_view small) {
  const auto whole = static_cast<uint64_t>(std::llround(small_units));
  return fmt::format("{} {} {:02} {}", with_separators(std::to_string(whole / 60)), large,
                     whole % 60, small);
}

constexpr double kSecond = kMicrosPerSecond;

}  // namespace

std::string format_count(uint64_t count) { return with_separators(std::to_string(count)); }

std::string format_micros(double micros) {
  if (std::isinf(micros)) return "∞";
  if (micros <= 0) return "0 ms";
  if (micros < 999.5) return fmt::format("{:.0f} µs", std::max(micros, 1.0));
  if (micros < 999'500) return three_digits(micros / 1000) + " ms";
  if (micros < 59.95 * kSecond) return three_digits(micros / kSecond) + " s";
  if (micros < 3599.5 * kSecond) return two_units(micros / kSecond, "m", "s");
  return two_units(micros / kSecond / 60, "h", "m");
}

std::string format_micros_interval(const Interval& interval) {
  const bool low = std::isfinite(interval.low);
  const bool high = std::isfinite(interval.high);
  if (low && high) {
    return fmt::format("{} to {}", format_micros(interval.low), format_micros(interval.high));
  }
  if (low) return "at least " + format_micros(interval.low);
  if (high) return "at most " + format_micros(interval.high);
  return "too few";
}

std::string format_percent(double share) {
  const double percent = share * 100;
  if (share < 1 && percent >= 99.95) return "> 99.9 %";
  if (share > 0 && percent < 0.05) return "< 0.1 %";
  return fmt::format("{:.1f} %", percent);
}

std::string format_rate(double share, const Interval& interval) {
  return fmt::format("{} [{:.1f}, {:.1f}]", format_percent(share), interval.low * 100,
                     interval.high * 100);
}

std::string format_rate(double share, const std::optional<Interval>& interval) {
  return interval ? format_rate(share, *interval) : format_percent(share) + " (too few)";
}

std::string format_money(int64_t nanos, std::string_view currency) {
  const double amount = static_cast<double>(nanos) / kNanosPerUnit;
  const double size = std::abs(amount);
  std::string digits;
  if (size == 0 || size >= 0.9995) {
    digits = with_separators(fmt::format("{:.2f}", size));
  } else {
    const int decimals = 2 - static_cast<int>(std::floor(std::log10(size)));
    digits = fmt::format("{:.{}f}", size, std::min(decimals, 9));
  }
  return fmt::format("{}{}{}{}", amount < 0 ? "-" : "", digits, currency.empty() ? "" : " ",
                     currency);
}

}  // namespace sonde
