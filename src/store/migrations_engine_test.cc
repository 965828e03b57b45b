#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "model/columns.h"
#include "store/backend_for_test.h"
#include "store/migrations.h"

namespace sonde {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class MigrationsEngineTest : public testing::Test {
 protected:
  std::string ask(const std::string& sql) {
    const auto answer = store_->query({sql, {}, "TSVRaw"});
    return answer ? *answer : "failed: " + answer.error().message;
  }
  Result<> run(std::initializer_list<Migration> migrations) {
    return migrate(*store_, SchemaLayout::Embedded, std::vector<Migration>(migrations));
  }

  BackendForTest backend_{BackendForTest::Tables::None};
  std::unique_ptr<Store> store_ = backend_.open();
};

constexpr Migration kFirst = {"0001_a", "CREATE TABLE IF NOT EXISTS a (x Int8) ENGINE = Memory;\n"};
constexpr Migration kSecond = {"0002_b",
                               "CREATE TABLE IF NOT EXISTS b (x Int8) ENGINE = Memory;\n"
                               "CREATE TABLE IF NOT EXISTS c (x Int8) ENGINE = Memory;\n"};

TEST_F(MigrationsEngineTest, EachIsAppliedOnceAndInOrder) {
  ASSERT_TRUE(run({kFirst}));
  ASSERT_TRUE(run({kFirst, kSecond}));
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(ask("SELECT name FROM migrations ORDER BY name"), "0001_a\n0002_b\n");
  EXPECT_EQ(ask("SELECT count() FROM c"), "0\n");
}

TEST_F(MigrationsEngineTest, OneThatFailedHalfwayIsContinued) {
  ASSERT_FALSE(run({kFirst,
                    {"0002_b",
                     "CREATE TABLE IF NOT EXISTS b (x Int8) ENGINE = Memory;\n"
                     "CREATE TABLE c (x NoSuchType) ENGINE = Memory;\n"}}));
  EXPECT_EQ(ask("SELECT count() FROM b"), "0\n");
  ASSERT_TRUE(run({kFirst, kSecond}));
  EXPECT_EQ(ask("SELECT count() FROM c"), "0\n");
}

TEST_F(MigrationsEngineTest, AChangedOrUnknownOneIsRefusedInOneSentence) {
  ASSERT_TRUE(run({kFirst, kSecond}));
  const Result<> older = run({kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Code::InvalidInput);
  EXPECT_THAT(older.error().message, HasSubstr("0002_b, which this sonde does not know"));
  const Result<> changed = run({{"0001_a", "SELECT 1;\n"}, kSecond});
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message, HasSubstr("another 0001_a (checksum "));
}

// What a column of the model is in SQL, without LowCardinality, which is how it is stored.
std::string sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::Count:
    case ColumnType::Duration:
      return "Nullable(Int64)";
    case ColumnType::Time:
      return "Nullable(DateTime64(6, 'UTC'))";
    case ColumnType::Money:
      return "Nullable(Decimal(19, 9))";
    case ColumnType::Flag:
      return "Nullable(Bool)";
    default:
      return "String";
  }
}

TEST_F(MigrationsEngineTest, TheSpansTableHasTheModelsFieldsInTheirOrderAndFittingTypes) {
  ASSERT_TRUE(migrate(*store_, SchemaLayout::Embedded));
  std::string wanted;
  for (const Column& column : span_columns()) {
    wanted += fmt::format("{}\t{}\n", column.name, sql_type(column.type));
  }
  // Left out: what a span has in the code that is no row of the table of columns, and what filing
  // adds.
  EXPECT_EQ(ask("SELECT name, replaceRegexpOne(type, '^LowCardinality.(.*).$', '\\\\1') AS t "
                "FROM system.columns WHERE database = currentDatabase() AND table = 'spans' AND "
                "name NOT IN "
                "('trace_form', 'trace_sent', 'span_form', 'span_sent', 'levels', 'input_form', "
                "'output_form', 'content_truncated', 'attributes', "
                "'project_id', 'filed_at', 'trace_key', 'span_key', 'version', 'moved', "
                "'event_time', 'field_times') ORDER BY position"),
            wanted);
}

// Every statement of the clustered layouts is at least one that the engine understands.
TEST_F(MigrationsEngineTest, TheClusteredLayoutsAreParsed) {
  for (const SchemaLayout layout : {SchemaLayout::Replicated, SchemaLayout::Sharded}) {
    for (const Migration& migration : all_migrations()) {
      const auto statements = expand_migration(migration, layout);
      ASSERT_TRUE(statements);
      for (const std::string& sql : *statements) {
        EXPECT_THAT(ask("EXPLAIN AST " + sql), ContainsRegex("(Create|Alter)Query")) << sql;
      }
    }
  }
}

}  // namespace
}  // namespace sonde
