#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "model/columns.h"
#include "store/backend_for_test.h"
#include "store/migrations.h"
#include "store/span_block.h"
#include "store/span_for_test.h"
#include "store/span_reader.h"

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

// Rows as the first release wrote them: by these columns, whatever later ones added.
constexpr std::string_view kRowsOfTheFirst =
    "INSERT INTO spans (project_id, filed_at, trace_key, span_key, version, moved, event_time, "
    "field_times, trace_form, trace_sent, span_form, span_sent, kind, levels, start_time, "
    "duration, "
    "status, model, input, input_form, output, output_form, input_tokens, cost, currency, "
    "attributes) SELECT 'default', toDateTime('2026-01-31 23:59:00', 'UTC') + number, 't', "
    "toString(number), 1, 0, 7, map('model', 5), 'key', '', 'sent', concat('S-', "
    "toString(number)), "
    "'llm', 1, toDateTime64('2026-01-31 23:59:00', 6, 'UTC') + number, 1500, 'ok', 'm', "
    "concat('Question ', toString(number)), 'text', 'Answer', 'text', number, 0.000000001, 'USD', "
    "map('a', 'b') FROM numbers(100)";

TEST_F(MigrationsEngineTest, AHistoryOfTheFirstMigrationIsReadAndContinuedAfterTheLast) {
  ASSERT_TRUE(migrate(*store_, SchemaLayout::Embedded, all_migrations().first(1)));
  const Result<> written = store_->execute(std::string(kRowsOfTheFirst));
  ASSERT_TRUE(written) << written.error().message;
  store_.reset();
  store_ = backend_.open();
  const auto pending = pending_migrations(*store_);
  ASSERT_TRUE(pending) << pending.error().message;
  EXPECT_EQ(pending->size(), all_migrations().size() - 1);
  ASSERT_TRUE(migrate(*store_, SchemaLayout::Embedded));

  const auto read = [&] {
    std::vector<Span> spans;
    const auto done = read_history(*store_, {.order = SpanQuery::Order::OldestFirst},
                                   [&](Span& span) { return spans.push_back(span), true; });
    EXPECT_TRUE(done) << done.error().message;
    return spans;
  };
  std::vector<Span> spans = read();
  ASSERT_EQ(spans.size(), 100U);
  EXPECT_EQ(spans[99].trace_id, "t");
  EXPECT_EQ(spans[99].span_id, "S-99");
  EXPECT_EQ(spans[99].start_time, 1'769'903'940'000'000 + 99'000'000);
  EXPECT_EQ(spans[99].input, "Question 99");
  EXPECT_EQ(spans[99].input_tokens, 99);
  EXPECT_EQ(spans[99].cost, 1);
  ASSERT_EQ(spans[99].attributes.size(), 1U);
  EXPECT_EQ(spans[99].attributes[0].value, "b");
  EXPECT_EQ(ask("SELECT count() FROM spans WHERE hasAllTokens(input, ['question'])"), "100\n");

  // What this program writes of the same span replaces the row.
  FiledSpan later = empty_row("t");
  later.span_key = later.span.span_id = "99";
  later.filed_at = 1'769'903'940 + 99;
  later.version = 2;
  later.span.input = "Again";
  const FiledSpan* const rows[] = {&later};
  ASSERT_TRUE(store_->insert("spans", encode_spans("default", rows), "later"));
  spans = read();
  ASSERT_EQ(spans.size(), 100U);
  EXPECT_EQ(spans[99].input, "Again");
}

// Every statement of the clustered layouts is at least one that the engine understands.
TEST_F(MigrationsEngineTest, TheClusteredLayoutsAreParsed) {
  for (const SchemaLayout layout : {SchemaLayout::Replicated, SchemaLayout::Sharded}) {
    for (const Migration& migration : all_migrations()) {
      const auto statements = expand_migration(migration, layout);
      ASSERT_TRUE(statements);
      for (const std::string& sql : *statements) {
        EXPECT_THAT(ask("EXPLAIN AST " + sql), ContainsRegex("(Create|Alter|Insert)Query")) << sql;
      }
    }
  }
}

}  // namespace
}  // namespace sonde
