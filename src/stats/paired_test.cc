#include "stats/paired.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sonde {
namespace {

// Airway hyper-responsiveness before and after transplantation (Bentur et al. 2009), the example of
// Fagerland, Lydersen and Laake (2013): mid-p 0.0391; interval of Fagerland et al. (2014), Statist.
// Med. 33:2850-2875: -0.507 to -0.026.
TEST(McNemar, AgreesWithTheExampleOfFagerland) {
  EXPECT_NEAR(mcnemar_p_value(1, 7), 0.0390625, 1e-12);
  EXPECT_NEAR(mcnemar_p_value(7, 1), 0.0390625, 1e-12);
}

TEST(PairedDifference, AgreesWithTheExampleOfFagerland) {
  const Interval interval = paired_difference_interval(1, 1, 7, 12);
  EXPECT_NEAR(interval.low, -0.507, 0.0005);
  EXPECT_NEAR(interval.high, -0.026, 0.0005);
  EXPECT_EQ(interval.method, "newcombe-paired");
}

TEST(McNemar, IsOneWhereNothingDiffers) {
  EXPECT_EQ(mcnemar_p_value(0, 0), 1);
  EXPECT_EQ(mcnemar_p_value(5, 5), 1);
}

TEST(McNemar, CountsHalfOfTheOnlyTableAtTheEnd) {
  // 2 * 2^-6 - 2^-6.
  EXPECT_NEAR(mcnemar_p_value(6, 0), 1.0 / 64, 1e-12);
}

TEST(PairedDifference, KnowsNothingWithoutInputs) {
  const Interval interval = paired_difference_interval(0, 0, 0, 0);
  EXPECT_EQ(interval.low, -1);
  EXPECT_EQ(interval.high, 1);
}

TEST(PairedDifference, HasAWidthWhereNothingDiffers) {
  // Both always succeed: phi is 0, and each Wilson interval reaches down to n / (n + z^2).
  const double width = 1 - 100 / (100 + 1.959964 * 1.959964);
  const Interval interval = paired_difference_interval(100, 0, 0, 0);
  EXPECT_NEAR(interval.low, -width, 1e-6);
  EXPECT_NEAR(interval.high, width, 1e-6);
}

TEST(PairedDifference, NarrowsWithCorrelation) {
  const Interval related = paired_difference_interval(80, 2, 2, 16);
  const Interval unrelated = paired_difference_interval(67, 15, 15, 3);
  EXPECT_LT(related.high - related.low, 0.6 * (unrelated.high - unrelated.low));
}

TEST(PairedDifference, MirrorsWhenTheTwoSwap) {
  const Interval one = paired_difference_interval(20, 3, 9, 4);
  const Interval other = paired_difference_interval(20, 9, 3, 4);
  EXPECT_NEAR(one.low, -other.high, 1e-12);
  EXPECT_NEAR(one.high, -other.low, 1e-12);
}

}  // namespace
}  // namespace sonde
