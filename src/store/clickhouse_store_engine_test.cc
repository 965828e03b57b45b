// What can go wrong on the way to a server, and what is sent to it. That the answers are right is
// tested with those of the embedded engine (backend_for_test.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/chdb_store.h"
#include "store/clickhouse_for_test.h"
#include "store/clickhouse_store.h"
#include "store/folder_for_test.h"
#include "store/open_store.h"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using Fault = ClickhouseForTest::Fault;

constexpr char kManyRows[] = "SELECT number FROM numbers(3000000)";

class ClickhouseStoreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new FolderForTest();
    auto served = open_chdb_store(folder_->settings());
    CHECK(served.has_value());
    served_ = std::move(*served);
    server_ = new ClickhouseForTest(*served_);
  }
  static void TearDownTestSuite() {
    delete server_;
    served_.reset();
    delete folder_;
  }
  void SetUp() override {
    server_->forget_requests();
    store_ = open(settings());
  }

  static Settings settings(const std::string& password = ClickhouseForTest::kPassword) {
    Settings settings = folder_->settings();
    settings.store_url = server_->url();
    settings.store_layout = "replicated";
    settings.store_user = ClickhouseForTest::kUser;
    settings.store_password_file = folder_->path() + "/password";
    std::ofstream(settings.store_password_file) << password;
    return settings;
  }
  static std::unique_ptr<Store> open(const Settings& settings) {
    ClickhouseOptions options;
    options.rounds = 3;
    options.pause = milliseconds(1);
    auto store = open_clickhouse_store(settings, options);
    CHECK(store.has_value());
    return std::move(*store);
  }
  std::string ask(const Query& query) {
    const auto answer = store_->query(query);
    return answer ? *answer : "failed: " + answer.error().message;
  }
  static size_t requests() { return server_->requests().size(); }
  // A block of one column `x` of type UInt8 with one row.
  static std::string one_row(char value) {
    return {"\x01\x01\x01x\x05UInt8" + std::string(1, value)};
  }
  void make_table(const std::string& name) {
    ASSERT_TRUE(store_->execute("CREATE TABLE " + name +
                                " (x UInt8) ENGINE = MergeTree ORDER BY x SETTINGS "
                                "non_replicated_deduplication_window = 10"));
  }

  static inline FolderForTest* folder_ = nullptr;
  static inline std::unique_ptr<Store> served_;
  static inline ClickhouseForTest* server_ = nullptr;
  std::unique_ptr<Store> store_;
};

TEST_F(ClickhouseStoreTest, AReadingRequestSaysSo) {
  EXPECT_EQ(ask({"SELECT {x:UInt8} AS x", {{"x", "3"}}}), "{\"x\":3}\n");
  auto request = server_->requests().back();
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"readonly", "1"},
                                          {"database", "sonde"},
                                          {"default_format", "JSONEachRow"},
                                          {"max_execution_time", "300"},
                                          {"max_memory_usage", "1073741824"},
                                          {"use_top_k_dynamic_filtering", "0"},
                                          {"do_not_merge_across_partitions_select_final", "1"},
                                          {"wait_end_of_query", "1"},
                                          {"enable_http_compression", "1"},
                                          {"param_x", "3"}}) {
    EXPECT_EQ(request.params[name], value) << name;
  }
  EXPECT_EQ(request.statement, "SELECT {x:UInt8} AS x");
  EXPECT_THAT(request.headers["Accept-Encoding"], HasSubstr("zstd"));
}

TEST_F(ClickhouseStoreTest, ABatchIsSentCompressedWithItsToken) {
  make_table("sent");
  ASSERT_TRUE(store_->insert("sent", one_row(7), "b-1:2"));
  auto request = server_->requests().back();
  EXPECT_EQ(request.params["insert_deduplication_token"], "b-1:2");
  EXPECT_EQ(request.params["async_insert"], "0");
  EXPECT_EQ(request.params.count("readonly"), 0U);
  EXPECT_EQ(request.headers["Content-Encoding"], "zstd");
  EXPECT_EQ(ask({"SELECT x FROM sent"}), "{\"x\":7}\n");
}

TEST_F(ClickhouseStoreTest, LongValuesGoIntoAForm) {
  std::string value = "é'\\\r\n--sonde\t";
  value += std::string(100'000, 'x');
  const Query query{"SELECT {a:String} = {b:String} AS same, length({a:String}) AS n",
                    {{"a", value}, {"b", value}}};
  EXPECT_EQ(ask(query), fmt::format("{{\"same\":1,\"n\":{}}}\n", value.size()));
  EXPECT_THAT(server_->requests().back().headers["Content-Type"],
              testing::StartsWith("multipart/form-data"));
}

TEST_F(ClickhouseStoreTest, AValueThatNoServerTakesIsRefusedHere) {
  const auto answer = store_->query({"SELECT {a:String}", {{"a", std::string(131'073, 'x')}}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::TooLarge);
  EXPECT_THAT(answer.error().message, HasSubstr("131073 bytes, the limit of ClickHouse is 131072"));
  EXPECT_EQ(requests(), 0U);
}

TEST_F(ClickhouseStoreTest, AHostThatIsDownIsPassedOver) {
  Settings two = settings();
  two.store_url = unreachable_url_for_test() + "," + two.store_url;
  store_ = open(two);
  EXPECT_EQ(ask({"SELECT 1 AS x"}), "{\"x\":1}\n");
  ASSERT_TRUE(store_->execute("CREATE TABLE IF NOT EXISTS down (x UInt8) ENGINE = Memory"));
  EXPECT_EQ(requests(), 2U);
}

TEST_F(ClickhouseStoreTest, WhenEveryHostIsDownTheyAreNamedAfterABoundedNumberOfAttempts) {
  Settings down = settings();
  down.store_url = unreachable_url_for_test() + "," + unreachable_url_for_test();
  const auto answer = open(down)->query({"SELECT 1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::Unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("cannot be reached"));
  EXPECT_THAT(answer.error().message, HasSubstr("(attempt 6)"));
}

TEST_F(ClickhouseStoreTest, WhatPassesIsAskedAgain) {
  for (const Fault fault :
       {Fault::Busy, Fault::Overloaded, Fault::ReadOnly, Fault::RefuseAnswer, Fault::CutInside}) {
    server_->forget_requests();
    server_->fail_next({fault, fault});
    EXPECT_EQ(ask({"SELECT 1 AS x"}), "{\"x\":1}\n");
    EXPECT_EQ(requests(), 3U);
  }
  server_->fail_next({Fault::Busy, Fault::Busy, Fault::Busy});
  EXPECT_THAT(ask({"SELECT 1"}), HasSubstr("answered 503: <html>no server is ready (attempt 3)"));
}

TEST_F(ClickhouseStoreTest, WhatStaysIsNotAskedAgain) {
  EXPECT_THAT(ask({"SELECT no_such_column"}), HasSubstr("no_such_column"));
  EXPECT_EQ(requests(), 1U);
  server_->fail_next({Fault::Redirect});
  EXPECT_THAT(ask({"SELECT 1"}), HasSubstr("redirects are not followed"));
  EXPECT_EQ(requests(), 2U);
}

TEST_F(ClickhouseStoreTest, ABatchWhoseAnswerWasLostIsStoredOnce) {
  make_table("lost");
  server_->fail_next({Fault::LoseAnswer, Fault::LoseAnswer});
  server_->forget_requests();
  ASSERT_TRUE(store_->insert("lost", one_row(7), "batch-1"));
  EXPECT_EQ(requests(), 3U);
  EXPECT_EQ(ask({"SELECT count() AS n FROM lost"}), "{\"n\":1}\n");
}

TEST_F(ClickhouseStoreTest, AChangeWhoseAnswerWasLostIsNotSentAgain) {
  ASSERT_TRUE(store_->execute("CREATE TABLE once (x UInt8) ENGINE = Memory"));
  server_->fail_next({Fault::LoseAnswer});
  const Result<> done = store_->execute("INSERT INTO once SELECT 1");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::Unavailable);
  EXPECT_EQ(ask({"SELECT count() AS n FROM once"}), "{\"n\":1}\n");
}

TEST_F(ClickhouseStoreTest, AnAnswerThatEndsEarlyIsNeverAShortResult) {
  server_->fail_next({Fault::CutInside});
  size_t bytes = 0;
  const Result<> done = store_->stream({kManyRows, {}, "TSV"}, [&](std::string_view piece) {
    bytes += piece.size();
    return true;
  });
  EXPECT_GT(bytes, 0U);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::Unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("ended early"));
  EXPECT_EQ(requests(), 1U);  // Some rows were given: not again.
}

TEST_F(ClickhouseStoreTest, AnExceptionBehindRowsIsTheError) {
  server_->fail_next({Fault::ExceptionInside});
  std::string rows;
  const Result<> done = store_->stream({kManyRows, {}, "TSV"}, [&](std::string_view piece) {
    rows += piece;
    return true;
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::TooLarge);
  EXPECT_EQ(done.error().message, "Query memory limit exceeded");
  EXPECT_THAT(rows, Not(HasSubstr("exception")));
  EXPECT_GT(rows.size(), 1'000'000U);
}

TEST_F(ClickhouseStoreTest, AFileThatCouldNotBeFilledIsNotLeftBehind) {
  const std::string path = folder_->path() + "/cut.tsv";
  server_->fail_next({Fault::CutInside});
  EXPECT_FALSE(store_->save({kManyRows, {}, "TSV"}, path));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClickhouseStoreTest, ASilentServerTimesOut) {
  Settings quick = settings();
  quick.query_seconds_max = 1;
  ClickhouseOptions options;
  options.grace = milliseconds(-900);
  server_->fail_next({Fault::Stall});
  const auto answer = (*open_clickhouse_store(quick, options))->query({"SELECT 1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::Unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("did not answer within 1 s"));
  EXPECT_EQ(requests(), 1U);
}

TEST_F(ClickhouseStoreTest, AWrongPasswordIsSaidAndNotShown) {
  const auto answer = open(settings("Wr0ng-Password"))->query({"SELECT 1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::InvalidInput);
  EXPECT_THAT(answer.error().message, HasSubstr("Authentication failed"));
  EXPECT_EQ(requests(), 1U);
  store_ = open(settings());
  server_->fail_next({Fault::EchoHeaders});
  const auto echo = store_->query({"SELECT 1"});
  ASSERT_FALSE(echo);
  EXPECT_EQ(echo.error().message, "bad header (password)");
}

TEST_F(ClickhouseStoreTest, AServerThatWasNotMigratedIsRefusedWithTheCommand) {
  Settings elsewhere = settings();
  elsewhere.store_database = "nowhere";
  auto store = open_store(elsewhere);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::NotFound);
  EXPECT_THAT(store.error().message, HasSubstr("has no history yet: run sonde migrate"));
  store = open_store(settings());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message,
              HasSubstr("lacks the tables of 0001_spans, 0002_span_keys, 0003_removals, "
                        "0004_text_sizes, 0005_hours: run sonde migrate"));
}

}  // namespace
}  // namespace sonde
