#include "base/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace sonde {
namespace {

TEST(EditDistance, CountsTheFourEdits) {
  EXPECT_EQ(edit_distance("latency", "latency"), 0U);
  EXPECT_EQ(edit_distance("latency", "latenc"), 1U);
  EXPECT_EQ(edit_distance("latency", "latencyy"), 1U);
  EXPECT_EQ(edit_distance("latency", "lotency"), 1U);
  EXPECT_EQ(edit_distance("latency", "latecny"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(EditDistance, IgnoresCase) { EXPECT_EQ(edit_distance("Model", "mODEL"), 0U); }

TEST(EditDistance, CutsLongNames) {
  EXPECT_EQ(edit_distance(std::string(1000, 'a'), std::string(64, 'a')), 0U);
}

TEST(Nearest, FindsATypoAndNothingForAStranger) {
  constexpr std::string_view kNames[] = {"model", "", "latency", "status"};
  EXPECT_EQ(nearest("latancy", kNames), "latency");
  EXPECT_EQ(nearest("stauts", kNames), "status");
  EXPECT_EQ(nearest("temperature", kNames), "");
}

}  // namespace
}  // namespace sonde
