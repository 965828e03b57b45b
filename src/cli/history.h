// The history as the source of a job: what a command reads that was given no file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/arguments.h"
#include "store/store.h"

namespace sonde {

// Fails with InvalidInput when there is no history in the data folder yet, and no store-url.
Result<> require_history(const Settings& settings);

// Fails with InvalidInput when there is a store-url: `command` changes only a history of this
// machine.
Result<> require_data_folder(const Settings& settings, std::string_view command);

// Opens the history in the data folder, or at store-url, rather than making an empty one. Fails as
// require_history() and open_store().
Result<std::unique_ptr<Store>> open_history(const Settings& settings);

// "the history in FOLDER, project NAME", or "at ADDRESS"
Result<std::string> history_name(const Settings& settings);

// Gives every span of the job's project to the sinks, one thread each; a span's location is its
// place in the history, from the oldest on, so that results do not depend on the threads. Fails as
// open_history(), with NotFound when the project has no spans, and with Unavailable after Ctrl-C.
Result<ReadReport> read_history(const Job& job, std::span<SpanSink* const> sinks);

}  // namespace sonde
