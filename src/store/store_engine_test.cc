#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "store/backend_for_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What every store does, whichever it is.
class StoreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    backend_ = new BackendForTest(BackendForTest::Tables::None);
    store_ = backend_->open();
  }
  static void TearDownTestSuite() {
    store_.reset();
    delete backend_;
  }
  static std::string ask(const Query& query) {
    const auto answer = store_->query(query);
    return answer ? *answer : "failed: " + answer.error().message;
  }

  static inline BackendForTest* backend_ = nullptr;
  static inline std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, ParametersAreBoundAndNeverReadAsSql) {
  const std::string value = "it's\t\\n \n} {x:String} '); DROP TABLE x; -- \r\x01 世界";
  EXPECT_EQ(ask({"SELECT {x:String} AS y", {{"x", value}}, "RawBLOB"}), value);
  const std::vector<std::string> list = {"a'b", "\\", "\t\n", std::string("\0", 1), "世"};
  EXPECT_EQ(ask({"SELECT arrayStringConcat({x:Array(String)}, '+')",
                 {{"x", quoted_list(list), Param::Form::Literal}},
                 "RawBLOB"}),
            std::string("a'b+\\+\t\n+\0+世", 14));
}

TEST_F(StoreTest, AReadingStatementCannotWriteOrChangeSettings) {
  for (const char* const sql :
       {"CREATE TABLE t (a Int8) ENGINE = Memory", "DROP DATABASE sonde", "SET max_threads = 3",
        "INSERT INTO FUNCTION file('never.csv') SELECT 1", "SELECT 1 SETTINGS max_threads = 3"}) {
    const auto answer = store_->query({sql});
    ASSERT_FALSE(answer) << sql;
    EXPECT_EQ(answer.error().code, Code::InvalidInput) << answer.error().message;
    EXPECT_THAT(answer.error().message, HasSubstr("readonly")) << sql;
  }
}

TEST_F(StoreTest, AWrongStatementSaysWhyWithoutTheEnginesFrame) {
  const auto answer = store_->query({"SELEKT 1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::InvalidInput);
  EXPECT_THAT(answer.error().message, StartsWith("Syntax error: failed at position 1 (SELEKT)"));
}

TEST_F(StoreTest, AStatementThatNeedsTooMuchMemoryFailsAlone) {
  const auto answer =
      store_->query({"SELECT length(groupArray(repeat('x', 10000))) FROM numbers(10000000)"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::TooLarge) << answer.error().message;
  EXPECT_EQ(ask({"SELECT 1 AS x"}), "{\"x\":1}\n");
}

TEST_F(StoreTest, AStreamGivesEveryPieceAndStopsWhenTold) {
  size_t lines = 0;
  const Query query{"SELECT number FROM numbers(3000000)", {}, "TSV"};
  ASSERT_TRUE(store_->stream(query, [&](std::string_view piece) {
    lines += static_cast<size_t>(std::count(piece.begin(), piece.end(), '\n'));
    return true;
  }));
  EXPECT_EQ(lines, 3'000'000U);
  size_t pieces = 0;
  ASSERT_TRUE(store_->stream(query, [&](std::string_view) { return ++pieces < 2; }));
  EXPECT_EQ(pieces, 2U);
  EXPECT_EQ(ask({"SELECT 1 AS x"}), "{\"x\":1}\n");
}

TEST_F(StoreTest, ParametersOfConcurrentQuestionsDoNotMix) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string value = std::to_string(t * 1000 + i);
        wrong += ask({"SELECT {x:String}", {{"x", value}}, "TSVRaw"}) != value + "\n";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// A block of one column `x` of type UInt8 with one row.
std::string one_row(char value) { return {"\x01\x01\x01x\x05UInt8" + std::string(1, value)}; }

TEST_F(StoreTest, ABatchInsertedTwiceIsStoredOnce) {
  ASSERT_TRUE(
      store_->execute("CREATE TABLE twice (x UInt8) ENGINE = MergeTree ORDER BY x "
                      "SETTINGS non_replicated_deduplication_window = 10"));
  ASSERT_TRUE(store_->insert("twice", one_row(7), "batch-1"));
  ASSERT_TRUE(store_->insert("twice", one_row(7), "batch-1"));
  ASSERT_TRUE(store_->insert("twice", one_row(7), "batch-2"));
  EXPECT_EQ(ask({"SELECT count() AS n FROM twice"}), "{\"n\":2}\n");
}

TEST_F(StoreTest, ATruncatedBatchStoresNothing) {
  ASSERT_TRUE(store_->execute("CREATE TABLE cut (x UInt8) ENGINE = MergeTree ORDER BY x"));
  const std::string whole = one_row(7);
  EXPECT_FALSE(store_->insert("cut", std::string_view(whole).substr(0, whole.size() - 1), "b"));
  EXPECT_FALSE(store_->insert("no_such_table", whole, "b"));
  EXPECT_EQ(ask({"SELECT count() AS n FROM cut"}), "{\"n\":0}\n");
}

TEST_F(StoreTest, SavesAWholeResultToAFile) {
  const std::string path = backend_->path() + "/it's a \\file.csv";
  const Query query{"SELECT number, {text:String} FROM numbers(3)", {{"text", "a,b"}}, "CSV"};
  const auto saved = store_->save(query, path);
  ASSERT_TRUE(saved) << saved.error().message;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), "0,\"a,b\"\n1,\"a,b\"\n2,\"a,b\"\n");
  const auto again = store_->save(query, path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::InvalidInput) << again.error().message;
}

}  // namespace
}  // namespace sonde
