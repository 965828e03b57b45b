#include "stats/cluster.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>

#include "base/result.h"

namespace sonde {
namespace {

struct Totals {
  double n = 0;
  double sum = 0;
  double squared_sizes = 0;
  double squared_sums = 0;      // Of successes,
  double squared_failures = 0;  // and of failures; for a proportion only.
  uint64_t clusters = 0;
};

Totals add_up(std::span<const ClusterSum> clusters) {
  Totals totals;
  for (const ClusterSum& cluster : clusters) {
    if (cluster.n <= 0) continue;
    const double failures = cluster.n - cluster.sum;
    totals.n += cluster.n;
    totals.sum += cluster.sum;
    totals.squared_sizes += cluster.n * cluster.n;
    totals.squared_sums += cluster.sum * cluster.sum;
    totals.squared_failures += failures * failures;
    ++totals.clusters;
  }
  return totals;
}

double squared_residuals(std::span<const ClusterSum> clusters, double ratio) {
  double squares = 0;
  for (const ClusterSum& cluster : clusters) {
    const double residual = cluster.sum - ratio * cluster.n;
    squares += residual * residual;
  }
  return squares;
}

double linearized(double squares, double k, double n) { return k / (k - 1) * squares / (n * n); }

// Variance of the ratio of sums by linearization.
double ratio_variance(std::span<const ClusterSum> clusters, const Totals& totals) {
  if (totals.clusters < 2) return 0;
  return linearized(squared_residuals(clusters, totals.sum / totals.n),
                    static_cast<double>(totals.clusters), totals.n);
}

// Size of the cluster that a record is in, on average over records.
double cluster_size(const Totals& totals, uint64_t buckets) {
  const double collisions = buckets == kNotHashed ? 0 : totals.n / static_cast<double>(buckets);
  return std::max(1.0, totals.squared_sizes / totals.n - collisions);
}

double student_quantile(double degrees, double confidence) {
  return boost::math::quantile(boost::math::students_t_distribution<>(degrees),
                               0.5 + confidence / 2);
}

// The size when all records of a cluster agree.
DesignEffect worst_case(const Totals& totals, double size_of_cluster, double variance) {
  return {size_of_cluster, totals.n / size_of_cluster, variance, totals.clusters};
}

// `degrees` are those of the variance behind `deff`, at least 1.
DesignEffect estimated(const Totals& totals, double deff, double degrees, double size_of_cluster,
                       double variance, double confidence) {
  deff = std::max(1.0, deff);
  const double most = std::max(1.0, totals.n - 1);
  const double ratio = student_quantile(most, confidence) /
                       student_quantile(std::clamp(degrees, 1.0, most), confidence);
  const double size = totals.n / deff;
  const double floor = std::min(size, totals.n / size_of_cluster);
  return {deff, std::clamp(size * ratio * ratio, floor, size), variance, totals.clusters};
}

}  // namespace

DesignEffect design_effect_of_proportion(std::span<const ClusterSum> clusters, double confidence,
                                         uint64_t buckets) {
  CHECK(confidence > 0 && confidence < 1);
  for (const ClusterSum& cluster : clusters) CHECK(cluster.sum >= 0 && cluster.sum <= cluster.n);
  const Totals totals = add_up(clusters);
  if (totals.clusters == 0) return {1, 0, 0, 0};
  const double variance = ratio_variance(clusters, totals);
  const double size_of_cluster = cluster_size(totals, buckets);
  const double failures = totals.n - totals.sum;
  const double rare = std::min(totals.sum, failures);
  if (totals.clusters < 2 || rare <= 0) return worst_case(totals, size_of_cluster, variance);

  // One more cluster, all of the rarer outcome.
  const double more = size_of_cluster - 1;
  const bool is_failure_rare = failures <= totals.sum;
  const double n = totals.n + more;
  const double p = (totals.sum + (is_failure_rare ? 0 : more)) / n;
  const double residual = (is_failure_rare ? 0 : more) - p * more;
  const auto k = static_cast<double>(totals.clusters) + (more > 0 ? 1 : 0);
  const double with_more = linearized(squared_residuals(clusters, p) + residual * residual, k, n);
  const double squared_rare =
      (is_failure_rare ? totals.squared_failures : totals.squared_sums) + more * more;
  const double telling = (rare + more) * (rare + more) / squared_rare;
  return estimated(totals, with_more / (p * (1 - p) / (n - 1)),
                   std::min(static_cast<double>(totals.clusters) - 1, telling), size_of_cluster,
                   variance, confidence);
}

DesignEffect design_effect_of_mean(std::span<const ClusterSum> clusters, double sum_of_squares,
                                   double confidence, uint64_t buckets) {
  CHECK(confidence > 0 && confidence < 1);
  const Totals totals = add_up(clusters);
  if (totals.clusters == 0) return {1, 0, 0, 0};
  const double variance = ratio_variance(clusters, totals);
  const double size_of_cluster = cluster_size(totals, buckets);
  const double mean = totals.sum / totals.n;
  const double spread = sum_of_squares - totals.n * mean * mean;
  // What is left of equal values after the subtraction is rounding.
  constexpr double kRounding = 1e-12;
  if (totals.clusters < 2 || spread <= kRounding * sum_of_squares) {
    return worst_case(totals, size_of_cluster, variance);
  }
  const auto k = static_cast<double>(totals.clusters);
  double squares = 0;
  double fourths = 0;
  for (const ClusterSum& cluster : clusters) {
    if (cluster.n <= 0) continue;
    const double residual = (cluster.sum - mean * cluster.n) / (1 - cluster.n / totals.n);
    squares += residual * residual;
    fourths += residual * residual * residual * residual;
  }
  const double jackknife = (k - 1) / k * squares / (totals.n * totals.n);
  const double degrees = fourths > 0 ? 2 * squares * squares / fourths : k - 1;
  return estimated(totals, jackknife / (spread / (totals.n - 1) / totals.n),
                   std::min(k - 1, degrees), size_of_cluster, variance, confidence);
}

}  // namespace sonde
