// What every format says of an association beyond what it says of any finding. Plain text.
#pragma once

#include <string>
#include <vector>

#include "analysis/optimizer.h"
#include "report/facts.h"

namespace sonde {

// The lines on effect, basis and saving. Contract: finding.association is set.
std::vector<Fact> association_facts(const Finding& finding);

// "failure rate +9.3 points [6.1, 12.5] against version 1"; empty for what was counted.
std::string effect_text(const AssociationEffect& effect);

// "about 120 failures (80 to 160), 3.20 USD"; empty when nothing can be told.
std::string saving_text(const Saving& saving);

// One line for an association that needs more data: what was seen, and how much more.
std::string undecided_text(const Finding& finding);

}  // namespace sonde
