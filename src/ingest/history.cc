#include "ingest/history.h"

#include <algorithm>
#include <charconv>

#include "base/time.h"
#include "ingest/removal.h"
#include "store/chdb_store.h"
#include "store/disk_room.h"
#include "store/hours.h"
#include "store/open_store.h"

namespace sonde {
namespace {

Result<> write_as(History& history, const BatchRecord& record, const BatchBlocks& blocks,
                  const std::string& batch_id) {
  const auto writing = history.writing();
  // Keys first: a span without its key would be stored again; a key without its span is harmless.
  if (!blocks.keys.empty()) {
    TRY(history.store().insert("span_keys", blocks.keys, batch_id));
    TRY(history.store().insert("spans", blocks.spans, batch_id));
    TRY(mark_hours(history.store(), blocks.keys, history.next_number(), batch_id));
  }
  TRY(history.catalog().finish_batch(record.number));
  return history.spool().remove(record.token);
}

Result<std::vector<RemovalRecord>> finish_removals(History& history, History::Use use) {
  std::vector<RemovalRecord> unfinished = TRY(history.catalog().unfinished_removals());
  for (const RemovalRecord& record : unfinished) {
    const Result<> done = finish_removal(history, record);
    const bool may_wait = use == History::Use::Read && record.kind != RemovalKind::Erase;
    if (!done && !may_wait) {
      return fail(done.error().code, "a removal that was interrupted cannot be finished: {}",
                  done.error().message);
    }
  }
  return unfinished;
}

}  // namespace

// A batch that is in the spool may be in the store, or partly. One that is not was never begun
// there. The engine notes the name of a batch before the rows are in their place, so after a crash
// it may know one of which it has nothing: it is written whole, under a name that is new each time.
Result<> finish_batches(History& history) {
  const std::vector<BatchRecord> unfinished = TRY(history.catalog().unfinished_batches());
  for (const BatchRecord& record : unfinished) {
    const Result<BatchBlocks> blocks = history.spool().get(record.token);
    if (blocks) {
      const Result<> written =
          write_as(history, record, *blocks, fmt::format("{}.{}", record.token, now_micros()));
      if (!written) {
        return fail(written.error().code, "a batch of an earlier import cannot be finished: {}",
                    written.error().message);
      }
    } else if (blocks.error().code == Code::NotFound) {
      TRY(history.catalog().discard_batch(record.number));
    } else {
      return tl::unexpected(blocks.error());
    }
  }
  return history.spool().keep_only({});
}

Result<std::unique_ptr<History>> History::open(const Settings& settings, Use use) {
  const std::string folder = TRY(data_folder_path(settings));
  std::unique_ptr<DataFolder> lock;
  if (!settings.store_url.empty()) lock = TRY(DataFolder::open(folder));
  auto store = TRY(open_store(settings));
  auto catalog = TRY(Catalog::open(folder));
  BatchSpool spool = TRY(BatchSpool::open(folder));
  std::unique_ptr<History> history(
      new History(folder, std::move(lock), std::move(store), std::move(catalog), std::move(spool)));
  const std::string last = TRY(history->store_->query(
      {"SELECT greatest(max(changed), max(built)) FROM hour_states", {}, "TSV"}));
  std::from_chars(last.data(), last.data() + last.size(), history->last_number_);
  const Result<> finished = finish_batches(*history);
  if (!finished && use == Use::Change) return tl::unexpected(finished.error());
  history->resumed_ = TRY(finish_removals(*history, use));
  return history;
}

uint64_t History::next_number() {
  const std::lock_guard lock(mutex_);
  return last_number_ = std::max(last_number_ + 1, static_cast<uint64_t>(now_micros()));
}

uint64_t History::number_of_written() {
  const std::unique_lock wait(writing_);
  const std::lock_guard lock(mutex_);
  return last_number_;
}

Result<> History::require_room_for(uint64_t batch_bytes) const {
  // In the spool, in parts and in their text indexes, of which merging makes others: more than is
  // needed, so that a disk that fills up is found here and not in the middle of a batch.
  constexpr uint64_t kReserve = uint64_t{16} << 20;
  const bool holds_spans = folder_ == nullptr;
  return require_room(path_, kReserve + batch_bytes * (holds_spans ? 3 : 1));
}

Result<> write_batch(History& history, const BatchRecord& record, const BatchBlocks& blocks) {
  return write_as(history, record, blocks, record.token);
}

}  // namespace sonde
