#include "stats/quantile.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "base/result.h"

namespace sonde {
namespace {

// Long double, boost's default inside, is several times slower and adds nothing here.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

template <class T>
double interpolate(std::span<const T> values, double p) {
  CHECK(!values.empty());
  CHECK(p >= 0 && p <= 1);
  const double position = static_cast<double>(values.size() - 1) * p;
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(static_cast<double>(values[below]), static_cast<double>(values[above]),
                   position - static_cast<double>(below));
}

// P(at most k of n), by the incomplete beta function.
double binomial_cdf(uint64_t k, uint64_t n, double p) {
  if (k >= n) return 1;
  return boost::math::ibetac(static_cast<double>(k + 1), static_cast<double>(n - k), p, InDouble());
}

// The least k in [0, n] with P(at most k of n) above `bound`.
uint64_t first_above(uint64_t n, double p, double bound) {
  uint64_t low = 0;
  uint64_t high = n;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (binomial_cdf(middle, n, p) > bound) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// The fractional rank r of n whose Beta(r, n + 1 - r) is below p with probability `target`, which
// falls as r grows from 1 to n. Empty: even the ends do not reach it.
std::optional<double> fractional_rank(double n, double p, double target) {
  const auto excess = [&](double rank) {
    return boost::math::ibeta(rank, n + 1 - rank, p, InDouble()) - target;
  };
  const double at_low = excess(1);
  const double at_high = excess(n);
  if (at_low < 0 || at_high > 0) return std::nullopt;
  std::uintmax_t steps = 100;
  const auto [left, right] = boost::math::tools::toms748_solve(
      excess, 1.0, n, at_low, at_high, boost::math::tools::eps_tolerance<double>(30), steps);
  return (left + right) / 2;
}

template <class T>
Interval interval_sorted(std::span<const T> values, double p, double n_effective,
                         double confidence) {
  const bool clustered = n_effective < static_cast<double>(values.size());
  return quantile_interval(
      quantile_interval_probabilities(p, n_effective, confidence),
      [&](double probability) { return interpolate(values, probability); },
      clustered ? "order-statistics-cluster" : "order-statistics");
}

}  // namespace

double quantile_sorted(std::span<const double> values, double p) { return interpolate(values, p); }

double quantile_sorted(std::span<const int64_t> values, double p) { return interpolate(values, p); }

RankInterval quantile_interval_ranks(uint64_t n, double p, double confidence) {
  CHECK(p > 0 && p < 1);
  CHECK(confidence > 0 && confidence < 1);
  const double risk = (1 - confidence) / 2;
  // Rank r is too high with P(at most r - 1 below), so the lower rank keeps that within the risk.
  const uint64_t low = n == 0 ? 0 : first_above(n, p, risk);
  // Rank r is too low with 1 - P(at most r - 1 below).
  const uint64_t high = n == 0 ? 1 : first_above(n, p, 1 - risk) + 1;
  const double below_low = low == 0 ? 0 : binomial_cdf(low - 1, n, p);
  return {low, high, binomial_cdf(high - 1, n, p) - below_low};
}

ProbabilityLimits quantile_interval_probabilities(double p, double n_effective, double confidence) {
  CHECK(p > 0 && p < 1);
  CHECK(n_effective >= 0);
  CHECK(confidence > 0 && confidence < 1);
  const double n = n_effective;
  if (n <= 1) return {};
  const double risk = (1 - confidence) / 2;
  const auto probability = [n](double rank) { return std::clamp((rank - 1) / (n - 1), 0.0, 1.0); };
  ProbabilityLimits limits;
  if (const auto rank = fractional_rank(n, p, 1 - risk)) limits.low = probability(*rank);
  if (const auto rank = fractional_rank(n, p, risk)) limits.high = probability(*rank);
  return limits;
}

Interval quantile_interval_sorted(std::span<const double> values, double p, double n_effective,
                                  double confidence) {
  return interval_sorted(values, p, n_effective, confidence);
}

Interval quantile_interval_sorted(std::span<const int64_t> values, double p, double n_effective,
                                  double confidence) {
  return interval_sorted(values, p, n_effective, confidence);
}

}  // namespace sonde
