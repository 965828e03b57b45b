// What an import would do, without doing it: `sonde import --dry-run`.
#pragma once

#include "base/result.h"
#include "ingest/importer.h"
#include "store/store.h"

namespace sonde {

struct ImportPreview {
  ReadReport report;
  // As the import would count, but that a span told several times in the files counts as merged
  // each time that it differs from the time before: merged is at most this, deduplicated at least.
  SpanCounts counts;
  RejectCounts rejected;
  bool interrupted = false;
};

// Reads all files as import_files() does and compares with the history; `store` null is an empty
// one. Writes nothing. Memory: a batch a thread, and 16 bytes a span. Fails as read_spans() and
// Store::query().
Result<ImportPreview> preview_import(Store* store, const ImportRequest& request);

}  // namespace sonde
