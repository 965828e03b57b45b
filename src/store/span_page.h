// A page of spans in their order: what read_history() does when there is a limit.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/span_reader.h"

namespace sonde {

// As read_history(). Contract: the query has a limit and an order, and names no id.
//
// Reading all versions and taking the latest (FINAL) would go through everything there is for a
// page of 50. So the newest thousand rows or so are read that way, and what the page then lacks is
// found in two steps, neither with FINAL: which rows meet the condition, in order, as far as needed
// and without reading what is only shown; then the latest version of each of these spans. A row
// that is not the latest of its span does not count.
Result<uint64_t> read_page(Store& store, const SpanQuery& query,
                           const std::function<bool(Span&)>& each);

}  // namespace sonde
