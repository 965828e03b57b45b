#include "base/decimal.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(ParseDecimalNanos, ReadsPlainNumbers) {
  EXPECT_EQ(parse_decimal_nanos("0.0012825"), 1'282'500);
  EXPECT_EQ(parse_decimal_nanos("-3"), -3'000'000'000);
  EXPECT_EQ(parse_decimal_nanos("+3"), 3'000'000'000);
  EXPECT_EQ(parse_decimal_nanos(".5"), 500'000'000);
  EXPECT_EQ(parse_decimal_nanos("5."), 5'000'000'000);
  EXPECT_EQ(parse_decimal_nanos("0"), 0);
}

TEST(ParseDecimalNanos, ReadsExponents) {
  EXPECT_EQ(parse_decimal_nanos("1.5e-06"), 1'500);
  EXPECT_EQ(parse_decimal_nanos("-1.5E-06"), -1'500);
  EXPECT_EQ(parse_decimal_nanos("2e3"), 2'000'000'000'000);
}

TEST(ParseDecimalNanos, RoundsHalfAwayFromZeroPastTheNinthDecimal) {
  EXPECT_EQ(parse_decimal_nanos("0.0000000014"), 1);
  EXPECT_EQ(parse_decimal_nanos("0.0000000015"), 2);
  EXPECT_EQ(parse_decimal_nanos("-0.0000000015"), -2);
  EXPECT_EQ(parse_decimal_nanos("0.00000000149999"), 1);
  EXPECT_EQ(parse_decimal_nanos("0.9999999999"), 1'000'000'000);
}

TEST(ParseDecimalNanos, RefusesWhatIsNoNumberOrDoesNotFit) {
  for (const char* text : {"", "-", ".", "abc", "1,5", "1.2.3", "1e", "1e99", "9300000000",
                           "99999999999999999999", " 1", "1 ", "nan", "inf"}) {
    EXPECT_EQ(parse_decimal_nanos(text), std::nullopt) << text;
  }
}

TEST(ParseDecimalNanos, ReadsTheLargestThatFits) {
  EXPECT_EQ(parse_decimal_nanos("9200000000"), 9'200'000'000'000'000'000);
}

TEST(FormatDecimalNanos, DropsTrailingZeros) {
  EXPECT_EQ(format_decimal_nanos(1'282'500), "0.0012825");
  EXPECT_EQ(format_decimal_nanos(-3'000'000'000), "-3");
  EXPECT_EQ(format_decimal_nanos(0), "0");
  EXPECT_EQ(format_decimal_nanos(10'000'000'000), "10");
  EXPECT_EQ(format_decimal_nanos(-1), "-0.000000001");
}

TEST(FormatDecimalNanos, WritesTheExtremes) {
  EXPECT_EQ(format_decimal_nanos(INT64_MAX), "9223372036.854775807");
  EXPECT_EQ(format_decimal_nanos(INT64_MIN), "-9223372036.854775808");
}

}  // namespace
}  // namespace sonde
