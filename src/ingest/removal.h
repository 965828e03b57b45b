// How spans, or their texts, leave a history for good: what erasing and retention have in common.
//
// A removal is in the catalog before the first row goes, with the number of spans it takes, and is
// finished when the last has gone. One that was interrupted is finished when the history is opened
// next, before anything else can be written, so that its number stays true.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/history.h"
#include "store/catalog.h"

namespace sonde {

// Deletes what the record says and counts it. Doing it again, also in another process, changes
// nothing more. Blocks until no row of it is left in any version, on disk neither. Nothing may be
// written to the history meanwhile. Fails as Store::execute(), with a part done.
Result<> finish_removal(History& history, const RemovalRecord& record);

// Begins a removal and finishes it. `now` in microseconds.
Result<> carry_out_removal(History& history, RemovalRecord record, int64_t now);

// One month of a project in the table spans: a partition, which can be dropped as a whole.
struct StoredMonth {
  std::string partition;  // The engine's id for it.
  std::string project;
  uint32_t month = 0;  // 202611.
  uint32_t first = 0;  // When its first and last span are filed, seconds since the epoch.
  uint32_t last = 0;
  uint64_t rows = 0;   // With those that newer versions replaced.
  uint64_t bytes = 0;  // On disk, with its indexes and its share of span_keys.
};

// Of all projects, the oldest month first.
Result<std::vector<StoredMonth>> read_months(Store& store);

// In SQL, true for a row with any of the texts that RemovalKind::Content clears.
std::string content_condition();

}  // namespace sonde
