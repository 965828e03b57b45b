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
  uint64_t clusters = 0;
  uint64_t with_success = 0;  // Clusters that hold at least one success.
  uint64_t with_failure = 0;
};

Totals add_up(std::span<const ClusterSum> clusters) {
  Totals totals;
  for (const ClusterSum& cluster : clusters) {
    if (cluster.n <= 0) continue;
    totals.n += cluster.n;
    totals.sum += cluster.sum;
    totals.squared_sizes += cluster.n * cluster.n;
    ++totals.clusters;
    totals.with_success += cluster.sum > 0;
    totals.with_failure += cluster.sum < cluster.n;
  }
  return totals;
}

// Variance of the ratio of sums by linearization.
double ratio_variance(std::span<const ClusterSum> clusters, const Totals& totals) {
  if (totals.clusters < 2) return 0;
  const double ratio = totals.sum / totals.n;
  double squares = 0;
  for (const ClusterSum& cluster : clusters) {
    const double residual = cluster.sum - ratio * cluster.n;
    squares += residual * residual;
  }
  const auto k = static_cast<double>(totals.clusters);
  return k / (k - 1) * squares / (totals.n * totals.n);
}

double student_quantile(double degrees, double confidence) {
  return boost::math::quantile(boost::math::students_t_distribution<>(degrees),
                               0.5 + confidence / 2);
}

// The size when all records of a cluster agree.
double worst_size(const Totals& totals) { return totals.n * totals.n / totals.squared_sizes; }

DesignEffect worst_case(const Totals& totals, double variance) {
  const double size = worst_size(totals);
  return {totals.n / size, size, variance, totals.clusters};
}

// `simple_variance` is that of a simple random sample of the same size, above 0; `degrees` are
// those of `variance`, at least 1.
DesignEffect estimated(const Totals& totals, double variance, double simple_variance,
                       uint64_t degrees, double confidence) {
  const double deff = std::max(1.0, variance / simple_variance);
  const double ratio = student_quantile(totals.n - 1, confidence) /
                       student_quantile(static_cast<double>(degrees), confidence);
  const double size = totals.n / deff;
  const double floor = std::min(size, worst_size(totals));
  return {deff, std::clamp(size * ratio * ratio, floor, size), variance, totals.clusters};
}

}  // namespace

DesignEffect design_effect_of_proportion(std::span<const ClusterSum> clusters, double confidence) {
  CHECK(confidence > 0 && confidence < 1);
  for (const ClusterSum& cluster : clusters) CHECK(cluster.sum >= 0 && cluster.sum <= cluster.n);
  const Totals totals = add_up(clusters);
  if (totals.clusters == 0) return {1, 0, 0, 0};
  const double variance = ratio_variance(clusters, totals);
  const double p = totals.sum / totals.n;
  const uint64_t telling = std::min(totals.with_success, totals.with_failure);
  if (totals.clusters < 2 || telling == 0) return worst_case(totals, variance);
  return estimated(totals, variance, p * (1 - p) / (totals.n - 1),
                   std::min(totals.clusters - 1, telling), confidence);
}

DesignEffect design_effect_of_mean(std::span<const ClusterSum> clusters, double sum_of_squares,
                                   double confidence) {
  CHECK(confidence > 0 && confidence < 1);
  const Totals totals = add_up(clusters);
  if (totals.clusters == 0) return {1, 0, 0, 0};
  const double variance = ratio_variance(clusters, totals);
  const double mean = totals.sum / totals.n;
  const double spread = sum_of_squares - totals.n * mean * mean;
  // What is left of equal values after the subtraction is rounding.
  constexpr double kRounding = 1e-12;
  if (totals.clusters < 2 || spread <= kRounding * sum_of_squares) {
    return worst_case(totals, variance);
  }
  return estimated(totals, variance, spread / (totals.n - 1) / totals.n, totals.clusters - 1,
                   confidence);
}

}  // namespace sonde
