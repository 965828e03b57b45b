// Joins the entries of a template finder that are one template.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "templates/template_finder.h"

namespace sonde {

struct TemplateGroup {
  PromptTemplate found;
  std::vector<uint64_t> entries;  // Sorted.
};

struct KeyedEntry {
  uint64_t key;
  TemplateEntry entry;
};

// Every entry is in exactly one group. Sorts `entries` by key first, so that their order is of no
// account.
std::vector<TemplateGroup> group_entries(std::vector<KeyedEntry> entries);

}  // namespace sonde
