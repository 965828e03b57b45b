#include "stats/shown.h"

#include <algorithm>

namespace sonde {
namespace {

constexpr double kSizeMin = 10 - 1e-6;  // Ten records that come alone, whatever rounding does.
constexpr uint64_t kClustersMin = 10;
constexpr double kTailMin = 1;  // Effective records beyond the quantile.

}  // namespace

bool enough_for_rate(double, double n_effective, uint64_t clusters) {
  return n_effective >= kSizeMin && clusters >= kClustersMin;
}

bool enough_for_rate_difference(double p1, double n1, double p2, double n2, uint64_t clusters) {
  return enough_for_rate(p1, n1, clusters) && enough_for_rate(p2, n2, clusters);
}

bool enough_for_quantile(double n_effective, double p, uint64_t clusters) {
  return n_effective >= kSizeMin && clusters >= kClustersMin &&
         n_effective * std::min(p, 1 - p) >= kTailMin;
}

}  // namespace sonde
