#include "dump/quote.h"

#include <gtest/gtest.h>

namespace sonde::dump {
namespace {

TEST(ShellWord, IsInSingleQuotesWhateverItHolds) {
  EXPECT_EQ(shell_word("plain"), "'plain'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$(rm -r x) `id` \\ \"a\" !!"), "'$(rm -r x) `id` \\ \"a\" !!'");
  EXPECT_EQ(shell_word("O'Brien"), "'O'\\''Brien'");
  EXPECT_EQ(shell_word("'; id; '"), "''\\''; id; '\\'''");
}

TEST(SqlValue, DoublesTheQuotesForPostgres) {
  EXPECT_EQ(sql_value(Engine::Postgres, "O'Brien'; drop table apps --"),
            "'O''Brien''; drop table apps --'");
  EXPECT_EQ(sql_value(Engine::Postgres, "back\\slash"), "'back\\slash'");
}

TEST(SqlValue, IsHexadecimalForMySql) {
  EXPECT_EQ(sql_value(Engine::MySql, "a\\'é"), "_utf8mb4 X'615C27C3A9'");
}

TEST(CheckText, RefusesWhatNoNameHolds) {
  const auto refused = [](std::string_view text) {
    const Result<> checked = check_text("the name", text);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refused(""), "the name is empty");
  EXPECT_EQ(refused("a\nb"), "the name has a control character");
  EXPECT_EQ(refused(std::string_view("a\0b", 3)), "the name has a control character");
  EXPECT_EQ(refused("a\x7F"), "the name has a control character");
  EXPECT_EQ(refused("a\xC2\x85"), "the name has a control character");
  EXPECT_EQ(refused("a\xFF"), "the name is not UTF-8");
  EXPECT_EQ(refused(std::string(1025, 'a')), "the name is 1025 bytes long, limit is 1024");
}

TEST(CheckText, LetsNamesOfAllLanguagesPass) {
  for (const std::string_view name : {"O'Brien \"x\" $(id) \\", "日本語 😀", "Â \u00A0é"}) {
    EXPECT_TRUE(check_text("the name", name)) << name;
  }
}

}  // namespace
}  // namespace sonde::dump
