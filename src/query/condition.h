// A filter expression as a condition in SQL over the columns of the table spans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "filter/filter.h"
#include "store/store.h"

namespace sonde {

// Values are bound, never spliced: `sql` holds the names of columns and of parameters only.
struct Condition {
  std::string sql;  // Empty when nothing of the filter can be asked of the engine.
  std::vector<Param> params;
  // Whether the condition is true for exactly the spans for which the filter is. Otherwise it is
  // true for those and maybe others, and the reader asks the filter again.
  bool is_exact = true;
  // What the filter says of start_time besides, in microseconds: SpanQuery finds the range by its
  // key. No span outside of [from, until) passes the filter.
  std::optional<int64_t> from;
  std::optional<int64_t> until;
};

// For a filter over span_fields(). True, false and unknown are true, false and NULL (decision
// 0006). Comparisons of an attribute with a number are left to the filter: the engine reads other
// numbers than it does. Parameters are named "f0", "f1", and so on.
Condition to_condition(const Filter& filter);

}  // namespace sonde
