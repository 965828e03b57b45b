// Log files into the history: `sonde import`.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/history.h"
#include "sources/reader.h"

namespace sonde {

struct ImportRequest {
  // What to read and how. Every field is read, whatever it says. Its `stop` ends the import between
  // batches; what was written by then stays.
  ReadRequest read;
  std::string project = "default";
  unsigned threads = 1;
  // A batch is written when either is reached.
  size_t batch_spans_max = 50'000;
  size_t batch_bytes_max = size_t{128} << 20;
  int64_t now = 0;  // Microseconds since the epoch.
};

struct ImportResult {
  int64_t number = 0;  // Of the import, in the catalog.
  ReadReport report;
  SpanCounts counts;
  RejectCounts rejected;
  std::vector<ImportedFile> files;
  bool interrupted = false;
};

// Reads all files and writes what they say, in batches that are durable one by one. The same files
// again, after an end of any kind, leave the history as if they had been read once. Memory: a batch
// a thread, twice. Fails as read_spans() when nothing could be read, as SpanWriter::write() when
// the history cannot be written; what was written before stays.
Result<ImportResult> import_files(History& history, const ImportRequest& request);

// Why the records of these files were rejected.
RejectCounts count_rejects(const ReadReport& report);

}  // namespace sonde
