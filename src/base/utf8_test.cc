#include "base/utf8.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace sonde {
namespace {

// Boundaries of Unicode 15, table 3-7 (well-formed UTF-8 byte sequences).
TEST(Utf8, AcceptsExactlyTheWellFormedSequences) {
  for (const std::string_view valid :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(valid)) << valid;
    EXPECT_EQ(valid_utf8(valid), valid);
  }
  for (const std::string_view invalid :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xEF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(invalid));
    EXPECT_TRUE(is_valid_utf8(valid_utf8(invalid)));
  }
}

TEST(Utf8, ReplacesBrokenBytesAndKeepsTheRest) {
  EXPECT_EQ(valid_utf8("a\xC3z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(valid_utf8("é\xE2\x82"), "é\xEF\xBF\xBD\xEF\xBF\xBD");
}

// The published value of XXH3 (64 bits, seed 0) of nothing.
TEST(Hash, IsXxh3) { EXPECT_EQ(to_hex(hash_bytes("")), "2d06800538d394c2"); }

TEST(Hash, IsWrittenInSixteenDigits) { EXPECT_EQ(to_hex(0xAB), "00000000000000ab"); }

}  // namespace
}  // namespace sonde
