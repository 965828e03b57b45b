// Points in time as people read them, in the time zone of the report. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde {

// A wall clock. A zone that is not known shows UTC.
class ZoneClock {
 public:
  explicit ZoneClock(std::string_view time_zone);

  std::string minute(int64_t micros) const;  // "2026-07-23 10:00"
  std::string second(int64_t micros) const;  // "2026-07-23 10:00:05"
  std::string day(int64_t micros) const;     // "23 Jul"
  std::string hour(int64_t micros) const;    // "10:00"
  // Microseconds that the zone is ahead of UTC at a time.
  int64_t offset(int64_t micros) const;

 private:
  const void* zone_ = nullptr;  // date::time_zone, owned by that library for good; null: UTC.
};

}  // namespace sonde
