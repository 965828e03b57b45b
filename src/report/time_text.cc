#include "report/time_text.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "base/time.h"

namespace sonde {
namespace {

using SysMicros = date::sys_time<std::chrono::microseconds>;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct WallTime {
  date::year_month_day day;
  date::hh_mm_ss<std::chrono::minutes> clock;
};

WallTime wall_time(int64_t micros, int64_t offset) {
  const SysMicros local{std::chrono::microseconds(micros + offset)};
  const auto day = date::floor<date::days>(local);
  return {date::year_month_day(day),
          date::hh_mm_ss(date::floor<std::chrono::minutes>(local - day))};
}

std::string clock_text(const WallTime& time) {
  return fmt::format("{:02}:{:02}", time.clock.hours().count(), time.clock.minutes().count());
}

}  // namespace

ZoneClock::ZoneClock(std::string_view time_zone) {
  try {
    zone_ = date::locate_zone(std::string(time_zone));
  } catch (const std::runtime_error&) {
    zone_ = nullptr;
  }
}

int64_t ZoneClock::offset(int64_t micros) const {
  if (zone_ == nullptr) return 0;
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  const auto info = zone->get_info(SysMicros{std::chrono::microseconds(micros)});
  return std::chrono::microseconds(info.offset).count();
}

std::string ZoneClock::minute(int64_t micros) const {
  const WallTime time = wall_time(micros, offset(micros));
  return fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(time.day.year()),
                     static_cast<unsigned>(time.day.month()), static_cast<unsigned>(time.day.day()),
                     clock_text(time));
}

std::string ZoneClock::second(int64_t micros) const {
  const int64_t second = (micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  const int64_t seconds = (micros - second) / kMicrosPerSecond;
  return fmt::format("{}:{:02}", minute(micros),
                     ((seconds + offset(micros) / kMicrosPerSecond) % 60 + 60) % 60);
}

std::string ZoneClock::day(int64_t micros) const {
  const WallTime time = wall_time(micros, offset(micros));
  return fmt::format("{} {}", static_cast<unsigned>(time.day.day()),
                     kMonths[static_cast<unsigned>(time.day.month()) - 1]);
}

std::string ZoneClock::hour(int64_t micros) const {
  return clock_text(wall_time(micros, offset(micros)));
}

}  // namespace sonde
