#include "stats/power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// R's help of power.prop.test: p1 = 0.50, p2 = 0.75, power = 0.90 wants n = 76.7 a group.
TEST(RatePower, AgreesWithTheExampleOfR) {
  EXPECT_EQ(records_for_rate_difference(0.50, 0.25, 0.90), 77U);
  EXPECT_NEAR(detectable_rate_difference(0.50, 76.7, 76.7, 0.90), 0.25, 0.0002);
}

TEST(RatePower, GrowsWithTheDesignEffect) {
  const uint64_t plain = records_for_rate_difference(0.95, 0.02);
  const uint64_t clustered = records_for_rate_difference(0.95, 0.02, kPower, 4);
  EXPECT_NEAR(static_cast<double>(clustered), 4.0 * static_cast<double>(plain), 4);
  EXPECT_NEAR(detectable_rate_difference(0.95, 4000, 4000, kPower, 4),
              detectable_rate_difference(0.95, 1000, 1000), 1e-12);
}

TEST(RatePower, ReadsForthAndBack) {
  for (const double p : {0.0, 0.05, 0.5, 0.9, 1.0}) {
    const auto n = static_cast<double>(records_for_rate_difference(p, 0.03));
    EXPECT_LE(detectable_rate_difference(p, n, n), 0.03 + 1e-12) << p;
    EXPECT_GT(detectable_rate_difference(p, n - 1, n - 1), 0.03) << p;
  }
}

TEST(RatePower, FindsNothingInTooFewRecords) {
  EXPECT_EQ(detectable_rate_difference(0.5, 0, 100), kInfinity);
  EXPECT_EQ(detectable_rate_difference(0.5, 2, 2), kInfinity);
}

TEST(NonInferiorityPower, FollowsTheFormula) {
  // 2 * 0.9 * 0.1 * (1.95996 + 0.84162)^2 / 0.02^2 = 3531.98.
  EXPECT_EQ(records_for_non_inferiority(0.9, 0.02), 3532U);
}

TEST(NonInferiorityPower, NeedsRecordsEvenWhenNothingFails) {
  // 1.95996^2 * 0.98 / 0.02 = 188.23.
  EXPECT_EQ(records_for_non_inferiority(1, 0.02), 189U);
}

TEST(SuperiorityPower, FollowsTheFormulaOfNoether) {
  // Total (1.95996 + 0.84162)^2 / (12 / 4 * 0.2^2) = 65.41, so 32.7 a side.
  EXPECT_EQ(records_for_superiority(0.7), 33U);
  EXPECT_EQ(records_for_superiority(0.3), 33U);
  EXPECT_NEAR(detectable_superiority(32.7042, 32.7042), 0.7, 1e-5);
}

TEST(SuperiorityPower, FindsNothingInTooFewRecords) {
  EXPECT_EQ(detectable_superiority(0, 5), kInfinity);
  EXPECT_EQ(detectable_superiority(2, 2), kInfinity);
}

// R's help of power.t.test: delta = 1, sd = 1, power = 0.90 wants n = 22.02 a group.
TEST(MeanPower, AgreesWithTheExampleOfR) {
  EXPECT_EQ(records_for_mean_difference(1, 1, 0.90), 23U);
  EXPECT_NEAR(detectable_mean_difference(1, 22.02110, 22.02110, 0.90), 1, 0.002);
}

TEST(MeanPower, HandlesTheLimits) {
  EXPECT_EQ(records_for_mean_difference(0, 1), 2U);
  EXPECT_EQ(detectable_mean_difference(1, 1, 1), kInfinity);
  EXPECT_EQ(detectable_mean_difference(1, 0, 50), kInfinity);
}

}  // namespace
}  // namespace sonde
