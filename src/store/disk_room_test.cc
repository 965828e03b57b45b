#include "store/disk_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;

TEST(DiskRoom, MoreThanAnyDiskHasIsRefusedWithWhatToDo) {
  const FolderForTest folder;
  EXPECT_TRUE(require_room(folder.path(), 1));
  const Result<> refused = require_room(folder.path(), uint64_t{1} << 62);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::Unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("4398046511105 MiB: make room"));
}

TEST(DiskRoom, AFullDiskIsToldByTheWordsOfTheSystemTheEngineAndSqlite) {
  for (const char* const words :
       {"cannot write a: No space left on device", "Cannot reserve 2.01 MiB, not enough space",
        "Cannot execute query. database or disk is full"}) {
    const Error error = explain_full_disk({Code::InvalidInput, words}, "data");
    EXPECT_EQ(error.code, Code::Unavailable);
    EXPECT_THAT(error.message, HasSubstr("the disk of data is full: make room"));
    EXPECT_EQ(explain_full_disk(error, "data").message, error.message);
  }
  EXPECT_EQ(explain_full_disk({Code::NotFound, "no file a"}, "data").message, "no file a");
}

}  // namespace
}  // namespace sonde
