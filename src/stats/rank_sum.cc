#include "stats/rank_sum.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "base/result.h"

namespace sonde {
namespace {

using Student = boost::math::students_t_distribution<>;

double total(std::span<const ValueCount> values) {
  double sum = 0;
  for (const ValueCount& value : values) {
    CHECK(value.count > 0);
    sum += value.count;
  }
  return sum;
}

// Calls visit(placement, count) for each value of `own`: the share of `other` below it, ties half.
template <class Visit>
void for_each_placement(std::span<const ValueCount> own, std::span<const ValueCount> other,
                        double n_other, const Visit& visit) {
  size_t first_tied = 0;
  size_t first_above = 0;
  double below = 0;
  double up_to = 0;  // Below or tied.
  for (const ValueCount& value : own) {
    while (first_tied < other.size() && other[first_tied].value < value.value)
      below += other[first_tied++].count;
    while (first_above < other.size() && other[first_above].value <= value.value)
      up_to += other[first_above++].count;
    visit((below + up_to) / 2 / n_other, value.count);
  }
}

double mean_placement(std::span<const ValueCount> own, double n_own,
                      std::span<const ValueCount> other, double n_other) {
  double sum = 0;
  for_each_placement(own, other, n_other,
                     [&](double placement, double count) { sum += placement * count; });
  return sum / n_own;
}

// The variance that the placements of one side add to their mean.
double variance_of_mean(std::span<const ValueCount> own, double n_own,
                        std::span<const ValueCount> other, double n_other, double mean,
                        double n_effective) {
  double squares = 0;
  for_each_placement(own, other, n_other, [&](double placement, double count) {
    squares += (placement - mean) * (placement - mean) * count;
  });
  return squares / (n_own - 1) / n_effective;
}

// Logit of the superiority as Student t.
RankSum brunner_munzel(double superiority, double variance, double degrees, double confidence) {
  const Student student(degrees);
  const double logit = std::log(superiority / (1 - superiority));
  const double error = std::sqrt(variance) / (superiority * (1 - superiority));
  const double half_width = boost::math::quantile(student, 0.5 + confidence / 2) * error;
  const auto expit = [](double value) { return 1 / (1 + std::exp(-value)); };
  return {2 * boost::math::cdf(student, -std::abs(logit) / error),
          superiority,
          {expit(logit - half_width), expit(logit + half_width), "brunner-munzel"}};
}

// The variance of a superiority of `a` when both samples are exponential.
double implied_variance(double a, double n_x, double n_y) {
  const double spread = (1 - a) / (2 - a) + a / (1 + a);
  return a * (1 - a) * (1 + ((n_x + n_y) / 2 - 1) * spread) / (n_x * n_y);
}

RankSum score(double superiority, double n_x, double n_y, double confidence) {
  const Student student(std::max(1.0, n_x + n_y - 2));
  const double t = boost::math::quantile(student, 0.5 + confidence / 2);
  // Below 0 between the limits, above 0 outside of them. At its end of the scale the superiority
  // is a root of its own, which the other limit must not be taken for.
  const auto excess = [&](double a) {
    return std::abs(superiority - a) - t * std::sqrt(implied_variance(a, n_x, n_y));
  };
  constexpr double kStep = 1e-9;
  const auto limit = [&](double inside, double outside) {
    const auto [left, right] =
        boost::math::tools::bisect(excess, std::min(inside, outside), std::max(inside, outside),
                                   boost::math::tools::eps_tolerance<double>(40));
    return (left + right) / 2;
  };
  const double inside = std::clamp(superiority, kStep, 1 - kStep);
  const double low = superiority <= 0 ? 0 : limit(inside, 0);
  const double high = superiority >= 1 ? 1 : limit(inside, 1);
  const double statistic = std::abs(superiority - 0.5) / std::sqrt(implied_variance(0.5, n_x, n_y));
  return {
      2 * boost::math::cdf(student, -statistic), superiority, {low, high, "mann-whitney-score"}};
}

}  // namespace

RankSum mann_whitney(std::span<const ValueCount> x, std::span<const ValueCount> y, double deff_x,
                     double deff_y, double confidence) {
  CHECK(deff_x >= 1 && deff_y >= 1);
  CHECK(confidence > 0 && confidence < 1);
  const double n_x = total(x);
  const double n_y = total(y);
  if (n_x <= 0 || n_y <= 0) return {1, 0.5, {0, 1, "mann-whitney-score"}};
  const double size_x = n_x / deff_x;
  const double size_y = n_y / deff_y;
  const double superiority = mean_placement(x, n_x, y, n_y);
  if (size_x < 2 || size_y < 2) return score(superiority, size_x, size_y, confidence);

  const double part_x = variance_of_mean(x, n_x, y, n_y, superiority, size_x);
  const double part_y = variance_of_mean(y, n_y, x, n_x, 1 - superiority, size_y);
  const double variance = part_x + part_y;
  // What is left of equal placements is rounding.
  constexpr double kRounding = 1e-20;
  if (variance <= kRounding || superiority <= 0 || superiority >= 1) {
    return score(superiority, size_x, size_y, confidence);
  }
  const double share_x = part_x / variance;
  const double share_y = part_y / variance;
  const double degrees = 1 / (share_x * share_x / (size_x - 1) + share_y * share_y / (size_y - 1));
  return brunner_munzel(superiority, variance, degrees, confidence);
}

}  // namespace sonde
