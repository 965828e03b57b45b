#include <array>

#include "analysis/association/association.h"

namespace sonde {

// In the order of the documentation; findings are ranked by what they would save.
std::span<const Association> all_associations() {
  static const std::array associations = {
      kVersionWorse,
      kModelAlternative,
      kGroupDiffers,
  };
  return associations;
}

}  // namespace sonde
