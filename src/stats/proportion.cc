#include "stats/proportion.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "base/result.h"

namespace sonde {
namespace {

Interval score_interval(double p, double n, double confidence, std::string_view method) {
  CHECK(confidence > 0 && confidence < 1);
  if (n <= 0) return {0, 1, method};
  const double z =
      boost::math::quantile(boost::math::normal_distribution<>(), 0.5 + confidence / 2);
  const double z2 = z * z;
  const double center = p + z2 / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  const double scale = 1 + z2 / n;
  // At the ends the limit is the end itself; rounding must not move it inside.
  const double low = p <= 0 ? 0 : std::max(0.0, (center - spread) / scale);
  const double high = p >= 1 ? 1 : std::min(1.0, (center + spread) / scale);
  return {low, high, method};
}

}  // namespace

Interval wilson_interval(uint64_t successes, uint64_t n, double confidence) {
  CHECK(successes <= n);
  const auto size = static_cast<double>(n);
  const double p = n == 0 ? 0 : static_cast<double>(successes) / size;
  return score_interval(p, size, confidence, "wilson");
}

Interval wilson_cluster_interval(double proportion, double n_effective, double confidence) {
  CHECK(proportion >= 0 && proportion <= 1);
  CHECK(n_effective >= 0);
  return score_interval(proportion, n_effective, confidence, "wilson-cluster");
}

Interval wilson_corrected_interval(double proportion, double n_effective, double confidence,
                                   std::string_view method) {
  CHECK(proportion >= 0 && proportion <= 1);
  CHECK(n_effective >= 0);
  Interval interval = score_interval(proportion, n_effective, confidence, method);
  if (n_effective <= 0) return interval;
  const double successes = proportion * n_effective;
  const double failures = n_effective - successes;
  const double risk = 1 - confidence;
  if (successes > 0) {
    interval.low = std::min(interval.low, boost::math::ibeta_inv(successes, failures + 1, risk));
  }
  if (failures > 0) {
    interval.high = std::max(interval.high, boost::math::ibetac_inv(successes + 1, failures, risk));
  }
  return interval;
}

Interval clopper_pearson_interval(uint64_t successes, uint64_t n, double confidence) {
  CHECK(successes <= n);
  CHECK(confidence > 0 && confidence < 1);
  const auto s = static_cast<double>(successes);
  const auto failures = static_cast<double>(n - successes);
  const double risk = (1 - confidence) / 2;
  const double low = successes == 0 ? 0 : boost::math::ibeta_inv(s, failures + 1, risk);
  const double high = successes == n ? 1 : boost::math::ibetac_inv(s + 1, failures, risk);
  return {low, high, "clopper-pearson"};
}

}  // namespace sonde
