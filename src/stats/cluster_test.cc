#include "stats/cluster.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "stats/proportion.h"

namespace sonde {
namespace {

// Cochran (1977), table 3.5: persons of 30 households, who of them saw a doctor in the last year,
// and who is male.
constexpr double kPersons[] = {5, 6, 3, 3, 2, 3, 3, 3, 4, 4, 3, 2, 7, 4, 3,
                               5, 4, 4, 3, 3, 4, 3, 3, 1, 2, 4, 3, 4, 2, 4};
constexpr double kSawDoctor[] = {5, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1,
                                 2, 0, 0, 1, 3, 2, 0, 0, 0, 2, 2, 0, 2, 0, 1};
constexpr double kMales[] = {1, 3, 1, 1, 1, 1, 1, 1, 2, 3, 2, 1, 3, 3, 2,
                             3, 3, 3, 2, 1, 1, 2, 2, 0, 1, 3, 1, 2, 1, 2};

std::vector<ClusterSum> pair_up(std::span<const double> sizes, std::span<const double> sums) {
  std::vector<ClusterSum> clusters;
  for (size_t i = 0; i < sizes.size(); ++i) clusters.push_back({sizes[i], sums[i]});
  return clusters;
}

// Cochran (1977), 3.12: p = 30/104, variance 0.00520 where the binomial formula has 0.00197.
TEST(DesignEffectOfProportion, AgreesWithCochranOnVisitsToTheDoctor) {
  const DesignEffect effect = design_effect_of_proportion(pair_up(kPersons, kSawDoctor));
  EXPECT_EQ(effect.clusters, 30u);
  EXPECT_NEAR(effect.variance, 0.00520, 0.00001);
  // By hand, with one more household of 404 / 104 - 1 = 2.885 persons who all did: 32.885 of
  // 106.885 and deff 2.6392, where the binomial formula and Cochran's have 0.00520 / 0.00197.
  EXPECT_NEAR(effect.deff, 2.6392, 0.0001);
  // 104 / 2.6392 = 39.41, times (1.98326 / 2.1903)^2 of t with 103 degrees and with
  // 32.885^2 / (86 + 2.885^2) = 11.465.
  EXPECT_NEAR(effect.n_effective, 32.31, 0.02);
}

// The same source: p = 53/104, variance 0.00114 where the binomial formula has 0.00240, since most
// households hold both sexes.
TEST(DesignEffectOfProportion, CountsLessThanOneAsOne) {
  const DesignEffect effect = design_effect_of_proportion(pair_up(kPersons, kMales));
  EXPECT_NEAR(effect.variance, 0.00114, 0.00001);
  EXPECT_EQ(effect.deff, 1);
}

TEST(DesignEffectOfProportion, IsOneForIndependentRecords) {
  std::vector<ClusterSum> clusters(40, {1, 1});
  for (size_t i = 0; i < 7; ++i) clusters[i].sum = 0;
  const DesignEffect effect = design_effect_of_proportion(clusters);
  EXPECT_NEAR(effect.deff, 1, 1e-12);
  EXPECT_NEAR(effect.n_effective, 40, 1e-9);
}

// By hand: p = 1/2 and each residual is 5 / 2 of 5, so deff is about the cluster size.
TEST(DesignEffectOfProportion, IsTheClusterSizeWhenClustersAgreeWithin) {
  std::vector<ClusterSum> clusters(1000, {5, 0});
  for (size_t i = 0; i < 500; ++i) clusters[i].sum = 5;
  EXPECT_NEAR(design_effect_of_proportion(clusters).deff, 5, 0.01);
}

// By hand: sizes 2, 3, 5 give (4 + 9 + 25) / 10.
TEST(DesignEffectOfProportion, TakesTheWorstCaseWithoutBothOutcomes) {
  for (const double share : {0.0, 1.0}) {
    const std::vector<ClusterSum> clusters = {{2, 2 * share}, {3, 3 * share}, {5, 5 * share}};
    const DesignEffect effect = design_effect_of_proportion(clusters);
    EXPECT_DOUBLE_EQ(effect.deff, 3.8);
    EXPECT_DOUBLE_EQ(effect.n_effective, 10 / 3.8);
  }
}

// By hand: 20 blocks of 10, one failure in each of 12. One more of 9 failures makes 21 of 209, so
// deff 4.0724; the failures are those of 21^2 / (12 + 81) = 4.742 equal blocks. t is 2.61324 with
// as many degrees and 1.97196 with 199.
TEST(DesignEffectOfProportion, AllowsForOneMoreOutageThanTheLogHolds) {
  std::vector<ClusterSum> clusters(20, {10, 10});
  for (size_t i = 0; i < 12; ++i) clusters[i].sum = 9;
  const DesignEffect effect = design_effect_of_proportion(clusters);
  EXPECT_NEAR(effect.deff, 4.0724, 0.0001);
  EXPECT_NEAR(effect.n_effective, 200 / 4.0724 * 0.56944, 0.01);
  for (ClusterSum& cluster : clusters) cluster.sum = cluster.n - cluster.sum;
  EXPECT_NEAR(design_effect_of_proportion(clusters).n_effective, effect.n_effective, 1e-9);
}

// By hand: 2000 blocks of 10, a failure in each of 1000: 1009 of 20009, squares 1081, deff 1.03.
TEST(DesignEffectOfProportion, IsHardlyMovedByOneMoreOutageWhereFailuresAreMany) {
  std::vector<ClusterSum> clusters(2000, {10, 10});
  for (size_t i = 0; i < 1000; ++i) clusters[i].sum = 9;
  EXPECT_LT(design_effect_of_proportion(clusters).deff, 1.03);
}

// By hand: 96 records in 4 buckets of 22 to 26 are as unequal as chance makes those of 96 clusters:
// (22^2 + 24^2 + 24^2 + 26^2) / 96 - 96 / 4 = 0.083, at least 1.
TEST(DesignEffectOfProportion, TakesNoCollisionInABucketForACluster) {
  const std::vector<ClusterSum> buckets = {{22, 22}, {24, 24}, {24, 24}, {26, 26}};
  EXPECT_DOUBLE_EQ(design_effect_of_proportion(buckets, kConfidence, 4).n_effective, 96);
  EXPECT_NEAR(design_effect_of_proportion(buckets).n_effective, 96 / 24.083, 0.001);
}

// By hand: one failure in one of 100 pairs would leave 200 * 0.024 = 4.8 by t alone.
TEST(DesignEffectOfProportion, StaysAboveTheWorstCaseWhereFailuresAreRare) {
  std::vector<ClusterSum> clusters(100, {2, 2});
  clusters[0].sum = 1;
  EXPECT_DOUBLE_EQ(design_effect_of_proportion(clusters).n_effective, 100);
}

TEST(DesignEffectOfProportion, CountsASingleClusterAsOneRecord) {
  const std::vector<ClusterSum> clusters = {{50, 20}};
  EXPECT_DOUBLE_EQ(design_effect_of_proportion(clusters).n_effective, 1);
}

TEST(DesignEffectOfProportion, SkipsEmptyClusters) {
  const std::vector<ClusterSum> clusters = {{0, 0}, {4, 1}, {0, 0}, {4, 3}};
  EXPECT_EQ(design_effect_of_proportion(clusters).clusters, 2u);
  const std::vector<ClusterSum> empty = {{0, 0}};
  EXPECT_EQ(design_effect_of_proportion(empty).n_effective, 0);
}

// Lohr, Sampling: Design and Analysis, 5.2: grades of 4 students in each of 5 suites. Sum of
// squares between suites 2.2557 and in all 5.0313; mean 2.826.
TEST(DesignEffectOfMean, AgreesWithLohrOnGradesInSuites) {
  const double grades[5][4] = {{3.08, 2.60, 3.44, 3.04},
                               {2.36, 3.04, 3.28, 2.68},
                               {2.00, 2.56, 2.52, 1.88},
                               {3.00, 2.88, 3.44, 3.64},
                               {2.68, 1.92, 3.28, 3.20}};
  std::vector<ClusterSum> clusters;
  double squares = 0;
  for (const auto& suite : grades) {
    clusters.push_back({4, std::accumulate(suite, suite + 4, 0.0)});
    for (const double grade : suite) squares += grade * grade;
  }
  const DesignEffect effect = design_effect_of_mean(clusters, squares);
  // Her standard error 0.164 contains the share of suites not drawn, 1 - 5 / 100.
  EXPECT_NEAR(std::sqrt(effect.variance * 0.95), 0.164, 0.0005);
  EXPECT_NEAR(effect.deff, (2.2557 / 4) / (5.0313 / 19), 0.001);
}

// By hand: 12 clusters of 4 records, all 0 but one of 6: mean 1/8, residuals 6 and 11 of -6/11
// after the division by 1 - 4 / 48, whose squares sum to 39.273. deff is 11/12 * 39.273 / 48^2 /
// (35.25 / 47 / 48) = 1. Only the one tells: 2 * 39.273^2 / 1296.97 = 2.378 degrees, not 11.
TEST(DesignEffectOfMean, TrustsASpreadLessThatOneClusterMakes) {
  std::vector<ClusterSum> clusters(12, {4, 0});
  clusters[0].sum = 6;
  const DesignEffect one = design_effect_of_mean(clusters, 36);
  EXPECT_NEAR(one.deff, 1, 1e-9);
  // t is 2.01174 with 47 degrees and 3.70887 with 2.378.
  EXPECT_NEAR(one.n_effective, 48 * std::pow(2.01174 / 3.70887, 2), 0.01);
}

TEST(DesignEffectOfMean, TakesTheWorstCaseForEqualValues) {
  const std::vector<ClusterSum> clusters = {{2, 0.2}, {3, 0.3}, {5, 0.5}};
  EXPECT_DOUBLE_EQ(design_effect_of_mean(clusters, 0.1).deff, 3.8);
}

struct Coverage {
  double cluster;
  double naive;
};

// Share of `rounds` samples of 60 clusters with 1 to 19 records whose intervals hold the true
// proportion, where clusters draw their own proportion from a beta distribution.
Coverage measure_coverage(double p, double correlation, int rounds) {
  std::mt19937_64 random(20240607);
  const double strength = (1 - correlation) / correlation;
  std::gamma_distribution<double> first(p * strength);
  std::gamma_distribution<double> second((1 - p) * strength);
  std::uniform_int_distribution<int> size(1, 19);
  int cluster_hits = 0;
  int naive_hits = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<ClusterSum> clusters;
    uint64_t n = 0;
    uint64_t successes = 0;
    for (int c = 0; c < 60; ++c) {
      const double x = first(random);
      const int records = size(random);
      std::binomial_distribution<int> binomial(records, x / (x + second(random)));
      const int drawn = binomial(random);
      clusters.push_back({double(records), double(drawn)});
      n += static_cast<uint64_t>(records);
      successes += static_cast<uint64_t>(drawn);
    }
    const double share = static_cast<double>(successes) / static_cast<double>(n);
    const DesignEffect effect = design_effect_of_proportion(clusters);
    const Interval cluster = wilson_cluster_interval(share, effect.n_effective);
    const Interval naive = wilson_interval(successes, n);
    cluster_hits += cluster.low <= p && p <= cluster.high;
    naive_hits += naive.low <= p && p <= naive.high;
  }
  return {cluster_hits / double(rounds), naive_hits / double(rounds)};
}

struct Scenario {
  double p;
  double correlation;
  double naive_max;
  double cluster_max;  // Rare failures are allowed for with one more outage.
};

// With a correlation of 0.2 in clusters of 12 on average (weighted), deff is about 3.4.
constexpr Scenario kScenarios[] = {
    {0.5, 0.2, 0.85, 0.985},
    {0.1, 0.2, 0.85, 0.99},
    {0.02, 0.2, 0.85, 0.998},
    {0.1, 0.8, 0.60, 0.992},
};

TEST(DesignEffectOfProportion, RestoresTheCoverageThatClustersTakeAway) {
  for (const Scenario& scenario : kScenarios) {
    const Coverage coverage = measure_coverage(scenario.p, scenario.correlation, 3000);
    EXPECT_GT(coverage.cluster, 0.92) << scenario.p;
    EXPECT_LT(coverage.cluster, scenario.cluster_max) << scenario.p;
    EXPECT_LT(coverage.naive, scenario.naive_max) << scenario.p;
  }
}

}  // namespace
}  // namespace sonde
