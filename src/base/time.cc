#include "base/time.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace sonde {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date. Source: Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil. <date/date.h> has it too, but costs a second of
// compile time in every reader and cannot read text as fast.
constexpr int64_t days_from_civil(int64_t y, int64_t m, int64_t d) {
  y -= m <= 2;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t yoe = y - era * 400;
  const int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

// Reads `Count` digits at `at`; -1 when there are none. Once a record, so without a loop.
template <size_t Count>
int digits(std::string_view text, size_t at) {
  static_assert(Count == 2 || Count == 4);
  if (at + Count > text.size()) return -1;
  const auto digit = [&](size_t i) { return static_cast<unsigned>(text[at + i]) - '0'; };
  if (digit(0) > 9 || digit(1) > 9) return -1;
  const unsigned high = digit(0) * 10 + digit(1);
  if constexpr (Count == 2) return static_cast<int>(high);
  if (digit(2) > 9 || digit(3) > 9) return -1;
  return static_cast<int>(high * 100 + digit(2) * 10 + digit(3));
}

// The zone suffix in minutes east of UTC; null when it is malformed.
std::optional<int> zone_minutes(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") return 0;
  if (zone == " UTC") return 0;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  const int hours = digits<2>(zone, 1);
  const bool colon = zone.size() > 3 && zone[3] == ':';
  const size_t end = zone.size();
  const int minutes = end == 3 ? 0 : digits<2>(zone, colon ? 4 : 3);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  if (end != 3 && end != (colon ? 6U : 5U)) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

bool is_date(int year, int month, int day) {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > kDays[month - 1]) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month != 2 || day < 29 || leap;
}

}  // namespace

int64_t now_micros() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<int64_t> parse_iso_time(std::string_view text) {
  const int year = digits<4>(text, 0);
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int month = digits<2>(text, 5);
  const int day = digits<2>(text, 8);
  if (!is_date(year, month, day)) return std::nullopt;
  int64_t seconds = days_from_civil(year, month, day) * 86'400;
  if (text.size() == 10) return seconds * kMicrosPerSecond;

  const int hour = digits<2>(text, 11);
  const int minute = digits<2>(text, 14);
  if ((text[10] != 'T' && text[10] != ' ' && text[10] != 't') || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || text[13] != ':') {
    return std::nullopt;
  }
  seconds += hour * 3600 + minute * 60;
  size_t at = 16;
  int64_t micros = 0;
  if (at < text.size() && text[at] == ':') {
    const int second = digits<2>(text, at + 1);
    if (second < 0 || second > 60) return std::nullopt;
    seconds += second;
    at += 3;
    if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
      int64_t scale = 100'000;
      size_t end = at + 1;
      for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, scale /= 10) {
        micros += (text[end] - '0') * scale;
      }
      if (end == at + 1) return std::nullopt;
      at = end;
    }
  }
  const std::optional<int> zone = zone_minutes(text.substr(at));
  if (!zone) return std::nullopt;
  return (seconds - *zone * 60) * kMicrosPerSecond + micros;
}

std::string format_iso_time(int64_t micros) {
  int64_t days = micros / (86'400 * kMicrosPerSecond);
  int64_t rest = micros % (86'400 * kMicrosPerSecond);
  if (rest < 0) {
    rest += 86'400 * kMicrosPerSecond;
    --days;
  }
  // civil_from_days, from the same source as days_from_civil.
  const int64_t z = days + 719468;
  const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const int64_t doe = z - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int64_t day = doy - (153 * mp + 2) / 5 + 1;
  const int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const int64_t year = yoe + era * 400 + (month <= 2);

  const int64_t seconds = rest / kMicrosPerSecond;
  const int64_t fraction = rest % kMicrosPerSecond;
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, month, day,
                                 seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction % 1000 != 0) {
    text += fmt::format(".{:06}", fraction);
  } else if (fraction != 0) {
    text += fmt::format(".{:03}", fraction / 1000);
  }
  return text + "Z";
}

std::optional<int64_t> epoch_to_micros(double value) {
  if (!(value >= 0) || value >= 1e20) return std::nullopt;
  double micros = value;
  if (value < 1e11) {
    micros = value * 1e6;
  } else if (value < 1e14) {
    micros = value * 1e3;
  } else if (value >= 1e17) {
    micros = value / 1e3;
  }
  return static_cast<int64_t>(std::llround(micros));
}

}  // namespace sonde
