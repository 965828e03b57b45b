#include "stats/difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Published {
  double successes1;
  double n1;
  double successes2;
  double n2;
  double low;
  double high;
};

// Newcombe (1998), Statist. Med. 17:873-890, table II, method 10.
constexpr Published kNewcombe[] = {
    {56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},
    {5, 56, 0, 29, -0.0381, 0.1926},  {0, 10, 0, 20, -0.1611, 0.2775},
    {0, 10, 0, 10, -0.2775, 0.2775},  {10, 10, 0, 20, 0.6791, 1.0000},
    {10, 10, 0, 10, 0.6075, 1.0000},
};

TEST(NewcombeInterval, AgreesWithThePublishedTable) {
  for (const Published& row : kNewcombe) {
    const Interval interval =
        newcombe_interval(row.successes1 / row.n1, row.n1, row.successes2 / row.n2, row.n2);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.successes1 << "/" << row.n1;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.successes1 << "/" << row.n1;
    EXPECT_EQ(interval.method, "newcombe");
  }
}

TEST(NewcombeInterval, MirrorsWhenTheSidesSwap) {
  const Interval one = newcombe_interval(0.9, 33.5, 0.7, 120);
  const Interval other = newcombe_interval(0.7, 120, 0.9, 33.5);
  EXPECT_NEAR(one.low, -other.high, 1e-12);
  EXPECT_NEAR(one.high, -other.low, 1e-12);
}

TEST(NewcombeInterval, KnowsNothingWhereASideIsEmpty) {
  const Interval interval = newcombe_interval(0, 0, 0.5, 100, kConfidence, "newcombe-cluster");
  EXPECT_EQ(interval.low, -1);
  EXPECT_EQ(interval.high, 1);
  EXPECT_EQ(interval.method, "newcombe-cluster");
}

TEST(TwoProportions, TakeThePooledScoreInLargeSamples) {
  // z = 0.2 / sqrt(104/150 * 46/150 * (1/70 + 1/80)) = 2.6505 for 56/70 against 48/80.
  const double z = 0.2 / std::sqrt(104.0 / 150 * 46 / 150 * (1.0 / 70 + 1.0 / 80));
  EXPECT_NEAR(two_proportion_p_value(0.8, 70, 0.6, 80), std::erfc(z / std::sqrt(2.0)), 1e-12);
}

TEST(TwoProportions, TakeTheMidPWhereCountsAreSmall) {
  // Survival after high and standard doses, 1/34 and 7/34: Lydersen, Fagerland and Laake (2009).
  EXPECT_NEAR(two_proportion_p_value(1.0 / 34, 34, 7.0 / 34, 34), 0.0297, 0.0001);
  // Fisher's tea: 3/4 and 1/4. Upper tail (1 + 16 / 2) / 70, twice.
  EXPECT_NEAR(two_proportion_p_value(0.75, 4, 0.25, 4), 18.0 / 70, 1e-12);
}

TEST(TwoProportions, AreSymmetric) {
  EXPECT_NEAR(two_proportion_p_value(0.99, 100, 0.95, 40),
              two_proportion_p_value(0.95, 40, 0.99, 100), 1e-12);
}

TEST(TwoProportions, DoNotDifferWhenEqualOrEmpty) {
  EXPECT_EQ(two_proportion_p_value(1, 10, 1, 20), 1);
  EXPECT_EQ(two_proportion_p_value(0, 0, 1, 20), 1);
  EXPECT_EQ(two_proportion_p_value(0.3, 12.5, 0.3, 80), 1);
}

TEST(TwoProportions, TakeSizesThatAreNotWhole) {
  const double p = two_proportion_p_value(0.9, 3.5, 0.2, 4.5);
  EXPECT_GT(p, 0);
  EXPECT_LT(p, 1);
}

TEST(TwoProportions, StayExactWithManyRecordsAndFewFailures) {
  // Poisson limit: 0 and 8 failures in equal shares; mid-p is 2 * (1/2)^8 / 2.
  EXPECT_NEAR(two_proportion_p_value(1, 1e6, 1 - 8e-6, 1e6), std::pow(0.5, 8), 1e-6);
}

TEST(NonInferiorityTest, WantsTheWholeIntervalAboveTheMargin) {
  EXPECT_EQ(non_inferiority({-0.019, 0.01, ""}, 0.02), NonInferiority::Shown);
  EXPECT_EQ(non_inferiority({-0.021, 0.03, ""}, 0.02), NonInferiority::NotShown);
  EXPECT_EQ(non_inferiority({-0.020, 0.03, ""}, 0.02), NonInferiority::NotShown);
  EXPECT_EQ(non_inferiority({-0.09, -0.021, ""}, 0.02), NonInferiority::Inferior);
}

TEST(NonInferiorityTest, HoldsForASmallLossThatIsCertain) {
  EXPECT_EQ(non_inferiority({-0.015, -0.005, ""}, 0.02), NonInferiority::Shown);
}

// Student's sleep data (1908) as two groups; R's t.test(extra ~ group) prints t = -1.8608,
// df = 17.776, p = 0.07939, and [-3.3654832, 0.2054832].
TEST(Welch, AgreesWithTheSleepData) {
  const MeanSample a{0.75, 3.200556 / 10, 9};
  const MeanSample b{2.33, 4.009 / 10, 9};
  const MeanDifference difference = welch(a, b);
  EXPECT_NEAR(difference.estimate, -1.58, 1e-12);
  EXPECT_NEAR(difference.interval.low, -3.3654832, 1e-5);
  EXPECT_NEAR(difference.interval.high, 0.2054832, 1e-5);
  EXPECT_NEAR(difference.p_value, 0.07939, 1e-5);
  EXPECT_EQ(difference.interval.method, "welch");
}

TEST(Welch, KnowsNothingOfASingleRecord) {
  const MeanDifference difference = welch({5, 0, 0}, {1, 0.1, 20});
  EXPECT_EQ(difference.interval.low, -kInfinity);
  EXPECT_EQ(difference.interval.high, kInfinity);
  EXPECT_EQ(difference.p_value, 1);
}

TEST(Welch, IsCertainWithoutVariance) {
  EXPECT_EQ(welch({5, 0, 9}, {4, 0, 9}).p_value, 0);
  EXPECT_EQ(welch({5, 0, 9}, {4, 0, 9}).interval.low, 1);
  EXPECT_EQ(welch({4, 0, 9}, {4, 0, 9}).p_value, 1);
}

}  // namespace
}  // namespace sonde
