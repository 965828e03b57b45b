#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "base/hash.h"
#include "store/native_writer.h"
#include "store/span_block.h"
#include "store/span_for_test.h"
#include "store/span_reader.h"
#include "store/store_fixture_for_test.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kNoon = 1'764'072'000'000'000;  // 2025-11-25T12:00:00Z
constexpr int64_t kMinute = 60'000'000;

class SpanReaderTest : public StoreFixture {
 protected:
  static void store(const std::vector<FiledSpan>& rows) {
    static int batch = 0;
    std::vector<const FiledSpan*> pointers;
    for (const FiledSpan& row : rows) pointers.push_back(&row);
    const auto done =
        store_->insert("spans", encode_spans(project(), pointers), fmt::format("b-{}", ++batch));
    ASSERT_TRUE(done) << done.error().message;
  }
  static void store_keys(const std::vector<FiledSpan>& rows) {
    static int batch = 0;
    NativeWriter writer(4, rows.size());
    writer.column("project_id", "String");
    for (size_t i = 0; i < rows.size(); ++i) writer.text(project());
    writer.column("trace_hash", "UInt64");
    for (const FiledSpan& row : rows) writer.number(hash_bytes(row.trace_key));
    writer.column("span_hash", "UInt64");
    for (const FiledSpan& row : rows) writer.number(hash_bytes(row.span_key));
    writer.column("filed_at", "DateTime('UTC')");
    for (const FiledSpan& row : rows) writer.number(row.filed_at);
    ASSERT_TRUE(store_->insert("span_keys", writer.bytes(), fmt::format("k-{}", ++batch)));
  }
  static std::vector<std::string> ids(SpanQuery query) {
    query.project = project();
    query.fields = {Field::SpanId};
    std::vector<std::string> ids;
    const auto read = read_history(*store_, query, [&](Span& span) {
      ids.push_back(span.span_id);
      return true;
    });
    if (!read) return {read.error().message};
    EXPECT_EQ(*read, ids.size());
    return ids;
  }
  static FiledSpan at(const std::string& id, std::optional<int64_t> start) {
    FiledSpan row = empty_row(id);
    row.span.start_time = start;
    row.filed_at = filing_second(start.value_or(kNoon));
    return row;
  }
};

TEST_F(SpanReaderTest, EveryFieldComesBackFromTheStore) {
  const std::vector<FiledSpan> rows = {
      full_row("a", std::numeric_limits<int64_t>::max()), empty_row("b"),
      full_row("c", std::numeric_limits<int64_t>::min()), full_row("d", 0)};
  store(rows);
  std::map<std::string, std::string> read;
  const auto done = read_history(*store_, {.project = project()}, [&](Span& span) {
    read[span.span_id] = text_of_span(span);
    return true;
  });
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(read.size(), rows.size());
  for (const FiledSpan& row : rows) EXPECT_EQ(read[row.span_key], text_of_span(row.span));
}

// What SQL says an id is, is what the reader says.
TEST_F(SpanReaderTest, IdsAreAsTheyWereSent) {
  const std::vector<std::string> sent = {"17aa196c-bdbf-42ff-84ac-cd72a0a342db",
                                         "17AA196C-bdbf-42ff-84ac-cd72a0a342dc",
                                         "27aa196cbdbf42ff84accd72a0a342db",
                                         "r-0a",
                                         "r-0a-2",
                                         "A-b",
                                         ""};
  for (const std::string& id : sent) {
    FiledSpan row = empty_row(key_of_id(id));
    row.span.trace_id = row.span.span_id = id;
    store({row});
    const auto sql =
        store_->query({"SELECT count() FROM spans WHERE project_id = {p:String} AND "
                       "trace_id = {id:String} AND span_id = {id:String}",
                       {{"p", project()}, {"id", id}},
                       "TSV"});
    EXPECT_EQ(*sql, "1\n") << id;
  }
  EXPECT_THAT(ids({}), testing::UnorderedElementsAreArray(sent));
}

TEST_F(SpanReaderTest, TheLatestVersionOfASpanIsTheSpan) {
  FiledSpan row = at("a", kNoon);
  store({row, at("b", kNoon)});
  row.version = 2;
  row.span.model = "m";
  store({row});
  EXPECT_THAT(ids({.order = SpanQuery::Order::OldestFirst}), ElementsAre("a", "b"));
  EXPECT_THAT(ids({.where = "model = {m:String}", .params = {{"m", "m"}}}), ElementsAre("a"));
  EXPECT_THAT(ids({.where = "model = ''", .order = SpanQuery::Order::NewestFirst}),
              ElementsAre("b"));
}

TEST_F(SpanReaderTest, ARangeHoldsItsBeginningButNotItsEnd) {
  store({at("a", kNoon - 1), at("b", kNoon), at("c", kNoon + kMinute - 1), at("d", kNoon + kMinute),
         at("none", std::nullopt)});
  EXPECT_THAT(ids({.from = kNoon, .until = kNoon + kMinute}), ElementsAre("b", "c"));
  EXPECT_THAT(ids({.until = kNoon}), ElementsAre("a"));
}

TEST_F(SpanReaderTest, ASpanWhoseStartWasCorrectedIsFoundByItsStart) {
  FiledSpan row = at("a", kNoon);
  row.span.start_time = kNoon - 60 * 24 * kMinute * 40;
  store({row, at("b", kNoon)});
  EXPECT_THAT(ids({.from = kNoon - 60 * 24 * kMinute * 41, .until = kNoon}), ElementsAre("a"));
  EXPECT_THAT(ids({.from = kNoon}), ElementsAre("b"));
}

TEST_F(SpanReaderTest, PagesAreOrderedAndLimited) {
  store({at("a", kNoon), at("b", kNoon + kMinute), at("c", kNoon + 2 * kMinute)});
  EXPECT_THAT(ids({.order = SpanQuery::Order::NewestFirst, .limit = 2}), ElementsAre("c", "b"));
  EXPECT_THAT(ids({.order = SpanQuery::Order::OldestFirst}), ElementsAre("a", "b", "c"));
}

// More rows than a first look holds, with versions, many in one second, and few that fit.
TEST_F(SpanReaderTest, APageIsFullWhateverItsConditionLeavesOut) {
  std::vector<FiledSpan> rows;
  for (int i = 0; i < 5'000; ++i) {
    rows.push_back(at(fmt::format("{:04}", i), kNoon + i / 700 * kMinute));
    if (i % 100 == 0) rows.back().span.model = "rare";
  }
  store(rows);
  for (FiledSpan& row : rows) row.version = 2;
  store(rows);
  for (const auto order : {SpanQuery::Order::NewestFirst, SpanQuery::Order::OldestFirst}) {
    const auto page = ids({.where = "model = 'rare'", .order = order, .limit = 40});
    const auto all = ids({.where = "model = 'rare'", .order = order});
    ASSERT_EQ(all.size(), 50U);
    EXPECT_EQ(page, std::vector<std::string>(all.begin(), all.begin() + 40));
    EXPECT_EQ(ids({.where = "model = 'rare'", .order = order, .limit = 60}), all);
    EXPECT_EQ(ids({.order = order, .limit = 4'999}).size(), 4'999U);
    EXPECT_EQ(ids({.order = order, .limit = 6'000}).size(), 5'000U);
  }
}

TEST_F(SpanReaderTest, APageGoesByLatestVersionsAlone) {
  std::vector<FiledSpan> rows;
  for (int i = 0; i < 5'000; ++i) {
    rows.push_back(at(fmt::format("{:04}", i), kNoon + i / 700 * kMinute));
    if (i % 10 == 0) rows.back().span.model = "rare";
  }
  store(rows);
  std::vector<FiledSpan> changed;
  for (int i = 0; i < 5'000; i += 5) {
    FiledSpan& row = changed.emplace_back(rows[static_cast<size_t>(i)]);
    row.version = 2;
    row.span.model = i % 20 == 5 ? "rare" : "";  // None of them was, those with an end of 0 were.
  }
  store(changed);
  for (const auto order : {SpanQuery::Order::NewestFirst, SpanQuery::Order::OldestFirst}) {
    const auto all = ids({.where = "model = 'rare'", .order = order});
    EXPECT_EQ(all.size(), 250U);
    EXPECT_EQ(ids({.where = "model = 'rare'", .order = order, .limit = 300}), all);
    const auto page = ids({.where = "model = 'rare'", .order = order, .limit = 200});
    EXPECT_EQ(page, std::vector<std::string>(all.begin(), all.begin() + 200));
  }
}

// As after a crash: what a process began to write is written again, under another name.
TEST_F(SpanReaderTest, ABatchThatWasWrittenTwiceIsOnAPageOnce) {
  std::vector<FiledSpan> rows;
  for (int i = 0; i < 3'000; ++i) {
    rows.push_back(at(fmt::format("{:04}", i), kNoon + i / 700 * kMinute));
    if (i % 10 == 0) rows.back().span.model = "rare";
  }
  store(rows);
  store(rows);
  for (const auto order : {SpanQuery::Order::NewestFirst, SpanQuery::Order::OldestFirst}) {
    const auto page = ids({.where = "model = 'rare'", .order = order, .limit = 400});
    EXPECT_EQ(page.size(), 300U);
    EXPECT_EQ(std::set<std::string>(page.begin(), page.end()).size(), 300U);
  }
}

TEST_F(SpanReaderTest, AnIdInAnyFormFindsItsSpanOrItsTrace) {
  std::vector<FiledSpan> rows = {at("ab12", kNoon), at("cd34", kNoon), at("ef56", kNoon + kMinute)};
  rows[1].trace_key = rows[2].trace_key = "1122";
  store(rows);
  store_keys(rows);
  EXPECT_THAT(ids({.id = "11-22", .order = SpanQuery::Order::OldestFirst}),
              ElementsAre("cd34", "ef56"));
  EXPECT_THAT(ids({.id = "AB-12"}), ElementsAre("ab12"));
  EXPECT_THAT(ids({.id = "no such"}), IsEmpty());
}

TEST_F(SpanReaderTest, WordsAreFoundInAnyCaseAndInEveryKindOfReading) {
  std::vector<FiledSpan> rows = {at("a", kNoon), at("b", kNoon + kMinute), at("c", kNoon)};
  rows[0].span.input = "A Refund, please";
  rows[1].span.input = "refunded twice";
  rows[2].span.input = "no word of it";
  store(rows);
  store_keys(rows);
  rows[2].version = 2;
  rows[2].span.input = "REFUND after all";
  store({rows[2]});
  const SpanQuery words = {.where = "hasAllTokens(input, {w:String})", .params = {{"w", "refund"}}};
  SpanQuery page = words;
  page.order = SpanQuery::Order::NewestFirst;
  page.limit = 1;
  SpanQuery range = words;
  range.from = kNoon;
  range.until = kNoon + 1;
  SpanQuery by_id = words;
  by_id.id = "c";
  EXPECT_THAT(ids(words), testing::UnorderedElementsAre("a", "c"));
  EXPECT_THAT(ids(page), ElementsAre("c"));
  EXPECT_THAT(ids(range), testing::UnorderedElementsAre("a", "c"));
  EXPECT_THAT(ids(by_id), ElementsAre("c"));
}

TEST_F(SpanReaderTest, OnlyTheFieldsThatWereAskedForAreFilled) {
  FiledSpan row = full_row("a", 5);
  store({row});
  ASSERT_TRUE(read_history(*store_, {.project = project(), .fields = {Field::Model, Field::Output}},
                           [&](Span& span) {
                             EXPECT_EQ(span.model, row.span.model);
                             EXPECT_EQ(span.output_form, Form::Messages);
                             EXPECT_EQ(span.levels, 13);
                             EXPECT_EQ(span.input, "");
                             EXPECT_FALSE(span.cost);
                             EXPECT_THAT(span.attributes, IsEmpty());
                             return true;
                           }));
}

TEST_F(SpanReaderTest, ReadingEndsWhenToldAndProjectsAreApart) {
  store({at("a", kNoon), at("b", kNoon)});
  EXPECT_EQ(*read_history(*store_, {.project = project()}, [](Span&) { return false; }), 1U);
  EXPECT_EQ(*read_history(*store_, {.project = "another"}, [](Span&) { return true; }), 0U);
}

TEST_F(SpanReaderTest, AWrongConditionSaysSo) {
  EXPECT_THAT(ids({.where = "no_such_column = 1"}), ElementsAre(HasSubstr("no_such_column")));
}

}  // namespace
}  // namespace sonde
