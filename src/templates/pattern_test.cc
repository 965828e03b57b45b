#include "templates/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace sonde {
namespace {

std::string met(std::string_view a, std::string_view b) {
  return to_text(meet(pattern_of(a), pattern_of(b)));
}

bool have_common_run(std::string_view a, std::string_view b) {
  return Runs(pattern_of(a)).have_common(Runs(pattern_of(b)));
}

TEST(Pattern, LeavesGapsWhereTextsDiffer) {
  EXPECT_EQ(met("Translate one two into French", "Translate three into French"),
            "Translate {{1}} into French");
  EXPECT_EQ(met("one", "two"), "{{1}}");
  EXPECT_EQ(met("same words", "same words"), "same words");
}

// The common words stand among others that match nothing, in front, between and behind.
TEST(Pattern, FindsCommonWordsAmongManyOthers) {
  EXPECT_EQ(met("p1 p2 sum p3 p4 p5 up p6", "q1 sum q2 up q3 q4 q5 q6"),
            "{{1}} sum {{2}} up {{3}}");
}

TEST(Pattern, RunsAreThreeNeighbours) {
  EXPECT_TRUE(have_common_run("say one two three", "one two three go"));
  EXPECT_FALSE(have_common_run("say one two", "one two go"));
  EXPECT_FALSE(have_common_run("one x two y three", "one two three"));
  EXPECT_FALSE(have_common_run("", "one two three"));
}

// "one {{1}} three four" has no three neighbours: the gap parts one from three.
TEST(Pattern, RunsEndAtGaps) {
  const Pattern gap = meet(pattern_of("one x three four"), pattern_of("one y three four"));
  EXPECT_FALSE(Runs(gap).have_common(Runs(pattern_of("one three four"))));
}

}  // namespace
}  // namespace sonde
