#include "stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sonde {
namespace {

struct Published {
  uint64_t successes;
  uint64_t n;
  double low;
  double high;
};

// Newcombe (1998), table I, method 3 (score without continuity correction), 95 %.
constexpr Published kNewcombe[] = {
    {81, 263, 0.2553, 0.3662},
    {15, 148, 0.0624, 0.1605},
    {0, 20, 0.0000, 0.1611},
    {1, 29, 0.0061, 0.1718},
};

TEST(Wilson, AgreesWithTheTableOfNewcombe) {
  for (const Published& row : kNewcombe) {
    const Interval interval = wilson_interval(row.successes, row.n);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.successes << "/" << row.n;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.successes << "/" << row.n;
    EXPECT_EQ(interval.method, "wilson");
  }
}

TEST(Wilson, MirrorsWhenSuccessAndFailureSwap) {
  const Interval rare = wilson_interval(1, 29);
  const Interval common = wilson_interval(28, 29);
  EXPECT_NEAR(common.low, 1 - rare.high, 1e-12);
  EXPECT_NEAR(common.high, 1 - rare.low, 1e-12);
}

TEST(Wilson, TouchesTheEndsExactly) {
  EXPECT_EQ(wilson_interval(0, 7).low, 0);
  EXPECT_EQ(wilson_interval(7, 7).high, 1);
}

TEST(Wilson, KnowsNothingWithoutRecords) {
  const Interval interval = wilson_interval(0, 0);
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 1);
}

TEST(Wilson, NarrowsWhenLessConfidenceIsAsked) {
  EXPECT_GT(wilson_interval(15, 148, 0.8).low, wilson_interval(15, 148).low);
  EXPECT_LT(wilson_interval(15, 148, 0.8).high, wilson_interval(15, 148).high);
}

TEST(WilsonCluster, EqualsWilsonWhenEveryRecordCounts) {
  const Interval plain = wilson_interval(15, 148);
  const Interval cluster = wilson_cluster_interval(15.0 / 148, 148);
  EXPECT_DOUBLE_EQ(cluster.low, plain.low);
  EXPECT_DOUBLE_EQ(cluster.high, plain.high);
  EXPECT_EQ(cluster.method, "wilson-cluster");
}

// By hand: p = 1/2 gives 1/2 -+ z / (2 sqrt(n + z^2)); n = 2.5, z^2 = 3.841459.
TEST(WilsonCluster, TakesAFractionOfARecord) {
  const Interval interval = wilson_cluster_interval(0.5, 2.5);
  EXPECT_NEAR(interval.low, 0.110844, 1e-6);
  EXPECT_NEAR(interval.high, 0.889156, 1e-6);
}

TEST(WilsonCluster, KnowsNothingWithoutRecords) {
  const Interval interval = wilson_cluster_interval(0.3, 0);
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 1);
}

// Newcombe (1998), table I, method 5.
constexpr Published kClopperPearson[] = {
    {81, 263, 0.2527, 0.3676},
    {15, 148, 0.0578, 0.1617},
    {0, 20, 0.0000, 0.1684},
    {1, 29, 0.0009, 0.1776},
};

TEST(ClopperPearson, AgreesWithTheTableOfNewcombe) {
  for (const Published& row : kClopperPearson) {
    const Interval interval = clopper_pearson_interval(row.successes, row.n);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.successes << "/" << row.n;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.successes << "/" << row.n;
    EXPECT_EQ(interval.method, "clopper-pearson");
  }
}

TEST(ClopperPearson, KnowsNothingWithoutRecords) {
  EXPECT_EQ(clopper_pearson_interval(0, 0).low, 0);
  EXPECT_EQ(clopper_pearson_interval(0, 0).high, 1);
  EXPECT_EQ(clopper_pearson_interval(5, 5).high, 1);
}

TEST(WilsonCorrected, AllowsOneFailureAsOftenAsItHappens) {
  // With one success the limit is that rate which gives none in 95 % of samples: 0.95^(1/n).
  EXPECT_NEAR(wilson_corrected_interval(1.0 / 29, 29).low, 1 - std::pow(0.95, 1.0 / 29), 1e-12);
  EXPECT_NEAR(wilson_corrected_interval(28.0 / 29, 29).high, std::pow(0.95, 1.0 / 29), 1e-12);
}

TEST(WilsonCorrected, IsWilsonsAwayFromTheEnds) {
  const Interval corrected = wilson_corrected_interval(0.4, 263);
  const Interval wilson = wilson_cluster_interval(0.4, 263);
  EXPECT_EQ(corrected.low, wilson.low);
  EXPECT_EQ(corrected.high, wilson.high);
  EXPECT_EQ(corrected.method, "wilson-corrected");
}

TEST(WilsonCorrected, TouchesTheEnds) {
  EXPECT_EQ(wilson_corrected_interval(1, 7.5).high, 1);
  EXPECT_EQ(wilson_corrected_interval(0, 7.5).low, 0);
  EXPECT_EQ(wilson_corrected_interval(0, 0).high, 1);
}

}  // namespace
}  // namespace sonde
