#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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

}  // namespace
}  // namespace sonde
