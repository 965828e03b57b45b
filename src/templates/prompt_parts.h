// The system text and the last user text of a prompt, found without building a JSON document.
#pragma once

#include <string>
#include <string_view>

#include "model/span.h"

namespace sonde {

// A text as the log holds it: with JSON escapes when it was cut out of JSON.
struct PromptPart {
  std::string_view text;
  bool escaped = false;
};

// Views into the span. The last user message counts: chat histories grow in front of it.
struct PromptParts {
  PromptPart system;
  PromptPart user;
};

// Plain text, and JSON that is no message list, counts as user text. Of a message made of parts
// the first text part is taken. Linear in the bytes, allocates nothing.
PromptParts prompt_parts(const Span& span);

// The text with its JSON escapes resolved, at most `bytes_max` bytes of it.
void append_unescaped(const PromptPart& part, size_t bytes_max, std::string& to);

// The end of a text: its last `bytes_max` bytes, cut before a whole character or escape.
PromptPart last_bytes(const PromptPart& part, size_t bytes_max);

}  // namespace sonde
