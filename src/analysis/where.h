// Where a record belongs: the group that findings are counted in.
#pragma once

#include <cstdint>
#include <string>

#include "model/span.h"

namespace sonde {

// Empty members: the log does not say.
struct Where {
  std::string app;
  std::string node;
  std::string prompt_template;  // Its name, its hash, or how it begins.
  std::string model;
  std::string category;
};

Where where_of(const Span& span);

// Hashes that identify the group, equal for equal members. The template is known by the prompt's
// name and version, else template_hash, else the system prompt, else the first words of the prompt
// with digits made equal.
struct WhereKey {
  uint64_t place;     // App, node, model and category.
  uint64_t combined;  // The place and the template.
};
WhereKey where_key(const Span& span);

// Identifies the call: prompt, model and parameters.
uint64_t call_key(const Span& span);

// Mixes text into a hash; order matters.
uint64_t hash_text(std::string_view text, uint64_t seed);

}  // namespace sonde
