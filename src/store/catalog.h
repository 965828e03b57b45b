// What is known of the history besides the spans: imports, their files and batches, and the ledger
// of what became of everything that was read. A SQLite file in the data folder; every change is one
// transaction, durable when the call returns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// What became of spans. accepted = stored + merged + deduplicated, always.
struct SpanCounts {
  uint64_t accepted = 0;
  uint64_t stored = 0;        // New: as many spans as the history grew by.
  uint64_t merged = 0;        // Changed a span that was there, or came in the same batch.
  uint64_t deduplicated = 0;  // Said nothing new.
  uint64_t truncated = 0;     // Of the accepted: the source had cut a value.

  SpanCounts& operator+=(const SpanCounts& other);
  bool is_balanced() const { return accepted == stored + merged + deduplicated; }
  friend bool operator==(const SpanCounts&, const SpanCounts&) = default;
};

// Why a record was not accepted.
enum class RejectReason : uint8_t { Malformed, TooLarge, NotUnderstood };
std::string_view to_string(RejectReason reason);  // malformed, too_large, not_understood
// Of a sentence of the readers (sources/reader.h).
RejectReason classify_reject(std::string_view sentence);

using RejectCounts = std::map<RejectReason, uint64_t>;

struct ImportedFile {
  std::string path;
  uint64_t size = 0;        // Bytes on disk; 0 for standard input.
  int64_t modified_at = 0;  // Microseconds since the epoch.
  std::string hash;         // XXH3 of the bytes on disk; empty when they could not be read again.
  uint64_t documents = 0;
  uint64_t rejected = 0;
  std::string error;  // Why it was not read to its end.
};

// A batch that is written as a whole. `first` and `last` say from where its records come.
struct BatchRecord {
  struct Place {
    std::string path;
    uint64_t byte = 0;
  };
  int64_t number = 0;  // Given by begin_batch(); never used again.
  std::string token;   // Likewise: what the engine knows the batch by.
  SpanCounts counts;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  Place first;
  Place last;
  // Of what came over the network only; a file's are counted with its import. `source` is the
  // protocol (otlp, langfuse), and empty for files.
  std::string source = {};
  RejectCounts rejected = {};
  uint64_t excluded = 0;   // Parts that were left out on purpose.
  int64_t written_at = 0;  // Microseconds since the epoch.
};

// How far what came over the network was written: the last place of the last batch that is done.
struct LivePlace {
  std::string project;
  std::string source;
  BatchRecord::Place place;
};

// What came over the network by one protocol.
struct LiveCounts {
  std::string source;
  SpanCounts counts;
  RejectCounts rejected;
  uint64_t excluded = 0;
  int64_t last_event_at = 0;  // When a batch of it was last written, in microseconds.
};

enum class ImportState : uint8_t { Running, Done, Interrupted };

struct ImportRecord {
  int64_t number = 0;
  std::string project;
  std::string started_at;  // ISO 8601.
  ImportState state = ImportState::Running;
  SpanCounts counts;
  uint64_t rejected = 0;
  uint64_t excluded = 0;
};

// How spans leave the history.
enum class RemovalKind : uint8_t {
  Erase,    // Those that the engine's table removals names.
  Expire,   // Those filed before a time.
  Content,  // Of those their texts only; the spans stay.
};

// A removal that has begun: what is needed to finish it, whatever of it was done.
struct RemovalRecord {
  int64_t number = 0;  // Given by begin_removal().
  std::string project;
  RemovalKind kind = RemovalKind::Erase;
  uint32_t before = 0;  // Seconds since the epoch; 0 for Erase.
  uint64_t spans = 0;   // How many it takes, counted before the first of them went.
};

// Spans of finished removals.
struct RemovalCounts {
  uint64_t erased = 0;
  uint64_t expired = 0;
  uint64_t content_expired = 0;  // They are still there, without their texts.

  uint64_t gone() const { return erased + expired; }
  friend bool operator==(const RemovalCounts&, const RemovalCounts&) = default;
};

// Thread-safe. Every call fails with Unavailable when the file cannot be read or written.
class Catalog {
 public:
  // Makes what is missing. An import that was running when its process died is marked interrupted.
  // Fails with InvalidInput when a newer program wrote the file.
  static Result<std::unique_ptr<Catalog>> open(const std::string& data_folder);
  virtual ~Catalog() = default;

  virtual Result<int64_t> begin_import(std::string_view project, int64_t now) = 0;
  virtual Result<> finish_import(int64_t import_number, ImportState state, int64_t now,
                                 const std::vector<ImportedFile>& files,
                                 const RejectCounts& rejected, uint64_t excluded) = 0;

  // Gives the record its number and token. From here on the batch is either finished or found again
  // by unfinished_batches(); its counts are in the ledger when it is finished.
  virtual Result<BatchRecord> begin_batch(int64_t import_number, BatchRecord record) = 0;
  virtual Result<> finish_batch(int64_t batch_number) = 0;
  virtual Result<std::vector<BatchRecord>> unfinished_batches() = 0;
  // Forgets a batch of which nothing was written.
  virtual Result<> discard_batch(int64_t batch_number) = 0;

  // The same for a removal: once begun it is finished or found again, and counts when finished.
  virtual Result<RemovalRecord> begin_removal(RemovalRecord record, int64_t now) = 0;
  virtual Result<> finish_removal(int64_t removal_number, int64_t now) = 0;
  virtual Result<std::vector<RemovalRecord>> unfinished_removals() = 0;

  // Of which there was ever an import, in order of their names.
  virtual Result<std::vector<std::string>> projects() = 0;
  // Newest first.
  virtual Result<std::vector<ImportRecord>> imports(std::string_view project, unsigned limit) = 0;
  virtual Result<std::vector<ImportedFile>> files_of(int64_t import_number) = 0;
  // Writes everything to a new file.
  virtual Result<> copy_to(const std::string& path) = 0;

  // Sums over all imports of the project. It holds stored - removals().gone() spans.
  virtual Result<SpanCounts> ledger(std::string_view project) = 0;
  virtual Result<RemovalCounts> removals(std::string_view project) = 0;
  virtual Result<RejectCounts> rejects(std::string_view project) = 0;

  virtual Result<std::vector<LivePlace>> live_places() = 0;
  // In order of the sources' names.
  virtual Result<std::vector<LiveCounts>> live_counts(std::string_view project) = 0;
  // Makes one of the batches of an import that are done, for each source: a server writes several a
  // second, for months. Sums and places stay.
  virtual Result<> fold_batches(int64_t import_number) = 0;
};

}  // namespace sonde
