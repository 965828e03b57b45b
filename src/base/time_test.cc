#include "base/time.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sonde {
namespace {

// 2026-07-23T10:00:05Z is 1784800805 s after the epoch (date -u -d ... +%s).
constexpr int64_t kMoment = 1'784'800'805'000'000;

TEST(ParseIsoTime, ReadsTheFormsLogsUse) {
  EXPECT_EQ(parse_iso_time("2026-07-23T10:00:05Z"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23t10:00:05z"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23 10:00:05"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23 10:00:05 UTC"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23T10:00:05.123456Z"), kMoment + 123'456);
  EXPECT_EQ(parse_iso_time("2026-07-23T10:00:05,5Z"), kMoment + 500'000);
  EXPECT_EQ(parse_iso_time("2026-07-23T10:00"), kMoment - 5 * kMicrosPerSecond);
  EXPECT_EQ(parse_iso_time("2026-07-23"), 1'784'764'800'000'000);
  EXPECT_EQ(parse_iso_time("1970-01-01"), 0);
}

TEST(ParseIsoTime, AppliesTheZone) {
  EXPECT_EQ(parse_iso_time("2026-07-23T12:00:05+02:00"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23T12:00:05+0200"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23T12:00:05+02"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-07-23T04:30:05-05:30"), kMoment);
}

TEST(ParseIsoTime, CutsWhatIsFinerThanAMicrosecond) {
  EXPECT_EQ(parse_iso_time("2026-07-23T10:00:05.123456789Z"), kMoment + 123'456);
}

TEST(ParseIsoTime, KnowsLeapYears) {
  EXPECT_EQ(parse_iso_time("2024-02-29"), 1'709'164'800'000'000);
  EXPECT_EQ(parse_iso_time("2000-02-29"), 951'782'400'000'000);
  EXPECT_EQ(parse_iso_time("2025-02-29"), std::nullopt);
  EXPECT_EQ(parse_iso_time("1900-02-29"), std::nullopt);
}

TEST(ParseIsoTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-07", "2026-13-01", "2026-00-01", "2026-04-31", "2026/07/23",
        "2026-07-23x10:00:05", "2026-07-23T", "2026-07-23T24:00:00", "2026-07-23T10:60:00",
        "2026-07-23T10:00:05.Z", "2026-07-23T10:00:05+2", "2026-07-23T10:00:05+02:0",
        "2026-07-23T10:00:05+24:00", "2026-07-23T10:00:05Zjunk", "20260723T100005Z"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(FormatIsoTime, LeavesOutAZeroFraction) {
  EXPECT_EQ(format_iso_time(kMoment), "2026-07-23T10:00:05Z");
  EXPECT_EQ(format_iso_time(kMoment + 120'000), "2026-07-23T10:00:05.120Z");
  EXPECT_EQ(format_iso_time(kMoment + 1), "2026-07-23T10:00:05.000001Z");
}

TEST(FormatIsoTime, WritesTimesBeforeTheEpoch) {
  EXPECT_EQ(format_iso_time(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatIsoTime, IsReadBackOnEveryDayOf400Years) {
  constexpr int64_t kDay = 86'400 * kMicrosPerSecond;
  for (int64_t day = -73'000; day < 73'100; ++day) {
    const int64_t micros = day * kDay + 12'345'678;
    ASSERT_EQ(parse_iso_time(format_iso_time(micros)), micros) << day;
  }
}

TEST(EpochToMicros, TellsTheUnitBySize) {
  EXPECT_EQ(epoch_to_micros(1'784'800'805.0), kMoment);
  EXPECT_EQ(epoch_to_micros(1'784'800'805.25), kMoment + 250'000);
  EXPECT_EQ(epoch_to_micros(1'784'800'805e3), kMoment);
  EXPECT_EQ(epoch_to_micros(1'784'800'805e6), kMoment);
  EXPECT_EQ(epoch_to_micros(1'784'800'805e9), kMoment);
  EXPECT_EQ(epoch_to_micros(0), 0);
}

TEST(EpochToMicros, RefusesWhatIsNoTime) {
  EXPECT_EQ(epoch_to_micros(-1), std::nullopt);
  EXPECT_EQ(epoch_to_micros(std::nan("")), std::nullopt);
  EXPECT_EQ(epoch_to_micros(HUGE_VAL), std::nullopt);
}

}  // namespace
}  // namespace sonde
