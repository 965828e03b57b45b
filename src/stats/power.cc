#include "stats/power.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/result.h"

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The two quantiles that every formula here adds up.
struct Quantiles {
  double alpha;
  double power;
};

Quantiles normal_quantiles(double power, double confidence) {
  CHECK(power > 0 && power < 1);
  CHECK(confidence > 0 && confidence < 1);
  const boost::math::normal_distribution<> normal;
  return {boost::math::quantile(normal, 0.5 + confidence / 2),
          boost::math::quantile(normal, power)};
}

uint64_t whole_records(double n, double deff) {
  CHECK(deff >= 1);
  // A whole number that rounding left a little above itself stays that number.
  const double records = std::ceil(n * deff * (1 - 1e-12));
  constexpr double kRecordsMax = 0x1p63;
  return records < kRecordsMax ? static_cast<uint64_t>(std::max(records, 1.0)) : UINT64_MAX;
}

// The rate that is `difference` from p on the side of the farther end.
double other_rate(double p, double difference) {
  return p >= 0.5 ? std::max(0.0, p - difference) : std::min(1.0, p + difference);
}

// What two rates must differ by to be told apart.
double needed_difference(double p1, double n1, double p2, double n2, Quantiles z) {
  const double pooled = (p1 * n1 + p2 * n2) / (n1 + n2);
  return z.alpha * std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2)) +
         z.power * std::sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
}

}  // namespace

double detectable_rate_difference(double p, double n1, double n2, double power, double deff,
                                  double confidence) {
  CHECK(p >= 0 && p <= 1);
  CHECK(deff >= 1);
  const Quantiles z = normal_quantiles(power, confidence);
  if (n1 <= 0 || n2 <= 0) return kInfinity;
  const auto is_found = [&](double difference) {
    return difference >= needed_difference(p, n1 / deff, other_rate(p, difference), n2 / deff, z);
  };
  // What is needed grows slower than the difference itself, so they cross once at most.
  double low = 0;
  double high = std::max(p, 1 - p);
  if (!is_found(high)) return kInfinity;
  for (int i = 0; i < std::numeric_limits<double>::digits; ++i) {
    const double middle = std::midpoint(low, high);
    (is_found(middle) ? high : low) = middle;
  }
  return high;
}

uint64_t records_for_rate_difference(double p, double difference, double power, double deff,
                                     double confidence) {
  CHECK(p >= 0 && p <= 1);
  CHECK(difference > 0);
  const double other = other_rate(p, difference);
  const double needed = needed_difference(p, 1, other, 1, normal_quantiles(power, confidence));
  const double ratio = needed / (p - other);
  return whole_records(ratio * ratio, deff);
}

uint64_t records_for_non_inferiority(double p, double margin, double power, double deff,
                                     double confidence) {
  CHECK(p >= 0 && p <= 1);
  CHECK(margin > 0 && margin < 1);
  const Quantiles z = normal_quantiles(power, confidence);
  const double ratio = (z.alpha + z.power) / margin;
  const double least = z.alpha * z.alpha * (1 - margin) / margin;
  return whole_records(std::max(2 * p * (1 - p) * ratio * ratio, least), deff);
}

double detectable_superiority(double n1, double n2, double power, double deff, double confidence) {
  CHECK(deff >= 1);
  const Quantiles z = normal_quantiles(power, confidence);
  if (n1 <= 0 || n2 <= 0) return kInfinity;
  const double superiority =
      0.5 + (z.alpha + z.power) * std::sqrt(deff * (n1 + n2) / (12 * n1 * n2));
  return superiority <= 1 ? superiority : kInfinity;
}

uint64_t records_for_superiority(double superiority, double power, double deff, double confidence) {
  CHECK(superiority >= 0 && superiority <= 1 && superiority != 0.5);
  const Quantiles z = normal_quantiles(power, confidence);
  const double ratio = (z.alpha + z.power) / (superiority - 0.5);
  return whole_records(ratio * ratio / 6, deff);
}

double detectable_mean_difference(double standard_deviation, double n1, double n2, double power,
                                  double deff, double confidence) {
  CHECK(standard_deviation >= 0);
  CHECK(power > 0 && power < 1);
  CHECK(deff >= 1);
  CHECK(confidence > 0 && confidence < 1);
  const double size1 = n1 / deff;
  const double size2 = n2 / deff;
  const double degrees = size1 + size2 - 2;
  if (size1 <= 0 || size2 <= 0 || degrees < 1) return kInfinity;
  const boost::math::students_t_distribution<> student(degrees);
  return (boost::math::quantile(student, 0.5 + confidence / 2) +
          boost::math::quantile(student, power)) *
         standard_deviation * std::sqrt(1 / size1 + 1 / size2);
}

uint64_t records_for_mean_difference(double standard_deviation, double difference, double power,
                                     double deff, double confidence) {
  CHECK(difference > 0);
  const auto is_found = [&](uint64_t n) {
    const auto size = static_cast<double>(n);
    return detectable_mean_difference(standard_deviation, size, size, power, deff, confidence) <=
           difference;
  };
  uint64_t low = 1;  // Not enough: a side of one record has no spread.
  uint64_t high = 2;
  while (!is_found(high)) {
    if (high >= uint64_t{1} << 62) return UINT64_MAX;
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    (is_found(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace sonde
