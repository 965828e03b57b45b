// The tables of a comparison as texts, not neutralised; each format lays them out its own way.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "compare/comparison.h"
#include "report/table_layout.h"

namespace sonde {

struct VariantColumn {
  std::string_view heading;
  Align align;
  Keep keep;
  std::string (*text)(const Variant&);
  bool (*known)(const Variant&);
};

// Those that any variation has a value for; the name stands in front of them.
std::vector<const VariantColumn*> known_columns(const Comparison& comparison);

inline constexpr std::array<std::string_view, 9> kDifferenceHeadings = {
    "variation",  "against",       "of",       "was",    "is",
    "difference", "95 % interval", "adjusted", "verdict"};

// One text for each of kDifferenceHeadings.
std::vector<std::string> difference_row(const Comparison& comparison, const VariantDifference& d);

// False: the two did no work in common, or too little for an interval to be trusted.
bool has_interval(const VariantDifference& d);

// "By model", "By version: Harbor Support"
std::string scope_heading(const Comparison& comparison, const std::string& scope);

// Calls `visit(scope, first, end)` for each run of variants of one scope.
template <class Visit>
void each_scope(const Comparison& comparison, const Visit& visit) {
  const std::vector<Variant>& all = comparison.variants;
  for (size_t first = 0; first < all.size();) {
    size_t end = first;
    while (end < all.size() && all[end].scope == all[first].scope) ++end;
    visit(all[first].scope, first, end);
    first = end;
  }
}

}  // namespace sonde
