// The latest rows of given spans, as they are stored.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "store/filed_span.h"
#include "store/store.h"

namespace sonde {

// Where one is looked for.
struct RowPlace {
  uint32_t filed_at = 0;
  std::string_view trace_key;
  std::string_view span_key;
};

// Those that are there, in any order, with these fields and all that a FiledSpan has beyond its
// span. Memory follows the rows: ask for a batch, not more.
Result<std::vector<FiledSpan>> read_stored_rows(Store& store, std::string_view project,
                                                std::span<const RowPlace> places,
                                                FieldSet fields = FieldSet::all());

}  // namespace sonde
