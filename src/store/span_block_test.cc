#include "store/span_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "store/span_for_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;

std::vector<FiledSpan> some_rows() {
  return {full_row("a", std::numeric_limits<int64_t>::max()), empty_row("b"),
          full_row("c", std::numeric_limits<int64_t>::min()), full_row("d", 0)};
}

std::string encoded(const std::vector<FiledSpan>& rows) {
  std::vector<const FiledSpan*> pointers;
  for (const FiledSpan& row : rows) pointers.push_back(&row);
  return encode_spans("p", pointers);
}

TEST(SpanBlock, EveryFieldOfEveryRowComesBack) {
  const std::vector<FiledSpan> rows = some_rows();
  const std::string bytes = encoded(rows);
  NativeBlock block;
  ASSERT_EQ(*decode_native(bytes, block), bytes.size());
  ASSERT_EQ(block.rows, rows.size());
  const auto reader = SpanBlockReader::create(block);
  ASSERT_TRUE(reader) << reader.error().message;
  FiledSpan row;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_TRUE(reader->read(i, row));
    EXPECT_EQ(text_of_span(row), text_of_span(rows[i]));
  }
}

TEST(SpanBlock, TheListOfColumnsHasWhatWasAskedForAndTheForms) {
  EXPECT_EQ(span_column_list({Field::Output, Field::Cost}),
            "levels, content_truncated, output, output_form, cost");
  EXPECT_EQ(span_column_list({}), "levels, content_truncated");
  EXPECT_EQ(span_column_list({Field::SpanId}),
            "levels, content_truncated, span_key, span_form, span_sent");
}

TEST(SpanBlock, AColumnOfAnotherTypeIsRefused) {
  NativeBlock block;
  block.columns.push_back({.name = "model", .type = "UInt8"});
  const auto reader = SpanBlockReader::create(block);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().message, "column model has type UInt8, expected String");
}

TEST(SpanBlock, AKindOrFormThatTheModelLacksIsAnError) {
  std::string bytes = encoded({empty_row("b")});
  NativeBlock block;
  bytes.replace(bytes.find("\x04span", bytes.find("kind")), 5, "\x04spam");
  ASSERT_TRUE(decode_native(bytes, block));
  Span span;
  const auto read = SpanBlockReader::create(block)->read(0, span);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("no kind 'spam'"));
}

// A block that ends anywhere is not whole yet: never an error, never a crash.
TEST(SpanBlock, EveryBeginningOfABlockWantsMore) {
  const std::string bytes = encoded({full_row("a", 7), empty_row("b")});
  NativeBlock block;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode_native(std::string_view(bytes).substr(0, size), block);
    ASSERT_TRUE(decoded) << size << ": " << decoded.error().message;
    ASSERT_EQ(*decoded, 0U) << size;
  }
}

TEST(FiledSpan, IdsMatchWhateverTheirCaseAndHyphens) {
  EXPECT_EQ(key_of_id("17AA196C-bdbf-42ff"), "17aa196cbdbf42ff");
  EXPECT_EQ(key_of_id("--"), "--");
  EXPECT_EQ(key_of_id("É-x"), "Éx");
}

TEST(FiledSpan, AnIdIsStoredOnlyWhereItsKeyDoesNotTellIt) {
  const std::pair<const char*, IdForm> ids[] = {
      {"17aa196c-bdbf-42ff-84ac-cd72a0a342db", IdForm::Uuid},
      {"17aa196cbdbf42ff84accd72a0a342db", IdForm::Key},
      {"r-db7709caa069d00b", IdForm::Record},
      {"r-db7709caa069d00b-2", IdForm::Sent},
      {"17AA196C-bdbf-42ff-84ac-cd72a0a342db", IdForm::Sent},
      {"17aa196c-bdbf-42ff", IdForm::Sent},
      {"", IdForm::Key},
      {"-", IdForm::Key},
  };
  for (const auto& [id, form] : ids) {
    const std::string key = key_of_id(id);
    EXPECT_EQ(form_of_id(id, key), form) << id;
    if (form != IdForm::Sent) {
      EXPECT_EQ(id_of_key(key, form), id);
    }
  }
}

TEST(FiledSpan, TimesThatNoPartitionHoldsAreFiledAtTheNearest) {
  EXPECT_EQ(filing_second(-1), 0U);
  EXPECT_EQ(filing_second(1'784'800'805'999'999), 1'784'800'805U);
  EXPECT_EQ(filing_second(std::numeric_limits<int64_t>::max()), 4'294'967'295U);
}

}  // namespace
}  // namespace sonde
