#include "report/text_width.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>

namespace sonde {
namespace {

using ::testing::ElementsAre;

class TextWidth : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
};

TEST_F(TextWidth, CountsOneColumnForLatinArabicAndHebrew) {
  EXPECT_EQ(display_width("abc é"), 5U);
  EXPECT_EQ(display_width("مرحبا"), 5U);
  EXPECT_EQ(display_width("שלום"), 4U);
}

TEST_F(TextWidth, CountsTwoColumnsForCjkAndHangul) {
  EXPECT_EQ(display_width("客服"), 4U);
  EXPECT_EQ(display_width("テスト"), 6U);
  EXPECT_EQ(display_width("한국"), 4U);
}

TEST_F(TextWidth, CountsAnEmojiSequenceAsOneGlyphOfTwoColumns) {
  EXPECT_EQ(display_width("👩‍💻"), 2U);  // Joined by U+200D.
  EXPECT_EQ(display_width("👨‍👩‍👧‍👦"), 2U);
  EXPECT_EQ(display_width("👍🏽"), 2U);  // Skin tone.
  EXPECT_EQ(display_width("🇫🇷"), 2U);        // Two letters make a flag.
  EXPECT_EQ(display_width("🇫🇷🇩🇪"), 4U);
  EXPECT_EQ(display_width("❤️"), 2U);      // Variation selector 16.
  EXPECT_EQ(display_width("1️⃣"), 2U);     // Keycap.
  EXPECT_EQ(display_width("\U0001FAE8"), 2U);  // Newer than the C library of Debian 12.
}

TEST_F(TextWidth, CountsNothingForCombiningMarks) {
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("Z\u0351\u036B\u0343"), 1U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST_F(TextWidth, CutsBetweenGlyphsOnly) {
  EXPECT_EQ(fit_width("abcdef", 4), "abc…");
  EXPECT_EQ(fit_width("abcd", 4), "abcd");
  EXPECT_EQ(fit_width("客服中心", 6), "客服…");  // The third would take columns 5 and 6.
  EXPECT_EQ(fit_width("a👩‍💻b c", 3), "a…");
  EXPECT_EQ(fit_width("ae\u0301bcd", 3), "ae\u0301…");
  EXPECT_EQ(fit_width("abc", 0), "");
}

TEST_F(TextWidth, WrapsAtSpacesAndCutsTheLastLine) {
  EXPECT_THAT(wrap_width("rate_limit 12, timeout 3", 14, 3),
              ElementsAre("rate_limit 12,", "timeout 3"));
  EXPECT_THAT(wrap_width("one two three four", 5, 2), ElementsAre("one", "two…"));
  EXPECT_THAT(wrap_width("客服中心", 4, 3), ElementsAre("客服", "中心"));
  EXPECT_THAT(wrap_width("客", 1, 3), ElementsAre("…"));
  EXPECT_THAT(wrap_width("", 5, 2), ElementsAre(""));
}

TEST_F(TextWidth, MakesEscapeSequencesVisibleInsteadOfObeyingThem) {
  EXPECT_EQ(sanitize_line("\x1b[31mred\x1b[0m"), "␛[31mred␛[0m");
  EXPECT_EQ(sanitize_line("a\x07\x7f"), "a␇␡");
  EXPECT_EQ(sanitize_line("\xC2\x9B\x33\x31m"), "\uFFFD31m");  // U+009B starts a sequence too.
  EXPECT_EQ(sanitize_line("\x9B\x33\x31m"), "\uFFFD31m");      // Likewise as one byte.
  EXPECT_EQ(sanitize_line(std::string_view("a\0b", 3)), "a␀b");
}

TEST_F(TextWidth, KeepsTextOnOneLineInTheOrderWritten) {
  EXPECT_EQ(sanitize_line("a\r\nb\tc\u2028d"), "a  b c d");
  EXPECT_EQ(sanitize_line("a\u202Eb\u2066c\u200Bd"), "abcd");  // Reordering and hiding.
}

TEST_F(TextWidth, ReplacesEachInvalidByte) {
  EXPECT_EQ(repair_utf8("a\xFF\xFE"), "a\uFFFD\uFFFD");
  EXPECT_EQ(repair_utf8("\xC3"), "\uFFFD");            // Cut.
  EXPECT_EQ(repair_utf8("\xC3(\x1b"), "\uFFFD(\x1b");  // What follows a broken start is kept.
  EXPECT_EQ(repair_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // A lone surrogate.
  EXPECT_EQ(repair_utf8("\xC0\xAF"), "\uFFFD\uFFFD");            // Overlong.
  EXPECT_EQ(repair_utf8("客服 👩‍💻"), "客服 👩‍💻");
}

}  // namespace
}  // namespace sonde
