#include "base/quantity.h"

#include <fmt/format.h>
#include <strings.h>

#include <cmath>
#include <span>

#include "base/decimal.h"

namespace sonde {
namespace {

struct Unit {
  std::string_view name;
  int64_t size;
};

// Both lists from the largest to the smallest, as format() needs them.
constexpr Unit kDurations[] = {
    {"w", 604'800'000'000},
    {"d", 86'400'000'000},
    {"h", 3'600'000'000},
    {"m", 60'000'000},
    {"s", 1'000'000},
    {"ms", 1'000},
    {"us", 1},
};
constexpr Unit kBytes[] = {
    {"TiB", int64_t{1} << 40},
    {"TB", 1'000'000'000'000},
    {"GiB", int64_t{1} << 30},
    {"GB", 1'000'000'000},
    {"MiB", int64_t{1} << 20},
    {"MB", 1'000'000},
    {"KiB", int64_t{1} << 10},
    {"KB", 1'000},
    {"B", 1},
};

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<int64_t> parse(std::string_view text, std::span<const Unit> units) {
  const size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  std::string_view unit = text.substr(digits);
  if (unit[0] == ' ') unit.remove_prefix(1);
  const std::optional<int64_t> nanos = parse_decimal_nanos(text.substr(0, digits));
  if (!nanos) return std::nullopt;
  for (const Unit& row : units) {
    if (!same(row.name, unit)) continue;
    __extension__ using Wide = __int128;
    const Wide value = (Wide{*nanos} * row.size + kNanosPerUnit / 2) / kNanosPerUnit;
    if (value > INT64_MAX) return std::nullopt;
    return static_cast<int64_t>(value);
  }
  return std::nullopt;
}

std::string format(int64_t value, std::span<const Unit> units) {
  for (const Unit& row : units) {
    if (value != 0 && value % row.size == 0) return fmt::format("{}{}", value / row.size, row.name);
  }
  return fmt::format("0{}", units.back().name);
}

}  // namespace

std::optional<int64_t> parse_duration(std::string_view text) { return parse(text, kDurations); }
std::string format_duration(int64_t micros) { return format(micros, kDurations); }

std::optional<int64_t> parse_bytes(std::string_view text) {
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    return parse(std::string(text) + "B", kBytes);
  }
  return parse(text, kBytes);
}
std::string format_bytes(int64_t bytes) { return format(bytes, kBytes); }

}  // namespace sonde
