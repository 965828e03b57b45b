// The store that the settings name: what commands open.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/settings.h"
#include "store/store.h"

namespace sonde {

// The embedded store of the data folder, brought up to the tables that this program knows; or with
// store-url the servers there, which are not migrated by this: fails with NotFound, naming the
// command that does it, when they need to be, with InvalidInput when a newer program wrote the
// history, and as open_chdb_store() and open_clickhouse_store().
Result<std::unique_ptr<Store>> open_store(const Settings& settings);

// The data folder, or "https://db1.example:8443,https://db2.example:8443". Fails as
// data_folder_path() and read_server_access().
Result<std::string> store_place(const Settings& settings);

}  // namespace sonde
