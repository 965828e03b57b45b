#include "store/native_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Bytes by hand, after the description of the format; the literals hold zero bytes.
template <size_t N>
std::string_view bytes(const char (&literal)[N]) {
  return {literal, N - 1};
}

TEST(NativeReader, ReadsColumnsOfEachKind) {
  const auto block_bytes = bytes(
      "\x04\x02"
      "\x01n\x0fNullable(Int16)\x01\x00\x00\x00\xfe\xff"
      "\x01t\x06String\x00\x03"
      "abc"
      "\x01m\x13Map(String, String)\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01k\x01v"
      "\x01"
      "d\x0e"
      "Decimal(19, 9)\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
      "rest");
  NativeBlock block;
  ASSERT_EQ(*decode_native(block_bytes, block), block_bytes.size() - 4);
  ASSERT_EQ(block.rows, 2U);
  EXPECT_TRUE(block.columns[0].is_null(0));
  EXPECT_FALSE(block.columns[0].is_null(1));
  EXPECT_EQ(block.columns[0].number<int16_t>(1), -2);
  EXPECT_THAT(block.columns[1].texts, ElementsAre("", "abc"));
  EXPECT_THAT(block.columns[2].ends, ElementsAre(1, 1));
  EXPECT_THAT(block.columns[2].keys, ElementsAre("k"));
  EXPECT_THAT(block.columns[2].texts, ElementsAre("v"));
  EXPECT_EQ(block.columns[3].width, 16U);
  EXPECT_EQ(block.columns[3].number<int64_t>(1), -1);
}

// Two distinct values for three rows; a map without entries has the version alone.
TEST(NativeReader, ReadsDictionaries) {
  const auto block_bytes = bytes(
      "\x02\x03"
      "\x01t\x16LowCardinality(String)\x01\0\0\0\0\0\0\0\x00\x06\0\0\0\0\0\0"
      "\x02\0\0\0\0\0\0\0\x00\x02hi\x03\0\0\0\0\0\0\0\x01\x00\x01"
      "\x01m\x22Map(LowCardinality(String), Int64)\x01\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  NativeBlock block;
  const auto decoded = decode_native(block_bytes, block);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, block_bytes.size());
  EXPECT_THAT(block.columns[0].texts, ElementsAre("hi", "", "hi"));
  EXPECT_THAT(block.columns[1].ends, ElementsAre(0, 0, 0));
}

TEST(NativeReader, AnEmptyBlockIsOne) {
  NativeBlock block;
  EXPECT_EQ(*decode_native(bytes("\x00\x00"), block), 2U);
  EXPECT_EQ(*decode_native(bytes("\x01\x00\x01t\x06String"), block), 11U);
}

void expect_error(std::string_view block_bytes, const char* words) {
  NativeBlock block;
  const auto decoded = decode_native(block_bytes, block);
  ASSERT_FALSE(decoded) << words;
  EXPECT_THAT(decoded.error().message, HasSubstr(words));
}

TEST(NativeReader, DamageIsAnErrorThatNamesTheColumn) {
  expect_error(bytes("\x01\x01\x01t\x07"
                     "Variant\x00"),
               "column t has type Variant");
  expect_error(bytes("\x01\x01\x01t\x0e"
                     "Decimal(99, 9)"),
               "column t has type Decimal(99, 9)");
  expect_error(bytes("\x01\x01\x01t\x16LowCardinality(String)\x02\0\0\0\0\0\0\0"),
               "a dictionary of version 2");
  expect_error(bytes("\x01\x01\x01t\x16LowCardinality(String)\x01\0\0\0\0\0\0\0"
                     "\x00\x06\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x00"
                     "\x01\0\0\0\0\0\0\0\x01"),
               "index 1 into a dictionary of 1");
  expect_error(bytes("\x00\x01"), "1 rows without columns");
  expect_error(bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "a count of over 10000");
  expect_error(bytes("\x01\x02\x01m\x13Map(String, String)\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"),
               "offsets that go back in column m");
}

// Claims of rows and texts that are not there take no memory.
TEST(NativeReader, WhatIsClaimedButNotThereWantsMore) {
  NativeBlock block;
  EXPECT_EQ(*decode_native(bytes("\x01\xff\xff\xff\x7f\x01t\x06String\x00"), block), 0U);
  EXPECT_EQ(*decode_native(bytes("\x01\xff\xff\xff\x7f\x01t\x06UInt64\x00"), block), 0U);
  EXPECT_EQ(*decode_native(bytes("\x01\x01\x01t\x06String\xff\xff\xff\x7f"), block), 0U);
  EXPECT_EQ(
      *decode_native(bytes("\x01\x01\x01m\x13Map(String, String)\xff\xff\xff\xff\xff\xff\xff\x7f"),
                     block),
      0U);
}

}  // namespace
}  // namespace sonde
