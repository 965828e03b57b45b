// Erases spans for good: which, by their ids or by a condition, and how many.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/history.h"
#include "model/span.h"
#include "store/store.h"

namespace sonde {

struct ErasureRequest {
  std::string project;
  // A condition in SQL over the columns of spans, and its values. Never text of a person.
  std::string where;
  std::vector<Param> params;
  // When the condition is true for more than is meant: what is asked of each of those.
  std::function<bool(const Span&)> is_meant = {};
};

// "trace_key = ..." and the like, for an id in any case, with or without hyphens. Fail with
// InvalidInput when the id is empty: that would mean every span without one.
Result<ErasureRequest> erasure_of_trace(std::string project, const std::string& id);
// `column`: session_id or user_id.
Result<ErasureRequest> erasure_by_id(std::string project, std::string_view column,
                                     const std::string& id);

struct ErasureSize {
  uint64_t spans = 0;     // That the condition is true for, with all of their versions.
  uint64_t versions = 0;  // Others of which only a version that was replaced is meant.

  bool is_empty() const { return spans == 0 && versions == 0; }
};

// Writes into the table removals what is to be erased. Nothing is erased yet. Until
// erase_selected() or drop_selection() nothing else may be written to the history. Fails as
// Store::stream().
Result<ErasureSize> select_erasure(History& history, const ErasureRequest& request);
Result<> drop_selection(History& history);

// Erases what was selected, from spans and span_keys, and counts it. Interrupted, it is finished
// when the history is opened next (ingest/removal.h). `now` in microseconds.
Result<> erase_selected(History& history, const std::string& project, const ErasureSize& size,
                        int64_t now);

}  // namespace sonde
