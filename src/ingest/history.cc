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

// A batch that is in the spool may be in the store, or partly. One that is not was never begun
// there.
Result<> finish_batches(History& history) {
  const std::vector<BatchRecord> unfinished = TRY(history.catalog().unfinished_batches());
  for (const BatchRecord& record : unfinished) {
    const Result<BatchBlocks> blocks = history.spool().get(record.token);
    if (blocks) {
      const Result<> written = write_batch(history, record, *blocks);
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
  const auto writing = history.writing();
  // Keys first: a span without its key would be stored again; a key without its span is harmless.
  if (!blocks.keys.empty()) {
    TRY(history.store().insert("span_keys", blocks.keys, record.token));
    TRY(history.store().insert("spans", blocks.spans, record.token));
    TRY(mark_hours(history.store(), blocks.keys, history.next_number(), record.token));
  }
  TRY(history.catalog().finish_batch(record.number));
  return history.spool().remove(record.token);
}

}  // namespace sonde
