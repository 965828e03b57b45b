#include "store/backend_for_test.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "store/chdb_store.h"
#include "store/clickhouse_store.h"
#include "store/migrations.h"
#include "store/open_store.h"

namespace sonde {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

template <class T>
T expect(Result<T> result) {
  if (!result) fmt::print(stderr, "the test's store: {}\n", result.error().message);
  CHECK(result.has_value());
  return std::move(*result);
}

void expect(const Result<>& result) {
  if (!result) fmt::print(stderr, "the test's store: {}\n", result.error().message);
  CHECK(result.has_value());
}

void set_password(Settings& settings, const std::string& folder, const std::string& password) {
  settings.store_password_file = folder + "/password";
  std::ofstream(settings.store_password_file) << password << '\n';
}

}  // namespace

BackendForTest::BackendForTest(Tables tables) : tables_(tables), settings_(folder_.settings()) {
  static int number = 0;
  if (const std::string url = variable("SONDE_TEST_CLICKHOUSE_URL"); !url.empty()) {
    settings_.store_url = url;
    settings_.store_database = fmt::format("sonde_test_{}_{}", ::getpid(), ++number);
    if (const std::string user = variable("SONDE_TEST_CLICKHOUSE_USER"); !user.empty())
      settings_.store_user = user;
    set_password(settings_, path(), variable("SONDE_TEST_CLICKHOUSE_PASSWORD"));
  } else if (variable("SONDE_TEST_STORE") == "http") {
    Settings served = settings_;
    served.data_dir = path() + "/served";
    served_ = expect(open_chdb_store(served));
    server_ = std::make_unique<ClickhouseForTest>(*served_);
    settings_.store_url = server_->url();
    settings_.store_user = ClickhouseForTest::kUser;
    set_password(settings_, path(), ClickhouseForTest::kPassword);
  }
  if (settings_.store_url.empty()) return;
  expect(create_database(settings_, SchemaLayout::Embedded));
  if (tables == Tables::None) return;
  const auto store = expect(open_clickhouse_store(settings_));
  expect(migrate(*store, SchemaLayout::Embedded));
}

BackendForTest::~BackendForTest() {
  if (settings_.store_url.empty() || server_ != nullptr) return;
  const auto store = expect(open_clickhouse_store(settings_));
  expect(store->execute("DROP DATABASE IF EXISTS " + settings_.store_database));
}

Settings BackendForTest::settings() const { return settings_; }

std::unique_ptr<Store> BackendForTest::open() const {
  if (tables_ == Tables::Migrated) return expect(open_store(settings_));
  return expect(settings_.store_url.empty() ? open_chdb_store(settings_)
                                            : open_clickhouse_store(settings_));
}

}  // namespace sonde
