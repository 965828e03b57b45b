// A store in a folder of this machine: the embedded ClickHouse engine (decision 0020).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/settings.h"
#include "store/store.h"

namespace sonde {

// Settings::data_dir, or what an empty one stands for. Fails with InvalidInput when the environment
// names no home.
Result<std::string> data_folder_path(const Settings& settings);

// Opens the folder (makes it when it is not there), takes its lock, and starts the engine. Does not
// migrate; see open_store(). A process has at most one such store open at a time.
// Fails with Unavailable when the engine is missing, another process holds the folder, or the
// engine cannot start. The result is thread-safe: each call runs on a connection of its own, and
// waits while `store-connections-max` are busy.
// Standard input is never read by the engine: only Native blocks are inserted, never inline data.
Result<std::unique_ptr<Store>> open_chdb_store(const Settings& settings);

// Copies everything in an embedded store, as it is at one moment, to a new folder (an absolute
// path), and from there into one that was opened but not migrated. Blocks, without a limit of time.
// Fails as Store::execute().
Result<> save_chdb_store(Store& store, const std::string& folder);
Result<> load_chdb_store(Store& store, const std::string& folder);

}  // namespace sonde
