#include "report/format_number.h"

#include <gtest/gtest.h>

#include <limits>

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(FormatNumber, SeparatesThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
}

TEST(FormatNumber, WritesDurationsWithThreeDigitsInTheFittingUnit) {
  EXPECT_EQ(format_micros(0), "0 ms");
  EXPECT_EQ(format_micros(0.2), "1 µs");
  EXPECT_EQ(format_micros(850), "850 µs");
  EXPECT_EQ(format_micros(1'834), "1.83 ms");
  EXPECT_EQ(format_micros(850'000), "850 ms");
  EXPECT_EQ(format_micros(1'834'000), "1.83 s");
  EXPECT_EQ(format_micros(18'340'000), "18.3 s");
  EXPECT_EQ(format_micros(64'000'000), "1 m 04 s");
  EXPECT_EQ(format_micros(7'500'000'000), "2 h 05 m");
  EXPECT_EQ(format_micros(kInfinity), "∞");
}

TEST(FormatNumber, NeverRoundsToSixtySecondsNorAThousandMilliseconds) {
  EXPECT_EQ(format_micros(999'600), "1.00 s");
  EXPECT_EQ(format_micros(59'960'000), "1 m 00 s");
  EXPECT_EQ(format_micros(119'700'000), "2 m 00 s");
  EXPECT_EQ(format_micros(3'599'800'000), "1 h 00 m");
}

TEST(FormatNumber, SaysWhereTheDataSupportNoLimit) {
  EXPECT_EQ(format_micros_interval({1e6, 2e6, "m"}), "1.00 s to 2.00 s");
  EXPECT_EQ(format_micros_interval({1e6, kInfinity, "m"}), "at least 1.00 s");
  EXPECT_EQ(format_micros_interval({-kInfinity, 2e6, "m"}), "at most 2.00 s");
  EXPECT_EQ(format_micros_interval({-kInfinity, kInfinity, "m"}), "too few");
}

TEST(FormatNumber, KeepsAllAndNothingForAllAndNothing) {
  EXPECT_EQ(format_percent(1), "100.0 %");
  EXPECT_EQ(format_percent(0.9999), "> 99.9 %");
  EXPECT_EQ(format_percent(0.0001), "< 0.1 %");
  EXPECT_EQ(format_percent(0), "0.0 %");
  EXPECT_EQ(format_rate(0.932, Interval{0.891, 0.959, "wilson"}), "93.2 % [89.1, 95.9]");
  EXPECT_EQ(format_rate(0.932, std::nullopt), "93.2 % (too few)");
}

TEST(FormatNumber, ShowsSmallAmountsOfMoney) {
  EXPECT_EQ(format_money(1'282'500, "USD"), "0.00128 USD");
  EXPECT_EQ(format_money(12'345'678'000'000, "RMB"), "12,345.68 RMB");
  EXPECT_EQ(format_money(1, "USD"), "0.000000001 USD");
  EXPECT_EQ(format_money(0, "USD"), "0.00 USD");
  EXPECT_EQ(format_money(-1'500'000'000, ""), "-1.50");
}

}  // namespace
}  // namespace sonde
