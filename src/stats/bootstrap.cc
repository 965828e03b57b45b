#include "stats/bootstrap.h"

#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/result.h"
#include "stats/quantile.h"

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr size_t kResamplesMin = 100;
constexpr std::string_view kBlockMethod = "block-bootstrap";
constexpr std::string_view kQuantileMethod = "quantile-bootstrap";

// Distributions are Boost's: those of the standard library differ from one to the next.
using Random = std::mt19937_64;

// Order statistics, not interpolated, as values may be infinite; outward of the exact place.
Interval percentiles(std::vector<double>& values, double confidence, std::string_view method) {
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size() - 1);
  const double risk = (1 - confidence) / 2;
  return {values[static_cast<size_t>(std::floor(risk * last))],
          values[static_cast<size_t>(std::ceil((1 - risk) * last))], method};
}

// The probability at which a resample of n values has its quantile at `p`.
class ResampledProbability {
 public:
  ResampledProbability(double n, double p) : beta_((n + 1) * p, (n + 1) * (1 - p)) {}
  double operator()(Random& random) { return std::clamp(beta_(random), 0.0, 1.0); }

 private:
  boost::random::beta_distribution<> beta_;
};

template <class Combine>
Interval combined_quantiles(const std::function<double(double)>& quantile_x, double n_x,
                            const std::function<double(double)>& quantile_y, double n_y, double p,
                            uint64_t seed, size_t resamples, double confidence, double lowest,
                            const Combine& combine) {
  CHECK(p > 0 && p < 1);
  CHECK(resamples >= kResamplesMin);
  const ProbabilityLimits x = quantile_interval_probabilities(p, n_x, confidence);
  const ProbabilityLimits y = quantile_interval_probabilities(p, n_y, confidence);
  const bool has_low = x.low && y.high;
  const bool has_high = x.high && y.low;
  if (!has_low && !has_high) return {lowest, kInfinity, kQuantileMethod};
  Random random(seed);
  ResampledProbability draw_x(n_x, p);
  ResampledProbability draw_y(n_y, p);
  std::vector<double> values(resamples);
  for (double& value : values) {
    const double at_x = quantile_x(draw_x(random));
    value = combine(at_x, quantile_y(draw_y(random)));
  }
  const Interval drawn = percentiles(values, confidence, kQuantileMethod);
  return {has_low ? drawn.low : lowest, has_high ? drawn.high : kInfinity, kQuantileMethod};
}

}  // namespace

Interval block_bootstrap_interval(
    size_t clusters, const std::function<double(std::span<const uint32_t> weights)>& statistic,
    uint64_t seed, size_t resamples, double confidence) {
  CHECK(resamples >= kResamplesMin);
  CHECK(confidence > 0 && confidence < 1);
  constexpr Interval kUnknown{-kInfinity, kInfinity, kBlockMethod};
  if (clusters < 2) return kUnknown;
  Random random(seed);
  boost::random::uniform_int_distribution<size_t> one(0, clusters - 1);
  std::vector<uint32_t> weights(clusters);
  std::vector<double> values;
  values.reserve(resamples);
  for (size_t i = 0; i < resamples; ++i) {
    std::fill(weights.begin(), weights.end(), 0);
    for (size_t drawn = 0; drawn < clusters; ++drawn) ++weights[one(random)];
    const double value = statistic(weights);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.size() < resamples / 2) return kUnknown;
  return percentiles(values, confidence, kBlockMethod);
}

Interval quantile_difference_interval(const std::function<double(double)>& quantile_x, double n_x,
                                      const std::function<double(double)>& quantile_y, double n_y,
                                      double p, uint64_t seed, size_t resamples,
                                      double confidence) {
  return combined_quantiles(quantile_x, n_x, quantile_y, n_y, p, seed, resamples, confidence,
                            -kInfinity, [](double x, double y) { return x - y; });
}

Interval quantile_ratio_interval(const std::function<double(double)>& quantile_x, double n_x,
                                 const std::function<double(double)>& quantile_y, double n_y,
                                 double p, uint64_t seed, size_t resamples, double confidence) {
  return combined_quantiles(quantile_x, n_x, quantile_y, n_y, p, seed, resamples, confidence, 0,
                            [](double x, double y) { return x == 0 && y == 0 ? 1 : x / y; });
}

}  // namespace sonde
