#include "analysis/error_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kMessageBytesMax = 8192;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), std::min(text.size(), kMessageBytesMax)};
}

std::optional<int64_t> first_number(std::string_view message, const RE2& pattern) {
  std::string digits;
  if (!RE2::PartialMatch(piece(message), pattern, &digits)) return std::nullopt;
  digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
  int64_t value = 0;
  if (digits.size() > 12 || !RE2::FullMatch(digits, "(\\d+)", &value)) return std::nullopt;
  return value;
}

}  // namespace

std::string quoted_error(std::string_view message, std::string_view error_class) {
  if (trimmed(message).empty()) return fmt::format("error class {}", error_class);
  return fmt::format("error: \"{}\"", excerpt(message, 200));
}

std::optional<int64_t> retry_after_seconds(std::string_view message) {
  static const RE2 pattern(
      "(?i)(?:again in|retry(?:ing)? (?:in|after)|retry-after:?|retryDelay[\"':\\s]*)\\s*"
      "(\\d+(?:\\.\\d+)?)\\s*(ms|milliseconds?|s|sec|seconds?|m|min|minutes?)?");
  std::string unit;
  double value = 0;
  if (!RE2::PartialMatch(piece(message), pattern, &value, &unit)) return std::nullopt;
  if (value > 1e6) return std::nullopt;
  unit = to_lower(unit);
  const bool milliseconds = unit == "ms" || unit.starts_with("milli");
  const bool minutes = unit == "m" || unit.starts_with("min");
  const double seconds = milliseconds ? value / 1000 : minutes ? value * 60 : value;
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(seconds)));
}

ContextSizes context_sizes(std::string_view message) {
  static const RE2 limit(
      "(?i)(?:context (?:length|window|limit|size)(?: of| is|:)*(?: only)?|maximum(?: "
      "of)?|limit(?: is)?"
      "|>|exceeds? the (?:limit|maximum)(?: number)?(?: of tokens(?: allowed)?)?(?: of)?)"
      "[\\s(:=]*(\\d[\\d,]{2,})");
  static const RE2 used(
      "(?i)(?:resulted in|requested|too long:|token count(?: \\(| of)?|you (?:sent|passed)|"
      "input (?:is|has|of))[\\s(:]*(?:about )?(\\d[\\d,]{2,})");
  return {first_number(message, limit), first_number(message, used)};
}

}  // namespace sonde
