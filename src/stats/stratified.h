// Differences of two groups taken within strata (kinds of work that both did) and put together, so
// that other work is no difference. Pure functions, safe from any thread.
#pragma once

#include <cmath>
#include <span>
#include <string_view>

#include "stats/interval.h"

namespace sonde {

// A weighted sum of estimates whose limits are known: the distances of the limits from their
// estimates add in squares (MOVER).
// Source: Zou and Donner (2008), Statist. Med. 27:1693-1702; of Wilson limits: Yan and Su (2010),
// Stat. Biopharm. Res. 2:329-335.
class Combined {
 public:
  void add(double weight, double estimate, const Interval& limits) {
    estimate_ += weight * estimate;
    below_ += std::pow(weight * (estimate - limits.low), 2);
    above_ += std::pow(weight * (limits.high - estimate), 2);
  }
  double estimate() const { return estimate_; }
  Interval interval(std::string_view method) const {
    return {estimate_ - std::sqrt(below_), estimate_ + std::sqrt(above_), method};
  }

 private:
  double estimate_ = 0;
  double below_ = 0;
  double above_ = 0;
};

// Two rates in one stratum. Sizes may be effective ones (stats/cluster.h).
struct RateStratum {
  double p1;
  double n1;  // > 0
  double p2;
  double n2;  // > 0
};

struct StratifiedDifference {
  double estimate = 0;  // Of p1 - p2.
  Interval interval{-1, 1, ""};
  double p_value = 1;
  std::string_view test;
};

// p1 - p2 with Mantel and Haenszel's weights n1 n2 / (n1 + n2), which give a stratum what it knows
// about the difference; limits by MOVER from Newcombe's of each stratum.
//
// p-value: one stratum, two_proportion_p_value() (stats/difference.h). Several, the test of Cochran
// (1954, Biometrics 10:417-451) on pooled variances. Where fewer than 5 of the rarer outcome are
// expected on a side, the normal distribution promises too much, so that (unless one stratum of
// whole numbers has Fisher's exact test already) the p is at least that of an exact test: given all
// occurrences of the rarer outcome, those of side 1 are binomial with the share that its sizes give
// it, as for Poisson counts (Przyborowski and Wilenski 1940, Biometrika 31:313-323), mid-p. Tests
// "two-proportions", "cochran-mantel-haenszel", "conditional-exact". No strata: no estimate, p = 1.
// `method` as in newcombe_interval(). Contract: 0 <= p <= 1, n > 0.
StratifiedDifference stratified_rate_difference(std::span<const RateStratum> strata,
                                                std::string_view method,
                                                double confidence = kConfidence);

// Values of one stratum on both sides, given by size, mean and sum of squared deviations.
struct MeanStratum {
  double n1;  // Values.
  double mean1;
  double squares1;
  double n2;
  double mean2;
  double squares2;
};

// mean1 - mean2 within strata, with the same weights, as Student's t after Welch with the spread
// within strata pooled on each side. `deff1`, `deff2`: design effects (stats/cluster.h), which
// multiply the variance of the mean and divide the degrees of freedom. Test "welch".
// Contract: n > 0, squares >= 0, deff >= 1.
StratifiedDifference stratified_mean_difference(std::span<const MeanStratum> strata, double deff1,
                                                double deff2);

}  // namespace sonde
