// What stands out in an analysis, in plain sentences: only what the intervals carry is claimed.
#pragma once

#include <vector>

#include "metrics/analysis.h"

namespace sonde {

// The group that fails more than the rest, the model that is slower than the rest, the most
// frequent error, and the records without an outcome. Reads everything but Analysis::claims.
std::vector<Claim> claims_of(const Analysis& analysis);

}  // namespace sonde
