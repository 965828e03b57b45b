// Writes spans into the history: merges what came twice, in the batch or before, and writes only
// rows that are new or changed, with the ledger.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "ingest/filings.h"
#include "ingest/history.h"
#include "store/filed_span.h"

namespace sonde {

// About how many bytes of memory a span takes.
size_t weight_of(const Span& span);

class SpanWriter {
 public:
  // For one import into one project. `import_time`, in microseconds: where spans without a start
  // are filed. `history` must outlive it.
  static Result<std::unique_ptr<SpanWriter>> open(History& history, std::string project,
                                                  int64_t import_number, int64_t import_time);

  // Durable when it returns: each event (ingest/merge.h) is in the history, and counted. On an
  // error the batch is either not there and not counted, or finished when the history is opened
  // next; writing the same again is safe either way. `events` is empty then. Thread-safe; batches
  // that share no span are written at the same time.
  Result<SpanCounts> write(std::vector<FiledSpan>& events, BatchRecord::Place first,
                           BatchRecord::Place last);
  // The same with what else the record says: where the events come from, and what was counted
  // beside them. Its `written_at`, where it is not 0, is the import's time for this batch.
  Result<SpanCounts> write(std::vector<FiledSpan>& events, BatchRecord record);

 private:
  // Spans that a thread is writing, so that no other thread merges them into what is not there yet.
  class Claim;

  // One span of a batch, and what became of the events about it.
  struct Pending {
    FiledSpan* row = nullptr;
    SpanHash hash;
    uint64_t fingerprint = 0;
    uint64_t merged = 0;  // Of the events after the first; the rest of them said nothing new.
    uint64_t repeated = 0;
    enum class Outcome : uint8_t { Stored, Merged, Deduplicated } outcome = Outcome::Stored;
  };

  SpanWriter(History& history, std::string project, int64_t import_number, int64_t import_time)
      : history_(history),
        project_(std::move(project)),
        import_number_(import_number),
        import_time_(import_time) {}

  static std::vector<Pending> merge_events(std::vector<FiledSpan>& events);
  Result<> merge_stored(std::vector<Pending>& batch);
  // What of a batch is new or changed.
  struct Rows {
    BatchBlocks blocks;
    std::vector<Filing> filings;
  };
  Rows encode_rows(const std::vector<Pending>& batch, int64_t time) const;
  Result<> write_rows(const Rows& rows, BatchRecord record);

  History& history_;
  const std::string project_;
  const int64_t import_number_;
  const int64_t import_time_;
  std::unique_ptr<Filings> filings_;

  std::mutex mutex_;
  std::condition_variable released_;
  std::unordered_set<uint64_t> claimed_;  // Guarded by mutex_.
};

}  // namespace sonde
