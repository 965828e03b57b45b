#include <algorithm>

#include "analysis/check.h"

namespace sonde {
namespace {

// The order in which they explain a failure: first what the provider says, then the prompt's own
// faults that cause the answer's, then what the answer shows, then the wording, then hints.
const std::array<Check, 16>& table() {
  static const std::array<Check, 16> checks = {
      kContextExceeded,
      kRateLimited,
      kTimedOut,
      kProviderError,
      kUnfilledVariable,
      kOutputCutOff,
      kInvalidJson,
      kEmptyAnswer,
      kRefusal,
      kLanguageMismatch,
      kNoOutputFormat,
      kOversizedPrompt,
      kMissingInstruction,
      kContradictoryInstructions,
      kVagueWording,
      kRepeatedCall,
  };
  return checks;
}

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::Defect:
      return "defect";
    case FindingKind::Hint:
      return "hint";
    default:
      return "association";
  }
}

std::span<const Check> all_checks() { return table(); }

const Check* find_check(std::string_view id) {
  const auto found = std::find_if(table().begin(), table().end(),
                                  [&](const Check& check) { return check.id == id; });
  return found == table().end() ? nullptr : &*found;
}

}  // namespace sonde
