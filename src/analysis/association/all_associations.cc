#include <array>

#include "analysis/association/association.h"

namespace sonde {

// In the order of the documentation; findings are ranked by what they would save.
std::span<const Association> all_associations() {
  static const std::array associations = {
      kRateLimitBursts, kRetryStorm,   kTimeoutsByLength, kParameterEffect,  kJsonValidity,
      kFewShot,         kCachePrefix,  kDuplicateCalls,   kVersionWorse,     kDislikesGather,
      kEmptyRetrieval,  kGroupDiffers, kShorterWording,   kModelAlternative,
  };
  return associations;
}

}  // namespace sonde
