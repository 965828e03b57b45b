// Quantiles of a sample and their distribution-free intervals. Pure functions, safe from any
// thread; times and counts keep the unit that the values have.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "stats/interval.h"

namespace sonde {

// The quantile at probability `p` of values in ascending order, by linear interpolation between
// the neighbours of position (n - 1) * p. This is the program's only definition of a percentile.
// Source: definition 7 of Hyndman and Fan (1996), Amer. Statist. 50:361-365; numpy's default.
// Contract: at least one value, 0 <= p <= 1.
double quantile_sorted(std::span<const double> values, double p);
double quantile_sorted(std::span<const int64_t> values, double p);

// Two order statistics, counted from 1, that enclose a quantile.
struct RankInterval {
  uint64_t low;     // 0: the sample is too small for a lower limit.
  uint64_t high;    // n + 1: the sample is too small for an upper limit.
  double coverage;  // Probability that the interval holds the quantile, at least as asked.
};

// The narrowest pair of ranks with at most (1 - confidence) / 2 of risk on either side, for n
// independent values: the number of values below the quantile is binomial, whatever their
// distribution. Ties only raise the coverage.
// Source: Conover (1999), Practical Nonparametric Statistics, 3.2; Hahn and Meeker (1991),
// Statistical Intervals, 5.2.
RankInterval quantile_interval_ranks(uint64_t n, double p, double confidence = kConfidence);

// Limits of a quantile on the probability scale, to be put through any quantile function of the
// same sample. Empty: the sample is too small for that limit.
struct ProbabilityLimits {
  std::optional<double> low;
  std::optional<double> high;
};

// Limits for a sample that counts as `n_effective` independent values (stats/cluster.h; the whole
// size where values are independent), which need not be a whole number.
//
// The limits on the share of values below the quantile are mapped back through the empirical
// quantile function, as in Woodruff (1952), J. Amer. Statist. Assoc. 47:635-646. The limits are
// those of Hutson (1999), J. Appl. Statist. 26:343-353: order statistic r of n is
// Beta(r, n + 1 - r), also for a fractional r, so the two ranks solve P(Beta <= p) = 1 - alpha / 2
// and alpha / 2 and no rounding to whole ranks is needed. Rank r is probability (r - 1) / (n - 1)
// of quantile_sorted().
// Contract: 0 < p < 1, n_effective >= 0, 0 < confidence < 1.
ProbabilityLimits quantile_interval_probabilities(double p, double n_effective,
                                                  double confidence = kConfidence);

// Puts limits through a quantile function: a double from a probability. A missing limit becomes
// infinite.
template <class QuantileFunction>
Interval quantile_interval(const ProbabilityLimits& limits, const QuantileFunction& quantile,
                           std::string_view method) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {limits.low ? quantile(*limits.low) : -kInfinity,
          limits.high ? quantile(*limits.high) : kInfinity, method};
}

// The interval of the quantile at `p` of values in ascending order, of which `n_effective` count.
// Method "order-statistics", or "order-statistics-cluster" where n_effective is below the size.
Interval quantile_interval_sorted(std::span<const double> values, double p, double n_effective,
                                  double confidence = kConfidence);
Interval quantile_interval_sorted(std::span<const int64_t> values, double p, double n_effective,
                                  double confidence = kConfidence);

}  // namespace sonde
