#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "store/watched_writes.h"

namespace sonde {
namespace {

// The system's device that is always full.
TEST(WatchedWrites, AFileThatTookNoMoreBytesCannotBeSynced) {
  const uint64_t before = failed_writes();
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  EXPECT_EQ(::write(full, "a", 1), -1);
  EXPECT_EQ(failed_writes(), before + 1);
  EXPECT_EQ(last_failed_write(), ENOSPC);
  for (const auto sync : {::fsync, ::fdatasync}) {
    errno = 0;
    EXPECT_EQ(sync(full), -1);
    EXPECT_EQ(errno, ENOSPC);
  }
  ASSERT_EQ(::close(full), 0);
}

TEST(WatchedWrites, AnotherFileOfTheSameNumberIsItsOwn) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::write(full, "a", 1), -1);
  ASSERT_EQ(::close(full), 0);
  char path[] = "/tmp/sonde-watched-XXXXXX";
  const int file = ::mkstemp(path);
  ASSERT_EQ(file, full);
  EXPECT_EQ(::write(file, "a", 1), 1);
  EXPECT_EQ(::fdatasync(file), 0);
  ::close(file);
  ::unlink(path);
}

// A closed pipe says nothing of the disk.
TEST(WatchedWrites, OtherFailuresAreNotOfTheDisk) {
  const uint64_t before = failed_writes();
  EXPECT_EQ(::write(-1, "a", 1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(failed_writes(), before);
}

}  // namespace
}  // namespace sonde
