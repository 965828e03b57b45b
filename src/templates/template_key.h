// The one-pass key of a prompt: from the record alone, so that counters can be kept while a log
// streams by.
#pragma once

#include <cstdint>
#include <string>

#include "model/span.h"
#include "templates/prompt_parts.h"

namespace sonde {

// What tells a record's template.
enum class KeyKind : uint8_t {
  None,      // No prompt in the record.
  Named,     // prompt_name, with prompt_version, or template_hash.
  System,    // A system prompt.
  Marked,    // User text with an instruction or a label at its start or end.
  Unmarked,  // Other user text: most likely free.
};

struct KeyedPrompt {
  uint64_t key = 0;
  KeyKind kind = KeyKind::None;
  PromptPart system;  // What of the prompt the template is looked for in; either may be empty.
  PromptPart user;
};

// The skeleton is, in this order of preference: the given name and version; the given hash; the
// first words and the instruction words (a list in several languages) at the start of the system
// prompt, and when that is short (under 64 bytes) also those of the user text; of a user text
// that begins with an instruction or label, its first words and instruction words up to the first
// colon or line break; of one that does not, those of its last paragraph or sentence when that is
// one; else the labels in it ("Question:"); else its first words, in 1024 classes.
KeyedPrompt keyed_prompt(const Span& span);

// Cheap (no allocation, bounded windows besides one hash over the text), the same in any thread
// and run. 0 when the record has no prompt.
uint64_t template_key(const Span& span);

}  // namespace sonde
