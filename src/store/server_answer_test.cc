#include "store/server_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kTag[] = "dmrdfnujjqvszhav";
// From the documentation of ClickHouse's HTTP interface, with the length of its message.
constexpr char kException[] =
    "\r\n__exception__\r\ndmrdfnujjqvszhav\r\n"
    "Code: 395. DB::Exception: Value passed to 'throwIf' function is non-zero. "
    "(FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 25.11.1.1)\n"
    "262 dmrdfnujjqvszhav\r\n__exception__\r\n";

// What is given of an answer that comes in pieces of `size` bytes, and then what is left.
std::string rows_in_pieces(AnswerBody& body, std::string_view text, size_t size) {
  std::string rows;
  while (!text.empty()) {
    body.add(text.substr(0, size));
    rows += body.rows();
    body.drop_rows();
    text.remove_prefix(std::min(size, text.size()));
  }
  rows += body.last_rows();
  return rows;
}

TEST(AnswerBodyTest, AnExceptionBehindRowsIsFoundHoweverItIsCut) {
  for (const std::string rows : {"", "1\n2\n", "\r\n__exception__\r\nno tag\r\n", "\r\n\r\n"}) {
    for (size_t size = 1; size < 200; size += 7) {
      AnswerBody body(kTag);
      EXPECT_EQ(rows_in_pieces(body, rows + kException, size), rows);
      ASSERT_TRUE(body.has_exception());
      const ServerFailure failure = read_exception(body.exception());
      EXPECT_EQ(failure.error.message, "Value passed to 'throwIf' function is non-zero");
      EXPECT_FALSE(failure.is_passing);
    }
  }
}

TEST(AnswerBodyTest, RowsThatLookLikeAnExceptionAreRows) {
  const std::string rows = "Code: 1. DB::Exception: x\n\r\n__exception__\r\nanother-tag-here\r\n";
  AnswerBody with_tag(kTag);
  EXPECT_EQ(rows_in_pieces(with_tag, rows, 5), rows);
  EXPECT_FALSE(with_tag.has_exception());
  AnswerBody without_tag("");
  EXPECT_EQ(rows_in_pieces(without_tag, rows + kException, 5), rows + kException);
  EXPECT_FALSE(without_tag.has_exception());
}

TEST(AnswerBodyTest, AnExceptionThatIsItselfCutIsStillOne) {
  AnswerBody body(kTag);
  body.add(std::string_view(kException).substr(0, 80));
  ASSERT_TRUE(body.has_exception());
  EXPECT_THAT(read_exception(body.exception()).error.message, HasSubstr("Value passed"));
}

TEST(ServerAnswerTest, TheServersOwnExceptionDecides) {
  const ServerFailure failure =
      read_failure("https://h", 404, "60",
                   "Code: 60. DB::Exception: Unknown table expression identifier 'x' in scope "
                   "SELECT 1. (UNKNOWN_TABLE) (version 26.7.3.1 (official build))\n");
  EXPECT_EQ(failure.error.code, Code::InvalidInput);
  EXPECT_EQ(failure.error.message, "Unknown table expression identifier 'x' in scope SELECT 1");
  EXPECT_FALSE(failure.is_passing);
}

TEST(ServerAnswerTest, WhatPassesByItselfIsTriedAgain) {
  for (const int number : {202, 242, 252, 319, 999}) {
    const auto failure = read_failure("https://h", 500, std::to_string(number),
                                      fmt::format("Code: {}. DB::Exception: Later.", number));
    EXPECT_TRUE(failure.is_passing) << number;
    EXPECT_THAT(failure.error.code, testing::AnyOf(Code::Unavailable, Code::Overloaded));
  }
  for (const unsigned status : {502U, 503U, 504U})
    EXPECT_TRUE(read_failure("https://h", status, "", "<html>").is_passing) << status;
  EXPECT_FALSE(read_failure("https://h", 500, "", "").is_passing);
  EXPECT_FALSE(read_failure("https://h", 503, "241", "").is_passing);
}

TEST(ServerAnswerTest, SomebodyElsesAnswerIsNamedWithTheHost) {
  EXPECT_EQ(read_failure("https://h:1", 503, "", "\n no backend. \nmore").error.message,
            "https://h:1 answered 503: no backend");
  EXPECT_EQ(read_failure("https://h:1", 301, "", "x").error.message,
            "https://h:1 answered 301: redirects are not followed");
  EXPECT_THAT(read_failure("https://h:1", 401, "", "").error.message,
              HasSubstr("store-password-file"));
  EXPECT_EQ(read_failure("h", 414, "", "").error.code, Code::TooLarge);
  EXPECT_LT(read_failure("h", 500, "", std::string(9000, 'x')).error.message.size(), 300U);
  EXPECT_EQ(read_failure("h", 500, "241", "nothing that is known").error.code, Code::TooLarge);
}

}  // namespace
}  // namespace sonde
