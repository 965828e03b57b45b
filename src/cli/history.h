// The history as the source of a job: what a command reads that was given no file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/arguments.h"
#include "ingest/history.h"
#include "store/store.h"

namespace sonde {

// Fails with InvalidInput when there is no history in the data folder yet, and no store-url.
Result<> require_history(const Settings& settings);

// Fails with InvalidInput when there is a store-url: `command` changes only a history of this
// machine.
Result<> require_data_folder(const Settings& settings, std::string_view command);

// Fails with InvalidInput where spans are on several servers: what `command` takes out of one
// replica or shard was never tried on more.
Result<> require_one_server(const Settings& settings, std::string_view command);

// Fails with InvalidInput when the history is on a server and no import into the project was from
// this data folder: the ledger that must count what goes is in another.
Result<> require_ledger(History& history, const Settings& settings, const std::string& project);

// What a command asks that only reads. Not thread-safe itself; its store is.
class OpenHistory {
 public:
  explicit OpenHistory(std::unique_ptr<History> history) : history_(std::move(history)) {}
  explicit OpenHistory(std::unique_ptr<Store> servers) : servers_(std::move(servers)) {}
  Store& store() { return history_ != nullptr ? history_->store() : *servers_; }

 private:
  std::unique_ptr<History> history_;  // In a data folder.
  std::unique_ptr<Store> servers_;    // Of which a question needs no data folder.
};

// Opens the history in the data folder, or at store-url. In a data folder it finishes what was
// interrupted first, so that nothing is shown whose removal has begun. Fails as History::open() and
// open_store().
Result<OpenHistory> open_to_read(const Settings& settings);

// The same rather than making an empty one: fails as require_history() too.
Result<OpenHistory> open_history(const Settings& settings);

// "the history in FOLDER, project NAME", or "at ADDRESS"
Result<std::string> history_name(const Settings& settings);

// Gives every span of the job's project to the sinks, one thread each; a span's location is its
// place in the history, from the oldest on, so that results do not depend on the threads. Fails as
// open_history(), with NotFound when the project has no spans, and with Unavailable after Ctrl-C.
Result<ReadReport> read_history(const Job& job, std::span<SpanSink* const> sinks);

}  // namespace sonde
