#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "store/chdb_store.h"
#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;

TEST(ChdbStoreTest, ASecondOpeningIsToldWhoHoldsTheFolder) {
  const FolderForTest folder;
  const auto first = open_chdb_store(folder.settings());
  ASSERT_TRUE(first) << first.error().message;
  const auto second = open_chdb_store(folder.settings());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::Unavailable);
  EXPECT_THAT(second.error().message,
              HasSubstr(fmt::format("is in use by process {} (", ::getpid())));
  EXPECT_THAT(second.error().message, HasSubstr("store_engine_test"));
  EXPECT_THAT(second.error().message, HasSubstr("--data-dir"));
}

std::pair<uint64_t, uint64_t> files_and_bytes(const std::string& folder) {
  std::pair<uint64_t, uint64_t> sum;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    ++sum.first;
    sum.second += entry.file_size();
  }
  return sum;
}

TEST(ChdbStoreTest, StatementsLeaveNothingBehind) {
  const FolderForTest folder;
  const Settings settings = folder.settings();
  {
    const auto store = open_chdb_store(settings);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->execute("CREATE TABLE t (x Int8) ENGINE = MergeTree ORDER BY x"));
  }
  const auto before = files_and_bytes(settings.data_dir + "/engine");
  {
    const auto store = open_chdb_store(settings);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->query({fmt::format("SELECT count() + {} FROM t", i)}));
      ASSERT_FALSE((*store)->query({"SELECT no_such_column FROM t"}));
      ASSERT_TRUE((*store)->execute("CREATE TABLE IF NOT EXISTS t (x Int8) ENGINE = Memory"));
    }
    const auto own =
        (*store)->query({"SELECT count() FROM system.tables WHERE database = 'system' "
                         "AND endsWith(engine, 'MergeTree')",
                         {},
                         "TSV"});
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(*own, "0\n");
  }
  EXPECT_EQ(files_and_bytes(settings.data_dir + "/engine"), before);
}

}  // namespace
}  // namespace sonde
