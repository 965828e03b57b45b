#include "report/time_text.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

constexpr int64_t kSummer = 1'784'757'605'000'000;  // 2026-07-22T22:00:05Z

TEST(ZoneClock, ShowsTheWallClockOfItsZone) {
  const ZoneClock berlin("Europe/Berlin");
  EXPECT_EQ(berlin.minute(kSummer), "2026-07-23 00:00");
  EXPECT_EQ(berlin.day(kSummer), "23 Jul");
  EXPECT_EQ(berlin.hour(kSummer), "00:00");
  EXPECT_EQ(berlin.offset(kSummer), 7'200'000'000);
}

TEST(ZoneClock, ShowsUtcForAnUnknownZone) {
  EXPECT_EQ(ZoneClock("Nowhere/None").minute(kSummer), "2026-07-22 22:00");
  EXPECT_EQ(ZoneClock("UTC").minute(-1), "1969-12-31 23:59");
}

}  // namespace
}  // namespace sonde
