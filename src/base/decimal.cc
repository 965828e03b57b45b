#include "base/decimal.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace sonde {

std::optional<int64_t> parse_decimal_nanos(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string_view whole = text;
  int64_t nanos = 0;
  int decimals = -1;  // Digits read after the point; -1 before it.
  bool any = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text[0];
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (decimals < 9) {
      if (nanos > (INT64_MAX - 9) / 10) return std::nullopt;
      nanos = nanos * 10 + (c - '0');
    } else if (decimals == 9 && c >= '5') {
      ++nanos;
    }
    if (decimals >= 0) ++decimals;
  }
  if (!any) return std::nullopt;
  if (!text.empty()) {  // An exponent: the double is exact enough for what has one.
    double value = 0;
    const char* const begin = whole.data();
    const auto [end, error] = std::from_chars(begin, begin + whole.size(), value);
    if (error != std::errc{} || end != begin + whole.size()) return std::nullopt;
    if (!(std::abs(value) < 9.2e9)) return std::nullopt;
    nanos = std::llround(value * 1e9);
    return negative ? -nanos : nanos;
  }
  for (int d = decimals < 0 ? 0 : decimals; d < 9; ++d) {
    if (nanos > INT64_MAX / 10) return std::nullopt;
    nanos *= 10;
  }
  return negative ? -nanos : nanos;
}

std::string format_decimal_nanos(int64_t nanos) {
  const bool negative = nanos < 0;
  const uint64_t size =
      negative ? uint64_t{0} - static_cast<uint64_t>(nanos) : static_cast<uint64_t>(nanos);
  std::string text =
      fmt::format("{}{}.{:09}", negative ? "-" : "", size / kNanosPerUnit, size % kNanosPerUnit);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace sonde
