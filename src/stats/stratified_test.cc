#include "stats/stratified.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "stats/difference.h"

namespace sonde {
namespace {

TEST(StratifiedRateDifference, IsNewcombesOfOneStratum) {
  const std::vector<RateStratum> strata = {{56.0 / 70, 70, 48.0 / 80, 80}};
  const StratifiedDifference d = stratified_rate_difference(strata, "newcombe");
  EXPECT_NEAR(d.estimate, 0.2, 1e-12);
  EXPECT_NEAR(d.interval.low, 0.0524, 0.00005);  // Newcombe (1998), table II.
  EXPECT_NEAR(d.interval.high, 0.3339, 0.00005);
  EXPECT_EQ(d.test, "two-proportions");
}

TEST(StratifiedRateDifference, TakesCochransTestOverStrata) {
  // Weights 5 and 5; pooled rates 0.65 and 0.45; variance 0.25 (0.65 0.35 + 0.45 0.55) 0.2.
  const std::vector<RateStratum> strata = {{0.8, 10, 0.5, 10}, {0.6, 10, 0.3, 10}};
  const StratifiedDifference d = stratified_rate_difference(strata, "newcombe");
  EXPECT_NEAR(d.estimate, 0.3, 1e-12);
  EXPECT_NEAR(d.p_value, std::erfc(0.3 / std::sqrt(0.02375) / std::sqrt(2.0)), 1e-12);
  EXPECT_EQ(d.test, "cochran-mantel-haenszel");
}

TEST(StratifiedRateDifference, DoesNotTakeOtherWorkForADifference) {
  // Side 1 has the hard stratum nine times as often, and is as good in each.
  const std::vector<RateStratum> strata = {{0.9, 100, 0.9, 900}, {0.5, 900, 0.5, 100}};
  const StratifiedDifference d = stratified_rate_difference(strata, "newcombe");
  EXPECT_NEAR(d.estimate, 0, 1e-12);
  EXPECT_GT(d.p_value, 0.99);
}

TEST(StratifiedRateDifference, DoesNotCallTwoRareFailuresSignificant) {
  // 2 of 12 against 10 of 1000 in each of two strata: 0.24 expected. As Poisson counts the 4 of 24
  // have P(X >= 4 | 24 in all, share 0.0119) = C(24, 4) 0.0119^4 ... = 0.000173, and half of the
  // observed count less: about 0.0001, doubled. The score test says 1e-11.
  const std::vector<RateStratum> strata = {{10.0 / 12, 12, 0.99, 1000},
                                           {10.0 / 12, 12, 0.99, 1000}};
  const StratifiedDifference d = stratified_rate_difference(strata, "newcombe");
  EXPECT_EQ(d.test, "conditional-exact");
  EXPECT_GT(d.p_value, 1e-5);
  EXPECT_LT(d.p_value, 1e-3);
}

TEST(StratifiedRateDifference, KnowsNothingWithoutStrata) {
  const StratifiedDifference d = stratified_rate_difference({}, "newcombe");
  EXPECT_EQ(d.p_value, 1);
  EXPECT_EQ(d.interval.low, -1);
  EXPECT_EQ(d.interval.high, 1);
}

TEST(StratifiedRateDifference, KeepsItsLevelWhereFailuresAreRare) {
  std::mt19937_64 random(7);
  std::binomial_distribution<int> small(15, 0.02);
  std::binomial_distribution<int> large(600, 0.02);
  int false_alarms = 0;
  constexpr int kRounds = 4000;
  for (int i = 0; i < kRounds; ++i) {
    std::vector<RateStratum> strata;
    for (int s = 0; s < 3; ++s) {
      strata.push_back({1 - small(random) / 15.0, 15, 1 - large(random) / 600.0, 600});
    }
    false_alarms += stratified_rate_difference(strata, "newcombe").p_value <= 0.05;
  }
  EXPECT_LE(false_alarms, kRounds * 0.055);
}

TEST(StratifiedMeanDifference, IsWelchsOfOneStratum) {
  const std::vector<MeanStratum> strata = {{10, 5, 90, 20, 4, 380}};
  const StratifiedDifference d = stratified_mean_difference(strata, 1, 1);
  const MeanDifference welchs = welch({5, 90.0 / 9 / 10, 9}, {4, 380.0 / 19 / 20, 19});
  EXPECT_NEAR(d.estimate, 1, 1e-12);
  EXPECT_NEAR(d.interval.low, welchs.interval.low, 1e-12);
  EXPECT_NEAR(d.p_value, welchs.p_value, 1e-12);
}

TEST(StratifiedMeanDifference, IsWiderWhereRecordsAreAlike) {
  const std::vector<MeanStratum> strata = {{100, 5, 900, 200, 4, 3800}};
  const StratifiedDifference alone = stratified_mean_difference(strata, 1, 1);
  const StratifiedDifference alike = stratified_mean_difference(strata, 4, 4);
  const double width = alone.interval.high - alone.interval.low;
  EXPECT_NEAR((alike.interval.high - alike.interval.low) / width, 2, 0.1);
}

TEST(StratifiedMeanDifference, KnowsNothingOfSingleValues) {
  const std::vector<MeanStratum> strata = {{1, 5, 0, 1, 4, 0}};
  EXPECT_EQ(stratified_mean_difference(strata, 1, 1).p_value, 1);
  EXPECT_TRUE(std::isinf(stratified_mean_difference(strata, 1, 1).interval.low));
}

}  // namespace
}  // namespace sonde
