#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/hash.h"
#include "ingest/merge.h"
#include "ingest/span_writer.h"
#include "model/span_json.h"
#include "store/backend_for_test.h"
#include "store/span_block.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr int64_t kNoon = 1'764'072'000'000'000;  // 2025-11-25T12:00:00Z
constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

FiledSpan event(const std::string& id, const std::function<void(Span&)>& say) {
  Span span;
  span.trace_id = "t-" + id;
  span.span_id = id;
  say(span);
  return row_of_event(std::move(span));
}

class SpanWriterTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  // As another process would, after the one before ended.
  void open() {
    writer_.reset();
    history_.reset();
    auto history = History::open(backend_.settings());
    CHECK(history.has_value());
    history_ = std::move(*history);
    const int64_t number = *history_->catalog().begin_import("p", kNoon);
    auto writer = SpanWriter::open(*history_, "p", number, kNoon);
    CHECK(writer.has_value());
    writer_ = std::move(*writer);
  }
  SpanCounts write(std::vector<FiledSpan> events) {
    const auto counts = writer_->write(events, {}, {});
    EXPECT_TRUE(counts) << counts.error().message;
    return counts ? *counts : SpanCounts{};
  }
  std::vector<std::string> stored() {
    std::vector<std::string> lines;
    const auto read =
        read_history(history_->store(), {.project = "p", .order = SpanQuery::Order::OldestFirst},
                     [&](Span& span) {
                       lines.push_back(to_json(span));
                       return true;
                     });
    EXPECT_TRUE(read) << read.error().message;
    return lines;
  }
  std::string ask(const std::string& sql) {
    const auto answer = history_->store().query({sql, {}, "TSV"});
    return answer ? *answer : answer.error().message;
  }

  BackendForTest backend_;
  std::unique_ptr<History> history_;
  std::unique_ptr<SpanWriter> writer_;
};

TEST_F(SpanWriterTest, TheSameAgainIsDeduplicatedAlsoByAnotherProcess) {
  const auto events = [] {
    return std::vector<FiledSpan>{event("a", [](Span& s) { s.model = "m", s.start_time = kNoon; }),
                                  event("b", [](Span& s) { s.content_truncated = true; })};
  };
  EXPECT_EQ(write(events()), (SpanCounts{2, 2, 0, 0, 1}));
  EXPECT_EQ(write(events()), (SpanCounts{2, 0, 0, 2, 1}));
  const auto before = stored();
  open();
  EXPECT_EQ(write(events()), (SpanCounts{2, 0, 0, 2, 1}));
  EXPECT_EQ(stored(), before);
  EXPECT_EQ(ask("SELECT count(), max(version) FROM spans"), "2\t1\n");
  EXPECT_EQ(*history_->catalog().ledger("p"), (SpanCounts{6, 2, 0, 4, 3}));
}

TEST_F(SpanWriterTest, WhatComesLaterIsMergedIntoTheRowWhereItIsFiled) {
  const auto pending = [](Span& s) { s.status = Status::Pending, s.start_time = kNoon; };
  const auto done = [](Span& s) {
    s.status = Status::Ok, s.start_time = kNoon - 40 * kDay, s.duration = 41 * kDay, s.output = "x";
  };
  EXPECT_EQ(write({event("A-1", pending)}), (SpanCounts{1, 1, 0, 0, 0}));
  EXPECT_EQ(write({event("a1", done)}), (SpanCounts{1, 0, 1, 0, 0}));
  EXPECT_EQ(write({event("a1", done), event("A-1", pending)}), (SpanCounts{2, 0, 0, 2, 0}));
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_THAT(stored()[0], HasSubstr(R"("start_time":"2025-10-16T12:00:00Z")"));
  EXPECT_THAT(stored()[0], HasSubstr(R"("status":"ok")"));
  EXPECT_EQ(ask("SELECT filed_at, moved FROM spans FINAL"), "2025-11-25 12:00:00\ttrue\n");
}

TEST_F(SpanWriterTest, EventsOfOneBatchAreMergedBeforeTheyAreStored) {
  EXPECT_EQ(
      write({event("a", [](Span& s) { s.name = "n"; }), event("a", [](Span& s) { s.model = "m"; }),
             event("a", [](Span& s) { s.name = "n"; }), event("b", [](Span&) {})}),
      (SpanCounts{4, 2, 1, 1, 0}));
  EXPECT_EQ(ask("SELECT span_id, name, model, version FROM spans ORDER BY span_id"),
            "a\tn\tm\t1\nb\t\t\t1\n");
}

TEST_F(SpanWriterTest, TheOrderOfBatchesDoesNotMatter) {
  const std::vector<std::function<void(Span&)>> says = {
      [](Span& s) {
        s.start_time = kNoon, s.tags = "b", s.attributes = {{"m", R"({"x":1})"}};
      },
      [](Span& s) { s.start_time = kNoon + 1, s.tags = "a", s.name = "later"; },
      [](Span& s) {
        s.start_time = kNoon + 2, s.attributes = {{"m", R"({"y":2})"}}, s.name = "n";
      },
  };
  for (const size_t i : {0U, 1U, 2U}) write({event("x", says[i])});
  for (const size_t i : {2U, 0U, 1U}) write({event("y", says[i])});
  std::vector<std::string> rows = stored();
  ASSERT_EQ(rows.size(), 2U);
  for (std::string& row : rows) {
    for (size_t at = row.find("\"y\",\""); at != std::string::npos; at = row.find("\"y\",\""))
      row[at + 1] = 'x';
    if (const size_t at = row.find("t-y"); at != std::string::npos) row[at + 2] = 'x';
  }
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_THAT(rows[0], HasSubstr(R"("tags":"a,b")"));
  EXPECT_THAT(rows[0], HasSubstr(R"("name":"n")"));
}

// A filing that belongs to another span with the same hashes.
TEST_F(SpanWriterTest, ExactIdsDecideNotTheirHashes) {
  write({event("a", [](Span& s) { s.start_time = kNoon; })});
  const FiledSpan other = event("b", [](Span& s) { s.start_time = kNoon + kDay; });
  const Filing wrong = {hash_of(other), filing_second(kNoon), 1, 99};
  ASSERT_TRUE(history_->store().insert("span_keys", encode_filings("p", {{wrong}}), "k"));
  open();
  EXPECT_EQ(write({other}), (SpanCounts{1, 1, 0, 0, 0}));
  EXPECT_EQ(write({other}), (SpanCounts{1, 0, 0, 1, 0}));
  EXPECT_EQ(ask("SELECT count() FROM spans"), "2\n");
}

TEST_F(SpanWriterTest, ABatchThatACrashLeftIsFinishedOrForgotten) {
  const FiledSpan row = event("a", [](Span& s) { s.start_time = kNoon; });
  const FiledSpan* const rows[] = {&row};
  const Filing filing = {hash_of(row), filing_second(kNoon), 1, fingerprint_of(row)};
  const BatchBlocks blocks = {encode_filings("p", {{filing}}), encode_spans("p", rows)};
  const int64_t number = *history_->catalog().begin_import("p", kNoon);
  BatchRecord record;
  record.counts = {1, 1, 0, 0, 0};
  const BatchRecord spooled = *history_->catalog().begin_batch(number, record);
  ASSERT_TRUE(history_->spool().put(spooled.token, blocks));
  // Died after the keys, and another batch before its file was whole.
  ASSERT_TRUE(history_->store().insert("span_keys", blocks.keys, spooled.token));
  ASSERT_TRUE(history_->catalog().begin_batch(number, record));
  open();
  EXPECT_EQ(stored().size(), 1U);
  EXPECT_EQ(*history_->catalog().ledger("p"), (SpanCounts{1, 1, 0, 0, 0}));
  EXPECT_EQ(ask("SELECT count() FROM span_keys FINAL"), "1\n");
  EXPECT_EQ(history_->spool().get(spooled.token).error().code, Code::NotFound);
}

TEST_F(SpanWriterTest, SpansOfAnyTimesAreStored) {
  std::vector<FiledSpan> events;
  for (int i = 0; i < 120; ++i)
    events.push_back(event(std::to_string(i), [&](Span& s) { s.start_time = i * 31 * kDay; }));
  events.push_back(event("early", [](Span& s) { s.start_time = INT64_MIN; }));
  events.push_back(event("late", [](Span& s) { s.start_time = INT64_MAX; }));
  EXPECT_EQ(write(events).stored, 122U);
  EXPECT_EQ(stored().size(), 122U);
}

TEST(Fingerprint, DiffersWithEveryFieldAndNotWithThePlace) {
  const FiledSpan row = event("a", [](Span& s) { s.name = "ab", s.trace_name = "c"; });
  FiledSpan other = row;
  other.version = 9;
  other.filed_at = 9;
  EXPECT_EQ(fingerprint_of(other), fingerprint_of(row));
  other.span.name = "a";
  other.span.trace_name = "bc";
  EXPECT_NE(fingerprint_of(other), fingerprint_of(row));
  other = row;
  other.span.input_tokens = 0;
  EXPECT_NE(fingerprint_of(other), fingerprint_of(row));
}

TEST(KeyFilter, HoldsWhatWasAddedAndRulesOutAlmostAllElse) {
  KeyFilter filter(10'000);
  const auto key = [](int i) {
    return SpanHash{hash_bytes(std::to_string(i)), hash_bytes(std::to_string(-i))};
  };
  for (int i = 0; i < 10'000; ++i) filter.add(key(i));
  int wrong = 0;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(filter.may_have(key(i)));
  for (int i = 10'000; i < 110'000; ++i) wrong += filter.may_have(key(i)) ? 1 : 0;
  EXPECT_LT(wrong, 1'000);  // 240 are expected at 16 bits a key; here it has 26.
}

}  // namespace
}  // namespace sonde
