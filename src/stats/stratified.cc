#include "stats/stratified.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>

#include "stats/difference.h"

namespace sonde {
namespace {

constexpr double kExpectedMin = 5;

double two_sided_p(double z) {
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(z)));
}

// P(X >= k) of a binomial count, at fractional counts by the incomplete beta function.
double at_least(double k, double n, double share) {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return boost::math::ibeta(k, n - k + 1, share);
}

// Two-sided mid-p of `k` of `n` occurrences on a side that has `share` of the chances.
double conditional_p(double k, double n, double share) {
  if (n <= 0 || share <= 0 || share >= 1) return 1;
  const double here_or_more = at_least(k, n, share);
  const double more = at_least(k + 1, n, share);
  const double upper = (here_or_more + more) / 2;
  return std::min(1.0, 2 * std::min(upper, 1 - upper));
}

struct Counts {
  double observed = 0;  // Of side 1.
  double expected = 0;  // Of side 1, at equal rates.
  double total = 0;
};

// Occurrences of an outcome, `failures` or not.
Counts count(std::span<const RateStratum> strata, bool failures) {
  Counts counts;
  for (const RateStratum& s : strata) {
    const double here = (failures ? 1 - s.p1 : s.p1) * s.n1;
    const double there = (failures ? 1 - s.p2 : s.p2) * s.n2;
    counts.observed += here;
    counts.expected += (here + there) * s.n1 / (s.n1 + s.n2);
    counts.total += here + there;
  }
  return counts;
}

bool is_whole(double n) { return n == std::floor(n); }

// 0 where the normal distribution serves.
double exact_p(const Counts& counts) {
  const double least = std::min(counts.expected, counts.total - counts.expected);
  if (least >= kExpectedMin || counts.total <= 0) return 0;
  return conditional_p(counts.observed, counts.total, counts.expected / counts.total);
}

}  // namespace

StratifiedDifference stratified_rate_difference(std::span<const RateStratum> strata,
                                                std::string_view method, double confidence) {
  StratifiedDifference result;
  result.interval.method = method;
  double weights = 0;
  for (const RateStratum& s : strata) weights += s.n1 * s.n2 / (s.n1 + s.n2);
  if (strata.empty() || !(weights > 0)) return result;
  Combined combined;
  double variance = 0;
  for (const RateStratum& s : strata) {
    const double weight = s.n1 * s.n2 / (s.n1 + s.n2) / weights;
    combined.add(weight, s.p1 - s.p2,
                 newcombe_interval(s.p1, s.n1, s.p2, s.n2, confidence, method));
    const double pooled = (s.p1 * s.n1 + s.p2 * s.n2) / (s.n1 + s.n2);
    variance += weight * weight * pooled * (1 - pooled) * (1 / s.n1 + 1 / s.n2);
  }
  result.estimate = combined.estimate();
  result.interval = combined.interval(method);
  const RateStratum& first = strata.front();
  if (strata.size() == 1) {
    result.test = "two-proportions";
    result.p_value = two_proportion_p_value(first.p1, first.n1, first.p2, first.n2);
    // It is exact itself in whole numbers.
    if (is_whole(first.n1) && is_whole(first.n2)) return result;
  } else {
    result.test = "cochran-mantel-haenszel";
    result.p_value = variance > 0 ? two_sided_p(result.estimate / std::sqrt(variance)) : 1;
  }
  const double exact = std::max(exact_p(count(strata, true)), exact_p(count(strata, false)));
  if (exact > result.p_value) {
    result.p_value = exact;
    result.test = "conditional-exact";
  }
  return result;
}

StratifiedDifference stratified_mean_difference(std::span<const MeanStratum> strata, double deff1,
                                                double deff2) {
  StratifiedDifference result;
  result.test = result.interval.method = "welch";
  double weights = 0;
  MeanSample one{0, 0, 0};
  MeanSample two{0, 0, 0};
  double squares1 = 0;
  double squares2 = 0;
  for (const MeanStratum& s : strata) {
    weights += s.n1 * s.n2 / (s.n1 + s.n2);
    one.degrees += s.n1 - 1;
    two.degrees += s.n2 - 1;
    squares1 += s.squares1;
    squares2 += s.squares2;
  }
  if (strata.empty() || one.degrees <= 0 || two.degrees <= 0) {
    result.interval = {-INFINITY, INFINITY, "welch"};
    return result;
  }
  for (const MeanStratum& s : strata) {
    const double weight = s.n1 * s.n2 / (s.n1 + s.n2) / weights;
    one.mean += weight * s.mean1;
    two.mean += weight * s.mean2;
    one.variance_of_mean += weight * weight * squares1 / one.degrees * deff1 / s.n1;
    two.variance_of_mean += weight * weight * squares2 / two.degrees * deff2 / s.n2;
  }
  one.degrees /= deff1;
  two.degrees /= deff2;
  const MeanDifference difference = welch(one, two);
  result.estimate = difference.estimate;
  result.interval = difference.interval;
  result.p_value = difference.p_value;
  return result;
}

}  // namespace sonde
