// Worked examples in the text of a prompt ("Example 1: ...", "Input: ... Output: ..."); those
// given as chat messages are in chat_examples.h.
#pragma once

#include <cstdint>

#include "analysis/execution.h"

namespace sonde {

struct FewShot {
  uint32_t count = 0;            // Examples.
  uint32_t tokens = 0;           // Of all of them, estimated.
  uint32_t repeated_tokens = 0;  // Of those whose text stands in the prompt before already.
};

// Looks at the text that instructs (the system prompt, else the user's) line by line. Cheap where
// no line begins with a word that opens an example. Pure function of the prompt.
FewShot few_shot_of(const Execution& execution);

}  // namespace sonde
