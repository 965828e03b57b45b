#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/importer.h"
#include "sources/log_reading.h"
#include "store/backend_for_test.h"

namespace sonde {
namespace {

class ImporterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto history = History::open(backend_.settings());
    CHECK(history.has_value());
    history_ = std::move(*history);
  }
  Result<ImportResult> import(const std::string& path, unsigned threads = 2) {
    ImportRequest request;
    request.read.paths = {path};
    request.read.normalize = [](Span&) {};
    request.read.stop = &stop_;
    request.threads = threads;
    request.batch_spans_max = 10;
    request.now = 1'764'072'000'000'000;
    return import_files(*history_, request);
  }
  static std::string records(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i)
      text += fmt::format(R"({{"prompt":"p {}","response":"r","model":"m"}})", i) + "\n";
    return text;
  }
  std::string ask(const std::string& sql) {
    const auto answer = history_->store().query({sql, {}, "TSV"});
    return answer ? *answer : answer.error().message;
  }

  BackendForTest backend_;
  std::unique_ptr<History> history_;
  std::atomic<bool> stop_ = false;
};

TEST_F(ImporterTest, AFileTwiceAndThenLongerIsStoredOnce) {
  const LogFile file(records(0, 95));
  const LogFile longer(records(0, 120));
  EXPECT_EQ(import(file.path())->counts, (SpanCounts{95, 95, 0, 0, 0}));
  EXPECT_EQ(import(file.path())->counts, (SpanCounts{95, 0, 0, 95, 0}));
  EXPECT_EQ(import(longer.path())->counts, (SpanCounts{120, 25, 0, 95, 0}));
  EXPECT_EQ(ask("SELECT count(), uniqExact(span_key) FROM spans"), "120\t120\n");
}

// The third occurrence of a record is a call of its own, here as in an analysis of the file.
TEST_F(ImporterTest, RecordsWithoutAnIdAreToldApartByHowOftenTheyCame) {
  const LogFile file(records(0, 3) + records(0, 3) + records(0, 1));
  EXPECT_EQ(import(file.path())->counts.stored, 7U);
  EXPECT_EQ(import(file.path())->counts.deduplicated, 7U);
}

TEST_F(ImporterTest, TheLedgerBalancesWithWhatWasRead) {
  const LogFile file(records(0, 30) + "{broken\n{\"a\":1}\n" + records(30, 40) + "[1]\n");
  const auto result = import(file.path());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->counts.accepted, 40U);
  EXPECT_TRUE(result->counts.is_balanced());
  EXPECT_EQ(result->rejected,
            (RejectCounts{{RejectReason::Malformed, 1}, {RejectReason::NotUnderstood, 2}}));
  EXPECT_EQ(*history_->catalog().ledger("default"), result->counts);
  EXPECT_EQ(*history_->catalog().rejects("default"), result->rejected);
  const ImportedFile of_catalog = history_->catalog().files_of(result->number)->front();
  EXPECT_EQ(of_catalog.path, file.path());
  EXPECT_EQ(of_catalog.rejected, 3U);
  EXPECT_EQ(of_catalog.hash.size(), 16U);
}

TEST_F(ImporterTest, OneThatWasStoppedSaysSoAndIsContinued) {
  const LogFile file(records(0, 150));
  stop_ = true;
  const auto stopped = import(file.path());
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_TRUE(stopped->interrupted);
  EXPECT_EQ(history_->catalog().imports("default", 1)->front().state, ImportState::Interrupted);
  stop_ = false;
  const auto whole = import(file.path());
  EXPECT_FALSE(whole->interrupted);
  EXPECT_EQ(whole->counts.stored + stopped->counts.stored, 150U);
}

TEST_F(ImporterTest, WhatHoldsNothingIsRefused) {
  const LogFile file("{\"a\":1}\n");
  const auto result = import(file.path());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::InvalidInput);
}

}  // namespace
}  // namespace sonde
