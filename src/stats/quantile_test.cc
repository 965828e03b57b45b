#include "stats/quantile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace sonde {
namespace {

// By hand: position 3 * p between the values 1, 2, 4 and 8.
TEST(Quantile, InterpolatesBetweenNeighbours) {
  const std::vector<int64_t> values = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile_sorted(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile_sorted(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile_sorted(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile_sorted(values, 0.95), 7.4);
  EXPECT_DOUBLE_EQ(quantile_sorted(values, 1), 8);
}

TEST(Quantile, OfOneValueIsThatValue) {
  const std::vector<double> values = {2.5};
  EXPECT_EQ(quantile_sorted(values, 0), 2.5);
  EXPECT_EQ(quantile_sorted(values, 0.99), 2.5);
}

TEST(Quantile, OfEqualValuesIsExactlyThatValue) {
  const std::vector<double> values(7, 0.1);
  for (const double p : {0.1, 0.5, 0.95}) EXPECT_EQ(quantile_sorted(values, p), 0.1);
}

struct Ranks {
  uint64_t n;
  double p;
  uint64_t low;
  uint64_t high;
  double coverage;
};

// Medians: sums of binomial coefficients over 2^n, as tabled in textbooks (n = 10: 1 - 22 / 1024).
// The 90th percentile of 100 is the case of Hahn and Meeker (1991), 5.2, who take the ranks 85 and
// 97 (coverage 0.9522); equal risk on both sides moves both down by one.
constexpr Ranks kRanks[] = {
    {6, 0.5, 1, 6, 0.96875},  {9, 0.5, 2, 8, 0.9609},   {10, 0.5, 2, 9, 0.9785},
    {17, 0.5, 5, 13, 0.9510}, {20, 0.5, 6, 15, 0.9586}, {100, 0.9, 84, 96, 0.9557},
};

TEST(QuantileIntervalRanks, AgreeWithBinomialTables) {
  for (const Ranks& row : kRanks) {
    const RankInterval ranks = quantile_interval_ranks(row.n, row.p);
    EXPECT_EQ(ranks.low, row.low) << row.n;
    EXPECT_EQ(ranks.high, row.high) << row.n;
    EXPECT_NEAR(ranks.coverage, row.coverage, 0.00005) << row.n;
  }
}

// By hand: 5 values all lie below the median with probability 1/32 > 0.025, 6 with 1/64.
TEST(QuantileIntervalRanks, MissALimitThatTheSampleCannotSupport) {
  const RankInterval five = quantile_interval_ranks(5, 0.5);
  EXPECT_EQ(five.low, 0u);
  EXPECT_EQ(five.high, 6u);
  const RankInterval none = quantile_interval_ranks(0, 0.5);
  EXPECT_EQ(none.low, 0u);
  EXPECT_EQ(none.high, 1u);
}

// By hand: the largest of n values is above the 95th percentile unless all lie below it, with
// probability 0.95^n, which is 0.025 at n = 71.917.
TEST(QuantileIntervalProbabilities, HaveAnUpperLimitOnceTheLargestValueIsOne) {
  EXPECT_FALSE(quantile_interval_probabilities(0.95, 71.9).high.has_value());
  const ProbabilityLimits limits = quantile_interval_probabilities(0.95, 71.93);
  ASSERT_TRUE(limits.high.has_value());
  EXPECT_NEAR(*limits.high, 1, 1e-4);
}

TEST(QuantileIntervalProbabilities, AreEmptyWithoutAPairOfRecords) {
  for (const double n : {0.0, 0.4, 1.0}) {
    const ProbabilityLimits limits = quantile_interval_probabilities(0.5, n);
    EXPECT_FALSE(limits.low.has_value());
    EXPECT_FALSE(limits.high.has_value());
  }
}

// Woodruff (1952): in a large sample the limits are p -+ z sqrt(p (1 - p) / n).
TEST(QuantileIntervalProbabilities, ApproachTheNormalLimitsInLargeSamples) {
  const double n = 1e6;
  const ProbabilityLimits limits = quantile_interval_probabilities(0.9, n);
  const double spread = 1.959964 * std::sqrt(0.9 * 0.1 / n);
  EXPECT_NEAR(*limits.low, 0.9 - spread, 2e-6);
  EXPECT_NEAR(*limits.high, 0.9 + spread, 2e-6);
}

TEST(QuantileIntervalSorted, LiesWithinAValueOfTheExactRanks) {
  std::vector<double> values(100);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i + 1);
  const Interval interval = quantile_interval_sorted(values, 0.9, 100);
  EXPECT_NEAR(interval.low, 84, 1);
  EXPECT_NEAR(interval.high, 96, 1);
  EXPECT_EQ(interval.method, "order-statistics");
}

TEST(QuantileIntervalSorted, WidensWithTheDesignEffect) {
  std::vector<int64_t> values(100);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(i + 1);
  const Interval plain = quantile_interval_sorted(values, 0.5, 100);
  const Interval clustered = quantile_interval_sorted(values, 0.5, 25);
  EXPECT_NEAR((clustered.high - clustered.low) / (plain.high - plain.low), 2, 0.1);
  EXPECT_EQ(clustered.method, "order-statistics-cluster");
}

TEST(QuantileIntervalSorted, IsInfiniteWhereTheSampleIsTooSmall) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const Interval interval = quantile_interval_sorted(values, 0.95, 10);
  EXPECT_TRUE(std::isinf(interval.high));
  EXPECT_GT(interval.low, 1);
}

// 95 % less and more three standard errors of 4000 rounds.
TEST(QuantileIntervalSorted, CoversTheQuantileAsOftenAsItSays) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> exponential(1);
  for (const double p : {0.5, 0.9}) {
    int covered = 0;
    const int rounds = 4000;
    for (int round = 0; round < rounds; ++round) {
      std::vector<double> values(60);
      for (double& value : values) value = exponential(random);
      std::sort(values.begin(), values.end());
      const Interval interval = quantile_interval_sorted(values, p, 60);
      const double truth = -std::log(1 - p);
      covered += interval.low <= truth && truth <= interval.high;
    }
    EXPECT_NEAR(covered / double{rounds}, 0.95, 0.0104) << p;
  }
}

}  // namespace
}  // namespace sonde
