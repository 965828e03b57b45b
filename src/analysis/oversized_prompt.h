// Prompts far larger than the others of the log.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/check.h"

namespace sonde {

// Below this size no prompt is oversized beside the others: prompts this long are ordinary.
inline constexpr uint64_t kOversizedTokensMin = 2000;
// How many times the log's median prompt is too much.
inline constexpr uint64_t kOversizedRatio = 20;

// Compares a prompt with the log's median prompt, in tokens; 0 means the median is not known.
std::optional<Observation> observe_size(uint64_t tokens, uint64_t median);

}  // namespace sonde
