// A data folder, opened: the catalog, batches on their way, and the store, which may be elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "ingest/batch_spool.h"
#include "store/catalog.h"
#include "store/data_folder.h"
#include "store/store.h"

namespace sonde {

// Thread-safe; the only one on its folder.
class History {
 public:
  enum class Use : uint8_t {
    Change,  // Or count.
    // Goes on when what was interrupted cannot be finished, as on a full disk: a batch may be
    // partly there, and spans that are too old. What was to be erased is never read.
    Read,
  };
  // Opens it, brings its tables up to date, and finishes what a process that died had begun:
  // batches and removals. Fails as open_store() and Catalog::open(), and when those cannot be
  // finished.
  static Result<std::unique_ptr<History>> open(const Settings& settings, Use use = Use::Change);

  Store& store() { return *store_; }
  Catalog& catalog() { return *catalog_; }
  const BatchSpool& spool() const { return spool_; }
  // Fails with Unavailable, before anything is written, when a batch of so many bytes would not
  // find room on the disk of the data folder.
  Result<> require_room_for(uint64_t batch_bytes) const;
  // Removals that a process had begun and this one finished when it opened the history.
  const std::vector<RemovalRecord>& resumed_removals() const { return resumed_; }

  // Held, shared, while a batch is written and its hours are marked (store/hours.h).
  std::shared_lock<std::shared_mutex> writing() { return std::shared_lock(writing_); }
  // Of a change: higher than any before, also by an earlier process on this store, and near the
  // present in microseconds.
  uint64_t next_number();
  // The highest of the changes that are in the store as a whole; waits for those that are being
  // written.
  uint64_t number_of_written();

 private:
  History(std::string path, std::unique_ptr<DataFolder> folder, std::unique_ptr<Store> store,
          std::unique_ptr<Catalog> catalog, BatchSpool spool)
      : path_(std::move(path)),
        folder_(std::move(folder)),
        store_(std::move(store)),
        catalog_(std::move(catalog)),
        spool_(std::move(spool)) {}

  const std::string path_;
  std::unique_ptr<DataFolder> folder_;  // Null when the store is in the folder and holds its lock.
  std::unique_ptr<Store> store_;        // One of the two is closed last.
  std::unique_ptr<Catalog> catalog_;
  BatchSpool spool_;
  std::vector<RemovalRecord> resumed_;
  std::shared_mutex writing_;
  std::mutex mutex_;
  uint64_t last_number_ = 0;  // Guarded by mutex_.
};

// Writes or forgets the batches that were begun and not finished, of this process or another. No
// batch may be on its way meanwhile.
Result<> finish_batches(History& history);

// Writes a batch that is in the spool and in the catalog. What another process began to write is
// written again by History::open(), which leaves rows twice until the engine merges them: the same
// ids with the same version are one row to every question with FINAL.
Result<> write_batch(History& history, const BatchRecord& record, const BatchBlocks& blocks);

}  // namespace sonde
