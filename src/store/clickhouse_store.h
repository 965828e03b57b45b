// A store on ClickHouse servers, over HTTP or HTTPS (decision 0023).
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "base/settings.h"
#include "store/migrations.h"
#include "store/store.h"

namespace sonde {

struct ClickhouseOptions {
  unsigned rounds = 5;                   // How often each host is asked before a request fails.
  std::chrono::milliseconds pause{200};  // After the first round; doubled after each further one.
  std::chrono::milliseconds connect_timeout{10'000};  // Of one attempt.
  // How much longer than query-seconds-max an answer may take to arrive.
  std::chrono::milliseconds grace{10'000};
};

// Settings::store_url and its neighbours. Nothing is sent yet. Fails as read_server_access() and
// load_curl(). The result is thread-safe; each call runs on a connection of its own, and waits
// while `store-connections-max` are busy (two for what writes).
//
// A request that a host does not take is sent to the next, and again, a bounded number of times: a
// query while none of its rows were given, an insert with the same batch_id, another statement only
// when the host could not be reached at all. An answer that ends early is Unavailable, never a
// short result. Beside the codes of Store, a call fails with NotFound when the database is not
// there.
Result<std::unique_ptr<Store>> open_clickhouse_store(const Settings& settings,
                                                     const ClickhouseOptions& options = {});

// Makes the database, on every host of the cluster when the layout has one. Idempotent.
Result<> create_database(const Settings& settings, SchemaLayout layout,
                         const ClickhouseOptions& options = {});
// The statement for that.
std::string database_statement(const Settings& settings, SchemaLayout layout);

// Of Settings::store_layout; Embedded, which is one server too, when store_url is empty.
SchemaLayout layout_of(const Settings& settings);

}  // namespace sonde
