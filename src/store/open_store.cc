#include "store/open_store.h"

#include "store/chdb_store.h"
#include "store/clickhouse_store.h"
#include "store/migrations.h"
#include "store/server_access.h"

namespace sonde {
namespace {

Result<> expect_migrated(Store& store, const std::string& place) {
  const Result<std::vector<std::string>> pending = pending_migrations(store);
  const bool has_database = pending || pending.error().code != Code::NotFound;
  if (has_database && !pending) return tl::unexpected(pending.error());
  if (has_database && pending->empty()) return {};
  return fail(Code::NotFound, "{} {}: run sonde migrate", place,
              has_database ? fmt::format("lacks the tables of {}", fmt::join(*pending, ", "))
                           : "has no history yet");
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const Settings& settings) {
  if (settings.store_url.empty()) {
    auto embedded = TRY(open_chdb_store(settings));
    TRY(migrate(*embedded, SchemaLayout::Embedded));
    return embedded;
  }
  auto store = TRY(open_clickhouse_store(settings));
  const std::string place = TRY(store_place(settings));
  TRY(expect_migrated(*store, place));
  return store;
}

Result<std::string> store_place(const Settings& settings) {
  if (settings.store_url.empty()) return data_folder_path(settings);
  const ServerAccess access = TRY(read_server_access(settings));
  return fmt::format("{}", fmt::join(access.hosts, ","));
}

}  // namespace sonde
