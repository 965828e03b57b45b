#include "sources/flat_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/flat_value.h"

namespace sonde {
namespace {

using simdjson::error_code;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

struct Walked {
  std::vector<std::pair<std::string, std::string>> members;  // Raw keys and raw values.
  error_code error;
};

Walked walk_of(std::string_view json, size_t nesting_max = 64) {
  const simdjson::padded_string padded(json);
  FlatIndex index(nesting_max);
  FlatWalk walk;
  Walked walked{};
  walked.error = index.open(padded.data(), padded.size(), walk);
  if (walked.error) return walked;
  while (walk.next()) {
    const std::string_view key(walk.key());
    walked.members.emplace_back(key.substr(0, key.find('"')), walk.value().text());
  }
  walked.error = walk.error();
  return walked;
}

TEST(FlatWalk, SaysWhereKeysAndValuesStand) {
  const Walked walked = walk_of(
      " {\"a\" : 1 , \"b\":\"x, \\\"y\\\": {\" ,\"c\":[ {\"a\":[]}, 2 ]\t,\"d\":{ "
      "},\"e\":null\n} ");
  EXPECT_EQ(walked.error, simdjson::SUCCESS);
  EXPECT_THAT(walked.members,
              ElementsAre(Pair("a", "1"), Pair("b", "\"x, \\\"y\\\": {\""),
                          Pair("c", "[ {\"a\":[]}, 2 ]"), Pair("d", "{ }"), Pair("e", "null")));
}

TEST(FlatWalk, KnowsTheEmptyObject) {
  for (const char* json : {"{}", " { } "}) {
    const Walked walked = walk_of(json);
    EXPECT_EQ(walked.error, simdjson::SUCCESS);
    EXPECT_THAT(walked.members, IsEmpty());
  }
}

TEST(FlatWalk, FailsOnWhatIsNoObject) {
  const char* const broken[] = {
      "{",
      "{\"a\"",
      "{\"a\":",
      "{\"a\":1",
      "{\"a\":1,",
      "{\"a\":1,}",
      "{,\"a\":1}",
      "{\"a\" 1}",
      "{\"a\"::1}",
      "{\"a\":,\"b\":1}",
      "{\"a\":,,\"b\":1}",
      "{\"a\":1 \"b\":2}",
      "{\"a\":1]",
      "{\"a\":]}",
      "{\"a\":}",
      "{a:1}",
      "{1:1}",
      "{\"a\":1}}",
      "{\"a\":1} {\"b\":2}",
      "{\"a\":1},",
      "{\"a\":[1}",
      "{\"a\":{\"b\":1}",
      "{\"a\":[",
      "{\"a\":[]",
      "{\"a\":\"b\"c}",
      "{\"a\":\"b}",
      "[1]",
      "1",
      "\"a\"",
      "",
      " ",
      "}",
      "{\"a\":\"\x01\"}",
      "{\"a\":\"\xFF\"}",
  };
  for (const char* json : broken) EXPECT_NE(walk_of(json).error, simdjson::SUCCESS) << json;
}

TEST(FlatWalk, HoldsTheNestingLimitAsTheParserDoes) {
  for (size_t arrays = 1; arrays < 10; ++arrays) {
    const std::string json =
        "{\"a\":" + std::string(arrays, '[') + "1" + std::string(arrays, ']') + "}";
    simdjson::dom::parser parser;
    ASSERT_EQ(parser.allocate(64, 5), simdjson::SUCCESS);
    const error_code expected = parser.parse(json).error();
    EXPECT_EQ(walk_of(json, 5).error, expected) << json;
  }
}

TEST(FlatWalk, GrowsWithTheRecord) {
  const std::string text(300'000, 'x');
  const Walked walked = walk_of("{\"a\":\"" + text + "\",\"b\":true}");
  EXPECT_EQ(walked.error, simdjson::SUCCESS);
  ASSERT_EQ(walked.members.size(), 2U);
  EXPECT_EQ(walked.members[0].second.size(), text.size() + 2);
}

class FlatValues : public testing::Test {
 protected:
  // Of a record that has one member.
  FlatValue value_of(std::string_view json) {
    record = simdjson::padded_string("{\"k\":" + std::string(json) + "}");
    FlatWalk walk;
    EXPECT_EQ(index.open(record.data(), record.size(), walk), simdjson::SUCCESS) << json;
    EXPECT_TRUE(walk.next()) << json;
    return walk.value();
  }
  error_code text(std::string_view json) { return read_text(index, value_of(json), read); }
  error_code number(std::string_view json) { return read_number(index, value_of(json), real); }

  FlatIndex index{64};
  simdjson::padded_string record;
  std::string read;
  double real = 0;
};

TEST_F(FlatValues, ReadsNumbersAsTheParserDoes) {
  const char* const numbers[] = {"0",
                                 "-0",
                                 "7",
                                 "-12",
                                 "0.5",
                                 "3.14159",
                                 "123456789012345",
                                 "1234567",
                                 "1e3",
                                 "1.5E-7",
                                 "-2e+2",
                                 "0.1",
                                 "1234567890.12345",
                                 "12345678901234567",
                                 "1e308",
                                 "4.9e-324",
                                 "0.000001",
                                 "1.10",
                                 "99.99",
                                 "9007199254740993",
                                 "0.30000000000000004"};
  for (const char* json : numbers) {
    double expected = 0;
    simdjson::dom::parser parser;
    ASSERT_EQ(parser.parse(std::string(json)).get_double().get(expected), simdjson::SUCCESS);
    EXPECT_EQ(number(json), simdjson::SUCCESS) << json;
    EXPECT_EQ(real, expected) << json;
    EXPECT_EQ(text(json), simdjson::SUCCESS);
    EXPECT_EQ(read, json);
  }
}

TEST_F(FlatValues, TakesNoNumberThatJsonDoesNotHave) {
  for (const char* json : {"01", "-", "-a", "1.", "1.e3", "1e", "1e+", "--1", "1-", "0x1", "1_000",
                           "00", "-01", "1.2.3", "1e5.5", "12a", "1\"a\""}) {
    EXPECT_TRUE(is_malformed(number(json))) << json;
    EXPECT_TRUE(is_malformed(text(json))) << json;
  }
}

TEST_F(FlatValues, KnowsANumberThatNoDoubleHolds) {
  EXPECT_EQ(number("1e999"), simdjson::INCORRECT_TYPE);
  EXPECT_EQ(text("1e999"), simdjson::SUCCESS);
  EXPECT_EQ(read, "1e999");
}

TEST_F(FlatValues, ReadsNumbersFromStrings) {
  EXPECT_EQ(number("\"2.5\""), simdjson::SUCCESS);
  EXPECT_EQ(real, 2.5);
  for (const char* json : {"\"2.5 s\"", "\"\"", "\"inf\"", "\"nan\"", "null", "true", "[1]", "{}"})
    EXPECT_EQ(number(json), simdjson::INCORRECT_TYPE) << json;
}

TEST_F(FlatValues, ReadsTextOfEveryKind) {
  const std::pair<const char*, const char*> texts[] = {
      {R"("plain")", "plain"},
      {R"("")", ""},
      {R"("a\"b\\c\nd")", "a\"b\\c\nd"},
      {R"("\u00e9\ud83d\ude00")", "é😀"},
      {"true", "true"},
      {"false", "false"},
      {"null", ""},
      {R"([1, {"a": "b c"}])", R"([1,{"a":"b c"}])"},
      {"{ }", "{}"},
  };
  for (const auto& [json, expected] : texts) {
    EXPECT_EQ(text(json), simdjson::SUCCESS) << json;
    EXPECT_EQ(read, expected);
  }
}

TEST_F(FlatValues, FailsOnWrongScalars) {
  for (const char* json :
       {"nul", "nulll", "True", "tru", "falsey", "undefined", R"("\x")", R"("\ud83d")"})
    EXPECT_TRUE(is_malformed(text(json))) << json;
}

}  // namespace
}  // namespace sonde
