#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "stats/quantile.h"

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The mean of cluster values, weighted.
double mean_of(const std::vector<double>& values, std::span<const uint32_t> weights) {
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum / static_cast<double>(values.size());
}

TEST(BlockBootstrap, AgreesWithTheNormalLimitOfAMean) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 2);
  const auto statistic = [&](std::span<const uint32_t> weights) {
    return mean_of(values, weights);
  };
  const Interval interval = block_bootstrap_interval(400, statistic, 1, 4000);
  EXPECT_NEAR(interval.low, 0.5 - 1.96 * 0.025, 0.004);
  EXPECT_NEAR(interval.high, 0.5 + 1.96 * 0.025, 0.004);
  EXPECT_EQ(interval.method, "block-bootstrap");
}

// The mouse data of Efron and Tibshirani (1993), table 2.1: treated 94 197 16 38 99 141 23, mean
// 86.86; the bootstrap standard error of the mean is 23.36 in the limit.
TEST(BlockBootstrap, SpreadsAsTheMouseData) {
  const std::vector<double> mice = {94, 197, 16, 38, 99, 141, 23};
  std::vector<double> means;
  const auto statistic = [&](std::span<const uint32_t> weights) {
    means.push_back(mean_of(mice, weights));
    return means.back();
  };
  block_bootstrap_interval(mice.size(), statistic, 7, 20'000);
  double squares = 0;
  for (const double mean : means) squares += (mean - 86.857) * (mean - 86.857);
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(means.size())), 23.36, 0.4);
}

TEST(BlockBootstrap, DependsOnTheSeedOnly) {
  const std::vector<double> values = {1, 5, 2, 8, 3, 9, 4};
  const auto statistic = [&](std::span<const uint32_t> weights) {
    return mean_of(values, weights);
  };
  const Interval first = block_bootstrap_interval(7, statistic, 3);
  const Interval again = block_bootstrap_interval(7, statistic, 3);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
}

TEST(BlockBootstrap, KnowsNothingOfOneClusterOrWithoutValues) {
  const auto one = [](std::span<const uint32_t>) { return 1.0; };
  const auto none = [](std::span<const uint32_t>) { return std::nan(""); };
  EXPECT_EQ(block_bootstrap_interval(1, one, 1).high, kInfinity);
  EXPECT_EQ(block_bootstrap_interval(0, one, 1).low, -kInfinity);
  EXPECT_EQ(block_bootstrap_interval(9, none, 1).high, kInfinity);
}

double uniform_quantile(double p) { return p; }

// The median of n uniform values has variance 1 / (4 n), nearly: two of 1000 differ by 0.0224.
TEST(QuantileDifference, AgreesWithTheNormalLimitOfAMedian) {
  const Interval interval =
      quantile_difference_interval(uniform_quantile, 1000, uniform_quantile, 1000, 0.5, 1, 20'000);
  EXPECT_NEAR(interval.low, -1.96 * std::sqrt(0.5 / 1000), 0.0015);
  EXPECT_NEAR(interval.high, 1.96 * std::sqrt(0.5 / 1000), 0.0015);
  EXPECT_EQ(interval.method, "quantile-bootstrap");
}

TEST(QuantileDifference, HasNoLimitThatTheTailCannotGive) {
  const Interval interval =
      quantile_difference_interval(uniform_quantile, 50, uniform_quantile, 5000, 0.99, 1);
  EXPECT_GT(interval.low, -1);
  EXPECT_EQ(interval.high, kInfinity);
  const Interval empty =
      quantile_difference_interval(uniform_quantile, 0, uniform_quantile, 5000, 0.5, 1);
  EXPECT_EQ(empty.low, -kInfinity);
  EXPECT_EQ(empty.high, kInfinity);
}

TEST(QuantileRatio, HoldsTheRatioOfShiftedScales) {
  const auto twice = [](double p) { return 2 * (1 + p); };
  const auto once = [](double p) { return 1 + p; };
  const Interval interval = quantile_ratio_interval(twice, 1e6, once, 1e6, 0.5, 1);
  EXPECT_NEAR(interval.low, 2, 0.01);
  EXPECT_NEAR(interval.high, 2, 0.01);
}

TEST(QuantileRatio, TakesNothingOverNothingForOne) {
  const auto zero = [](double) { return 0.0; };
  const Interval interval = quantile_ratio_interval(zero, 100, zero, 100, 0.5, 1);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 1);
  EXPECT_EQ(quantile_ratio_interval(zero, 0, zero, 100, 0.5, 1).low, 0);
}

}  // namespace
}  // namespace sonde
