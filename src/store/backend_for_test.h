// Where the history of a test lives. The same tests run on every backend: in a folder with the
// embedded engine; with SONDE_TEST_STORE=http through a server that speaks ClickHouse's interface
// and executes in a folder; with SONDE_TEST_CLICKHOUSE_URL on the server there, in databases of
// their own (user and password as SONDE_TEST_CLICKHOUSE_USER and _PASSWORD).
#pragma once

#include <memory>

#include "base/settings.h"
#include "store/clickhouse_for_test.h"
#include "store/folder_for_test.h"
#include "store/store.h"

namespace sonde {

class BackendForTest {
 public:
  enum class Tables : uint8_t { None, Migrated };

  // Aborts when it cannot: a test that has no store must not pass.
  explicit BackendForTest(Tables tables = Tables::Migrated);
  ~BackendForTest();
  BackendForTest(const BackendForTest&) = delete;
  BackendForTest& operator=(const BackendForTest&) = delete;

  // For open_store() and History::open(); one may be open at a time.
  Settings settings() const;
  const std::string& path() const { return folder_.path(); }  // A folder for the test's files.
  std::unique_ptr<Store> open() const;

 private:
  const Tables tables_;
  FolderForTest folder_;
  Settings settings_;
  std::unique_ptr<Store> served_;
  std::unique_ptr<ClickhouseForTest> server_;
};

}  // namespace sonde
