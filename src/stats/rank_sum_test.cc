#include "stats/rank_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

namespace sonde {
namespace {

std::vector<ValueCount> counted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::vector<ValueCount> counts;
  for (const double value : values) counts.push_back({value, 1});
  return counts;
}

// Pain scores after surgery: Brunner and Munzel (2000), corrected by Neubert and Brunner (2007),
// Comput. Stat. Data Anal. 51:5192-5204: statistic 3.1374 with 17.683 degrees of freedom, effect
// 0.788961.
const std::vector<ValueCount> kWithout = {{1, 11}, {2, 2}, {4, 1}};
const std::vector<ValueCount> kWith = {{1, 3}, {2, 1}, {3, 4}, {4, 2}, {5, 1}};

TEST(MannWhitney, AgreesWithThePainScores) {
  const RankSum result = mann_whitney(kWith, kWithout);
  EXPECT_NEAR(result.superiority, 0.788961, 5e-7);
  // The published statistic is (0.788961 - 0.5) / error; the logit scales the error.
  const double scale = 0.788961 * (1 - 0.788961);
  const double error = (0.788961 - 0.5) / 3.1374 / scale;
  const double logit = std::log(0.788961 / (1 - 0.788961));
  const boost::math::students_t_distribution<> student(17.683);
  EXPECT_NEAR(result.p_value, 2 * boost::math::cdf(student, -logit / error), 1e-4);
  const double low = logit - boost::math::quantile(student, 0.975) * error;
  EXPECT_NEAR(result.superiority_interval.low, 1 / (1 + std::exp(-low)), 1e-4);
  EXPECT_EQ(result.superiority_interval.method, "brunner-munzel");
}

TEST(MannWhitney, TakesSingleValuesAndCountsAlike) {
  const RankSum counts = mann_whitney(kWithout, kWith);
  const RankSum single = mann_whitney(counted({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 4}),
                                      counted({1, 1, 1, 2, 3, 3, 3, 3, 4, 4, 5}));
  EXPECT_NEAR(counts.p_value, single.p_value, 1e-12);
  EXPECT_NEAR(counts.superiority, single.superiority, 1e-12);
}

TEST(MannWhitney, MirrorsWhenTheSamplesSwap) {
  const RankSum one = mann_whitney(kWithout, kWith, 1.5, 2);
  const RankSum other = mann_whitney(kWith, kWithout, 2, 1.5);
  EXPECT_NEAR(one.p_value, other.p_value, 1e-12);
  EXPECT_NEAR(one.superiority, 1 - other.superiority, 1e-12);
  EXPECT_NEAR(one.superiority_interval.low, 1 - other.superiority_interval.high, 1e-12);
}

TEST(MannWhitney, WidensWithTheDesignEffect) {
  const RankSum plain = mann_whitney(kWithout, kWith);
  const RankSum clustered = mann_whitney(kWithout, kWith, 3, 3);
  EXPECT_GT(clustered.p_value, plain.p_value);
  EXPECT_LT(clustered.superiority_interval.low, plain.superiority_interval.low);
}

TEST(MannWhitney, AgreesWithItsInterval) {
  for (double shift = -4; shift <= 4; shift += 0.25) {
    const auto x = counted({1, 2, 3, 4, 5, 6, 7.5, 9});
    const auto y = counted({2 + shift, 3 + shift, 4 + shift, 5.1 + shift, 8 + shift});
    const RankSum result = mann_whitney(x, y);
    const bool excludes =
        result.superiority_interval.low > 0.5 || result.superiority_interval.high < 0.5;
    EXPECT_EQ(excludes, result.p_value < 0.05) << shift;
  }
}

TEST(MannWhitney, NeedsMoreThanThreeAgainstThree) {
  // Variance under no difference (3 + 3 + 1) / (12 * 9), t = 1.964 with 4 degrees.
  const RankSum result = mann_whitney(counted({4, 5, 6}), counted({1, 2, 3}));
  EXPECT_EQ(result.superiority, 1);
  EXPECT_NEAR(result.p_value, 0.1210, 0.0005);
  EXPECT_LT(result.superiority_interval.low, 0.5);
  EXPECT_EQ(result.superiority_interval.high, 1);
  EXPECT_EQ(result.superiority_interval.method, "mann-whitney-score");
}

TEST(MannWhitney, FindsSamplesThatAreFarApart) {
  const RankSum result = mann_whitney(counted({1, 2, 3, 4, 5, 6}), counted({7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(result.superiority, 0);
  EXPECT_EQ(result.superiority_interval.low, 0);
  EXPECT_LT(result.superiority_interval.high, 0.5);
  EXPECT_LT(result.p_value, 0.05);
}

TEST(MannWhitney, SeesNoDifferenceBetweenEqualValues) {
  const std::vector<ValueCount> same = {{7, 40}};
  const RankSum result = mann_whitney(same, same);
  EXPECT_EQ(result.p_value, 1);
  EXPECT_EQ(result.superiority, 0.5);
  EXPECT_LT(result.superiority_interval.low, 0.5);
  EXPECT_GT(result.superiority_interval.high, 0.5);
}

TEST(MannWhitney, KnowsNothingWhereASideIsEmpty) {
  const RankSum result = mann_whitney({}, kWith);
  EXPECT_EQ(result.p_value, 1);
  EXPECT_EQ(result.superiority_interval.low, 0);
  EXPECT_EQ(result.superiority_interval.high, 1);
}

}  // namespace
}  // namespace sonde
