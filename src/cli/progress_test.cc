#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"

namespace sonde {
namespace {

TEST(ProgressLine, ShowsShareRateAndTimeLeft) {
  // 40 characters of text leave 80 - 40 - 4 = 36 for the bar; a quarter of it is done.
  EXPECT_EQ(progress_line(250'000'000, 1'000'000'000, 10, 80),
            "[=========" + std::string(27, ' ') + "] 250.0 MB of 1.0 GB, 25.0 MB/s, 30 s left");
}

TEST(ProgressLine, CountsMinutes) {
  EXPECT_EQ(progress_line(1'000'000, 66'000'000, 1, 40),
            "1.0 MB of 66.0 MB, 1.0 MB/s, 1 m 05 s le");
}

TEST(ProgressLine, WithoutATotalThereIsNoBar) {
  EXPECT_EQ(progress_line(1'500, 0, 0, 80), "2 KB, 0 B/s");
}

TEST(ProgressLine, NeverOutgrowsTheTerminal) {
  for (unsigned width = 0; width < 120; ++width) {
    EXPECT_LE(progress_line(3'000'000'000, 2'000'000'000, 7, width).size(), width);
    EXPECT_LE(progress_line(1, 2'000'000'000, 7, width).size(), width);
  }
}

TEST(ExitCode, IsDifferentForEveryError) {
  EXPECT_EQ(exit_code(Code::InvalidInput), 2);
  EXPECT_EQ(exit_code(Code::NotFound), 3);
  EXPECT_EQ(exit_code(Code::TooLarge), 4);
  EXPECT_EQ(exit_code(Code::Overloaded), 5);
  EXPECT_EQ(exit_code(Code::Unavailable), 6);
  EXPECT_EQ(exit_code(Code::Internal), 70);
}

}  // namespace
}  // namespace sonde
