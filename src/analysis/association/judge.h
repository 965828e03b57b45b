// Runs all associations over a log's calls and keeps what the data carry.
#pragma once

#include <vector>

#include "analysis/optimizer.h"

namespace sonde {

struct AssociationResult {
  std::vector<Finding> findings;   // By what they would save.
  std::vector<Finding> undecided;  // Suggestive, but not enough data: effect.needed says how many.
  size_t tests = 0;                // That the adjustment of p allows for.
};

// Of all candidates with a p-value those are findings whose p, adjusted by Benjamini and Hochberg
// over every test that was made, is at most 0.05 and whose interval says the same. Counted ones
// need no test.
AssociationResult judge_associations(const CallTable& table, const AssociationOptions& options);

}  // namespace sonde
