#include "analysis/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using testing::ElementsAre;

TEST(FindIgnoringCase, FindsTheFirstInAnyCase) {
  EXPECT_EQ(find_ignoring_case("as Json, json", "json"), 3U);
  EXPECT_EQ(find_ignoring_case("as json, JSON", "json"), 3U);
  EXPECT_EQ(find_ignoring_case("jso jsojson", "json"), 7U);
  EXPECT_EQ(find_ignoring_case("jso", "json"), std::string_view::npos);
  EXPECT_EQ(find_ignoring_case("", "json"), std::string_view::npos);
}

TEST(Words, KeepApostrophesAndSplitHan) {
  EXPECT_THAT(words("Don't re-run it - 3 times!"),
              ElementsAre("Don't", "re-run", "it", "3", "times"));
  EXPECT_THAT(words("\xE4\xBD\xA0\xE5\xA5\xBD ok"),
              ElementsAre("\xE4\xBD\xA0", "\xE5\xA5\xBD", "ok"));
}

TEST(Sentences, EndAtStopsAndLines) {
  EXPECT_THAT(sentences("One. Two? v1.5 stays\nThree"),
              ElementsAre("One.", "Two?", "v1.5 stays", "Three"));
}

TEST(Excerpt, CutsWholeCharactersAndStaysOnOneLine) {
  EXPECT_EQ(excerpt("a\nb", 10), "a b");
  EXPECT_EQ(excerpt("\xE4\xBD\xA0\xE5\xA5\xBD\xE5\xA5\xBD", 8), "\xE4\xBD\xA0...");
  EXPECT_EQ(excerpt("\xFFx", 10), "\xEF\xBF\xBDx");
}

TEST(WithoutQuotes, DropsCodeAndQuotes) {
  EXPECT_EQ(without_quotes("Say \"no\" to `x` now"), "Say   to   now");
  EXPECT_EQ(without_quotes("5\" wide"), "5\" wide");
}

TEST(EstimatedTokens, CountsHanByCharacter) {
  EXPECT_EQ(estimated_tokens("12345678"), 2U);
  EXPECT_EQ(estimated_tokens("\xE4\xBD\xA0\xE5\xA5\xBD"), 2U);
}

TEST(ToLower, KnowsUmlauts) {
  EXPECT_EQ(to_lower("\xC3\x84"
                     "B\xC3\x9F"),
            "\xC3\xA4"
            "b\xC3\x9F");
}

}  // namespace
}  // namespace sonde
