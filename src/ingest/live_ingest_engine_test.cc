#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "dialects/normalize.h"
#include "ingest/live_ingest.h"
#include "ingest/project_counts.h"
#include "store/backend_for_test.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::Pair;

class LiveIngestTest : public testing::Test {
 protected:
  void open() {
    auto history = History::open(settings_);
    ASSERT_TRUE(history) << history.error().message;
    history_ = *std::move(history);
    LiveOptions options;
    options.data_folder = settings_.data_dir;
    options.batch_time = std::chrono::milliseconds(1);
    auto ingest =
        LiveIngest::start(*history_, options, [this](Span& span) { normalizer_.apply(span); });
    ASSERT_TRUE(ingest) << ingest.error().message;
    ingest_ = *std::move(ingest);
  }
  void close() {
    ingest_.reset();
    history_.reset();
  }

  Result<LiveReceipt> send(std::string body, LiveFormat format = LiveFormat::OtlpJson,
                           std::string_view project = "p") {
    body.reserve(body.size() + kDocumentPadding);
    return ingest_->accept({project, format, body, "request", 1});
  }
  static std::string trace(unsigned from, unsigned to) {
    std::string spans;
    for (unsigned i = from; i < to; ++i) {
      spans += fmt::format(
          R"({}{{"traceId":"{:032x}","spanId":"{:016x}","name":"chat","startTimeUnixNano":"1764072000000000000",)"
          R"("endTimeUnixNano":"1764072001000000000","attributes":[{{"key":"gen_ai.operation.name",)"
          R"("value":{{"stringValue":"chat"}}}}]}})",
          spans.empty() ? "" : ",", i / 10 + 1, i + 1);
    }
    return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + spans + "]}]}]}";
  }
  // Waits until everything is written.
  void settle() { ASSERT_TRUE(ingest_->stop()); }
  SpanCounts ledger() { return *history_->catalog().ledger("p"); }

  BackendForTest backend_;
  Settings settings_ = backend_.settings();
  Normalizer normalizer_;
  std::unique_ptr<History> history_;
  std::unique_ptr<LiveIngest> ingest_;
};

TEST_F(LiveIngestTest, WhatWasAcknowledgedIsInTheHistoryAndCounted) {
  open();
  ASSERT_EQ(send(trace(0, 20))->spans, 20u);
  ASSERT_EQ(send(trace(10, 30))->spans, 20u);
  settle();
  EXPECT_EQ(ledger(), (SpanCounts{40, 30, 0, 10, 0}));
  EXPECT_EQ((*count_projects(history_->store()))["p"], 30u);
  const auto sources = *history_->catalog().live_counts("p");
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0].source, "otlp");
}

TEST_F(LiveIngestTest, WhatALaterProcessFindsInTheSpoolIsCountedOnce) {
  open();
  ASSERT_TRUE(send(trace(0, 20)));
  const std::string requests = settings_.data_dir + "/requests";
  const std::string copy = backend_.path() + "/copy";
  std::filesystem::copy(requests, copy);
  settle();
  close();
  // As if the process had died before it deleted what was written, and before it wrote what came
  // last.
  {
    auto spool = RequestSpool::open(backend_.path(), 1000, 1000);
    ASSERT_TRUE((*spool)->append("otlp-json\np\n1\n", trace(20, 25), [](SpoolPlace) {}));
  }
  std::filesystem::remove_all(requests);
  std::filesystem::rename(copy, requests);
  std::filesystem::copy(backend_.path() + "/requests", requests);
  open();
  settle();
  EXPECT_EQ(ledger(), (SpanCounts{25, 25, 0, 0, 0}));
}

TEST_F(LiveIngestTest, AFolderOfRequestsThatWasDeletedLosesNothingThatComesLater) {
  open();
  ASSERT_TRUE(send(trace(0, 5)));
  settle();
  close();
  std::filesystem::remove_all(settings_.data_dir + "/requests");
  open();
  ASSERT_TRUE(send(trace(5, 8)));
  ingest_->stop();
  EXPECT_EQ(ledger(), (SpanCounts{8, 8, 0, 0, 0}));
}

TEST_F(LiveIngestTest, WhatIsNotUnderstoodIsRefusedCountedAndKept) {
  open();
  EXPECT_EQ(send("{").error().code, Code::InvalidInput);
  EXPECT_EQ(send("[]").error().code, Code::InvalidInput);
  EXPECT_EQ(send(R"({"spans":[]})").error().code, Code::InvalidInput);
  EXPECT_TRUE(send("{}"));
  settle();
  EXPECT_THAT(
      *history_->catalog().rejects("p"),
      ElementsAre(Pair(RejectReason::Malformed, 1u), Pair(RejectReason::NotUnderstood, 2u)));
  size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(settings_.data_dir + "/rejected"))
    kept += entry.file_size() > 0;
  EXPECT_EQ(kept, 3u);
}

TEST_F(LiveIngestTest, TheGoodPartOfABatchIsStoredAndTheBadPartNamed) {
  open();
  const auto receipt =
      send(R"({"batch":[{"id":"e1","type":"generation-create","body":{"traceId":"t","name":"llm",)"
           R"("startTime":"2026-07-23T10:00:00Z","model":"m","output":"x"}},)"
           R"({"id":"e2","type":"unheard-of","body":{}},{"id":"e3","type":"span-create"},)"
           R"({"id":"e4","type":"sdk-log","body":{"log":"x"}}]})",
           LiveFormat::LangfuseBatch);
  ASSERT_TRUE(receipt) << receipt.error().message;
  ASSERT_EQ(receipt->events.size(), 4u);
  EXPECT_EQ(receipt->events[0].error, "");
  EXPECT_NE(receipt->events[1].error, "");
  EXPECT_NE(receipt->events[2].error, "");
  EXPECT_EQ(receipt->events[3].error, "");
  settle();
  EXPECT_EQ(ledger().stored, 1u);
  EXPECT_THAT(*history_->catalog().rejects("p"),
              ElementsAre(Pair(RejectReason::NotUnderstood, 2u)));
}

TEST_F(LiveIngestTest, ProjectsAreCountedApart) {
  open();
  ASSERT_TRUE(send(trace(0, 3), LiveFormat::OtlpJson, "p"));
  ASSERT_TRUE(send(trace(0, 3), LiveFormat::OtlpJson, "q"));
  settle();
  EXPECT_EQ(ledger().stored, 3u);
  EXPECT_EQ(history_->catalog().ledger("q")->stored, 3u);
}

}  // namespace
}  // namespace sonde
