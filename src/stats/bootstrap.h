// Intervals by resampling, for figures that have no formula. Pure functions of their arguments,
// safe from any thread: the same seed gives the same interval on every platform (up to the last
// digits of its mathematical library).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "stats/interval.h"

namespace sonde {

// Percentile bootstrap over clusters: draws `clusters` of them with replacement, `resamples`
// times, and takes the quantiles of the statistic. Whole clusters are drawn, so what is inside of
// one may depend on each other as it likes.
//
// `statistic` gets how often each cluster was drawn, and is called `resamples` times from this
// thread; NaN says that a draw has no value (all weights on empty clusters) and is left out. Fewer
// than 2 clusters, or no value in half of the draws: infinite limits. With fewer than some 30
// clusters the interval is too narrow: prefer a formula with Student's t (Cameron, Gelbach and
// Miller 2008, Rev. Econ. Stat. 90:414-427).
// Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, 13.3; clusters: Davison
// and Hinkley (1997), Bootstrap Methods and their Application, 3.8. Contract: resamples >= 100, 0 <
// confidence < 1. Method "block-bootstrap".
Interval block_bootstrap_interval(
    size_t clusters, const std::function<double(std::span<const uint32_t> weights)>& statistic,
    uint64_t seed, size_t resamples = 2000, double confidence = kConfidence);

// Interval for quantile_x(p) - quantile_y(p) of two independent samples, each given by its
// quantile function (0 <= probability <= 1) and the number of independent values it is worth.
//
// A resample of n values has its quantile at order statistic (n + 1) p, which is the sample's
// quantile function at a Beta((n + 1) p, (n + 1) (1 - p)) probability; so that is drawn, and the
// data are not resampled at all. The limits are percentiles of the differences. Where a side is too
// small for its own limit (quantile_interval_probabilities() in stats/quantile.h), the limit of the
// difference is infinite too: no resample goes beyond the largest value seen.
// Source: Hutson and Ernst (2000), J. Roy. Statist. Soc. B 62:89-94; Efron and Tibshirani, as
// above. Contract: 0 < p < 1, n >= 0, resamples >= 100. Method "quantile-bootstrap".
Interval quantile_difference_interval(const std::function<double(double)>& quantile_x, double n_x,
                                      const std::function<double(double)>& quantile_y, double n_y,
                                      double p, uint64_t seed, size_t resamples = 2000,
                                      double confidence = kConfidence);

// The same for quantile_x(p) / quantile_y(p) of values >= 0. 0 / 0 counts as 1; where a limit
// cannot be given it is 0 or infinity.
Interval quantile_ratio_interval(const std::function<double(double)>& quantile_x, double n_x,
                                 const std::function<double(double)>& quantile_y, double n_y,
                                 double p, uint64_t seed, size_t resamples = 2000,
                                 double confidence = kConfidence);

}  // namespace sonde
