// A server of ClickHouse's interface for test programs: prints its address, user and password, a
// line each, and runs until its standard input ends.
#include <cstdio>

#include "store/chdb_store.h"
#include "store/clickhouse_for_test.h"
#include "store/folder_for_test.h"

int main() {
  const sonde::FolderForTest folder;
  const auto store = sonde::open_chdb_store(folder.settings());
  if (!store) {
    fmt::print(stderr, "{}\n", store.error().message);
    return 1;
  }
  const sonde::ClickhouseForTest server(**store);
  fmt::print("{}\n{}\n{}\n", server.url(), sonde::ClickhouseForTest::kUser,
             sonde::ClickhouseForTest::kPassword);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
