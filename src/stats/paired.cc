#include "stats/paired.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "base/result.h"
#include "stats/proportion.h"

namespace sonde {
namespace {

// Phi, the correlation of the two outcomes, with Newcombe's correction towards 0.
double corrected_correlation(double both, double only_first, double only_second, double neither) {
  const double margins =
      (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither);
  if (margins <= 0) return 0;
  const double n = both + only_first + only_second + neither;
  const double product = both * neither - only_first * only_second;
  return (product > 0 ? std::max(0.0, product - n / 2) : product) / std::sqrt(margins);
}

// The length of the third side of a triangle whose sides `a` and `b` meet at cosine `phi`.
double third_side(double a, double b, double phi) {
  return std::sqrt(std::max(0.0, a * a - 2 * phi * a * b + b * b));
}

}  // namespace

double mcnemar_p_value(uint64_t only_first, uint64_t only_second) {
  if (only_first == only_second) return 1;
  const auto lesser = static_cast<double>(std::min(only_first, only_second));
  const boost::math::binomial_distribution<> even(static_cast<double>(only_first + only_second),
                                                  0.5);
  const double p = 2 * boost::math::cdf(even, lesser) - boost::math::pdf(even, lesser);
  return std::clamp(p, 0.0, 1.0);
}

Interval paired_difference_interval(uint64_t both, uint64_t only_first, uint64_t only_second,
                                    uint64_t neither, double confidence) {
  constexpr std::string_view kMethod = "newcombe-paired";
  const uint64_t n = both + only_first + only_second + neither;
  CHECK(confidence > 0 && confidence < 1);
  if (n == 0) return {-1, 1, kMethod};
  const auto size = static_cast<double>(n);
  const double p1 = static_cast<double>(both + only_first) / size;
  const double p2 = static_cast<double>(both + only_second) / size;
  const Interval first = wilson_interval(both + only_first, n, confidence);
  const Interval second = wilson_interval(both + only_second, n, confidence);
  const double phi =
      corrected_correlation(static_cast<double>(both), static_cast<double>(only_first),
                            static_cast<double>(only_second), static_cast<double>(neither));
  const double difference = p1 - p2;
  const double below = third_side(p1 - first.low, second.high - p2, phi);
  const double above = third_side(first.high - p1, p2 - second.low, phi);
  return {std::max(-1.0, difference - below), std::min(1.0, difference + above), kMethod};
}

}  // namespace sonde
