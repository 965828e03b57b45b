#include "ingest/history.h"

#include <algorithm>
#include <charconv>

#include "base/time.h"
#include "ingest/removal.h"
#include "store/chdb_store.h"
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

Result<std::vector<RemovalRecord>> finish_removals(History& history) {
  std::vector<RemovalRecord> unfinished = TRY(history.catalog().unfinished_removals());
  for (const RemovalRecord& record : unfinished) {
    const Result<> done = finish_removal(history, record);
    if (!done) {
      return fail(done.error().code, "a removal that was interrupted cannot be finished: {}",
                  done.error().message);
    }
  }
  return unfinished;
}

}  // namespace

Result<std::unique_ptr<History>> History::open(const Settings& settings) {
  const std::string folder = TRY(data_folder_path(settings));
  std::unique_ptr<DataFolder> lock;
  if (!settings.store_url.empty()) lock = TRY(DataFolder::open(folder));
  auto store = TRY(open_store(settings));
  auto catalog = TRY(Catalog::open(folder));
  BatchSpool spool = TRY(BatchSpool::open(folder));
  std::unique_ptr<History> history(
      new History(std::move(lock), std::move(store), std::move(catalog), std::move(spool)));
  const std::string last = TRY(history->store_->query(
      {"SELECT greatest(max(changed), max(built)) FROM hour_states", {}, "TSV"}));
  std::from_chars(last.data(), last.data() + last.size(), history->last_number_);
  TRY(finish_batches(*history));
  history->resumed_ = TRY(finish_removals(*history));
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

Result<> write_batch(History& history, const BatchRecord& record, const BatchBlocks& blocks) {
  return write_as(history, record, blocks, record.token);
}

}  // namespace sonde
