#include "stats/difference.h"

#include <algorithm>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/result.h"
#include "stats/proportion.h"

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Pearson's rule: below this expected count the normal distribution is not trusted.
constexpr double kExpectedMin = 5;

bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-6; }

double least_expected(double n1, double n2, double pooled) {
  return std::min(n1, n2) * std::min(pooled, 1 - pooled);
}

double fisher_mid_p_value(double successes1, double n1, double successes2, double n2) {
  const auto first = static_cast<unsigned>(std::lround(successes1));
  const auto successes = static_cast<unsigned>(std::lround(successes1 + successes2));
  const auto size1 = static_cast<unsigned>(std::lround(n1));
  const auto size = static_cast<unsigned>(std::lround(n1 + n2));
  const boost::math::hypergeometric_distribution<> table(successes, size1, size);
  const double half = boost::math::pdf(table, first) / 2;
  const double lower = boost::math::cdf(table, first) - half;
  const double upper = boost::math::cdf(boost::math::complement(table, first)) + half;
  return std::min(1.0, 2 * std::min(lower, upper));
}

}  // namespace

Interval newcombe_interval(double p1, double n1, double p2, double n2, double confidence,
                           std::string_view method) {
  if (n1 <= 0 || n2 <= 0) return {-1, 1, method};
  const Interval first = wilson_cluster_interval(p1, n1, confidence);
  const Interval second = wilson_cluster_interval(p2, n2, confidence);
  const double difference = p1 - p2;
  return {std::max(-1.0, difference - std::hypot(p1 - first.low, second.high - p2)),
          std::min(1.0, difference + std::hypot(first.high - p1, p2 - second.low)), method};
}

double two_proportion_p_value(double p1, double n1, double p2, double n2) {
  CHECK(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1);
  CHECK(n1 >= 0 && n2 >= 0);
  if (n1 <= 0 || n2 <= 0 || p1 == p2) return 1;
  const double successes1 = p1 * n1;
  const double successes2 = p2 * n2;
  const double pooled = (successes1 + successes2) / (n1 + n2);
  const bool whole = is_whole(n1) && is_whole(n2) && is_whole(successes1) && is_whole(successes2);
  if (whole && least_expected(n1, n2, pooled) < kExpectedMin &&
      n1 + n2 < std::numeric_limits<unsigned>::max()) {
    return fisher_mid_p_value(successes1, n1, successes2, n2);
  }
  const double z = (p1 - p2) / std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return 2 * boost::math::cdf(boost::math::normal_distribution<>(), -std::abs(z));
}

NonInferiority non_inferiority(const Interval& new_minus_old, double margin) {
  CHECK(margin >= 0);
  if (new_minus_old.low > -margin) return NonInferiority::Shown;
  if (new_minus_old.high < -margin) return NonInferiority::Inferior;
  return NonInferiority::NotShown;
}

MeanDifference welch(const MeanSample& a, const MeanSample& b, double confidence) {
  CHECK(confidence > 0 && confidence < 1);
  CHECK(a.variance_of_mean >= 0 && b.variance_of_mean >= 0);
  constexpr std::string_view kMethod = "welch";
  const double estimate = a.mean - b.mean;
  if (!(a.degrees > 0 && b.degrees > 0)) return {estimate, {-kInfinity, kInfinity, kMethod}, 1};
  const double variance = a.variance_of_mean + b.variance_of_mean;
  if (variance <= 0) return {estimate, {estimate, estimate, kMethod}, estimate == 0 ? 1.0 : 0.0};
  // As shares of the variance, whose squares cannot underflow.
  const double share_a = a.variance_of_mean / variance;
  const double share_b = b.variance_of_mean / variance;
  const double degrees = 1 / (share_a * share_a / a.degrees + share_b * share_b / b.degrees);
  const boost::math::students_t_distribution<> student(degrees);
  const double error = std::sqrt(variance);
  const double half_width = boost::math::quantile(student, 0.5 + confidence / 2) * error;
  return {estimate,
          {estimate - half_width, estimate + half_width, kMethod},
          2 * boost::math::cdf(student, -std::abs(estimate) / error)};
}

}  // namespace sonde
