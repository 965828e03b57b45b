// The engine and the filter select the same spans: random spans, expressions of every kind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "query/condition.h"
#include "store/span_block.h"
#include "store/span_for_test.h"
#include "store/span_reader.h"
#include "store/store_fixture_for_test.h"

namespace sonde {
namespace {

constexpr int64_t kNoon = 1'764'072'000'000'000;  // 2025-11-25T12:00:00Z
constexpr int kSpans = 400;

template <class Value, size_t N>
Value one_of(const Value (&values)[N], std::mt19937& random) {
  return values[random() % N];
}

std::optional<int64_t> maybe(int64_t value, std::mt19937& random) {
  return random() % 4 == 0 ? std::nullopt : std::optional(value);
}

// Few values a field, so that comparisons hit; a quarter are missing.
FiledSpan random_row(int number, std::mt19937& random) {
  constexpr std::string_view kTexts[] = {
      "",        "",           "gpt-4o", "gpt-4o-mini", "it's 100 %", "line one\nline two",
      "a\tb\\n", "客服 ответ", "OpenAI"};
  FiledSpan row = empty_row(fmt::format("span-{}", number));
  Span& span = row.span;
  for (std::string Span::*member :
       {&Span::model, &Span::output, &Span::feedback, &Span::category}) {
    span.*member = one_of(kTexts, random);
  }
  span.output_form = Form::Text;
  span.kind = one_of({Kind::Llm, Kind::Tool, Kind::Span}, random);
  span.status = one_of({Status::Unknown, Status::Ok, Status::Error, Status::Cancelled}, random);
  span.start_time = maybe(kNoon + static_cast<int64_t>(random() % 5) * 1'800'000'000, random);
  span.duration = maybe(static_cast<int64_t>(random() % 5) * 1'000'000, random);
  span.input_tokens = maybe(static_cast<int64_t>(random() % 4) * 100, random);
  span.cost = maybe(static_cast<int64_t>(random() % 4) * 5'000'000 - 5'000'000, random);
  if (random() % 3 != 0) span.refusal = random() % 2 == 0;
  if (random() % 2 == 0) span.attributes.push_back({"team", std::string(one_of(kTexts, random))});
  if (random() % 2 == 0) span.attributes.push_back({"score", std::to_string(random() % 3)});
  row.filed_at = filing_second(span.start_time.value_or(kNoon));
  return row;
}

std::string random_comparison(std::mt19937& random) {
  constexpr std::string_view kComparisons[] = {"model = gpt-4o",
                                               "model != gpt-4o",
                                               "model in (gpt-4o, OpenAI)",
                                               "model not in (gpt-4o, x)",
                                               "model is null",
                                               "output is not null",
                                               "output ~ 'one.line'",
                                               "output ~ '(?s)one.line'",
                                               "output !~ '^a'",
                                               "output ~ '(?i)OPEN.I$'",
                                               "output ~ '^客.$'",
                                               "output contains \"it's\"",
                                               "output not contains 'line'",
                                               "output contains '\\\\n'",
                                               "output contains '\\t'",
                                               "category = '客服 ответ'",
                                               "feedback != 'it\\'s 100 %'",
                                               "kind = llm",
                                               "kind != llm",
                                               "kind in (llm, tool)",
                                               "status = ok",
                                               "status != ok",
                                               "status in (ok, error)",
                                               "status not in (ok, cancelled)",
                                               "status is null",
                                               "status = unknown",
                                               "status not in (unknown, ok)",
                                               "latency > 2s",
                                               "latency <= 1s",
                                               "latency != 3s",
                                               "latency in (1s, 2s)",
                                               "latency not in (1s, 4s)",
                                               "latency is null",
                                               "input_tokens = 100",
                                               "input_tokens >= 200",
                                               "cost < 0",
                                               "cost >= 0.005",
                                               "cost = 0.01",
                                               "cost in (0.005, 7)",
                                               "cost not in (0, 0.01)",
                                               "refusal",
                                               "refusal = false",
                                               "refusal != true",
                                               "refusal in (true)",
                                               "refusal is null",
                                               "start_time > '2025-11-25T12:30:00Z'",
                                               "start_time = '2025-11-25T12:00:00Z'",
                                               "start_time != '2025-11-25T12:00:00Z'",
                                               "start_time < '9999-01-01'",
                                               "attributes.team = OpenAI",
                                               "attributes.team != OpenAI",
                                               "attributes.team contains line",
                                               "attributes.team is null",
                                               "attributes.team ~ 客",
                                               "attributes.score > 1",
                                               "attributes.score != 2"};
  return std::string(one_of(kComparisons, random));
}

std::string random_filter(std::mt19937& random, int depth) {
  if (depth == 0) return random_comparison(random);
  const auto part = [&] { return "(" + random_filter(random, depth - 1) + ")"; };
  switch (random() % 4) {
    case 0:
      return "not " + part();
    case 1:
      return part() + " and " + part();
    case 2:
      return part() + " or " + part();
    default:
      return random_comparison(random);
  }
}

class ConditionTest : public StoreFixture {
 protected:
  static void SetUpTestSuite() {
    StoreFixture::SetUpTestSuite();
    std::mt19937 random(7);
    std::vector<const FiledSpan*> pointers;
    for (int i = 0; i < kSpans; ++i) rows_.push_back(random_row(i, random));
    for (const FiledSpan& row : rows_) pointers.push_back(&row);
    CHECK(store_->insert("spans", encode_spans("p", pointers), "rows").has_value());
  }
  static std::set<std::string> by_filter(const Filter& filter) {
    std::set<std::string> ids;
    for (const FiledSpan& row : rows_) {
      if (filter.evaluate(row.span) == Truth::True) ids.insert(row.span.span_id);
    }
    return ids;
  }
  static Result<std::set<std::string>> by_engine(const Condition& condition) {
    std::set<std::string> ids;
    SpanQuery query;
    query.project = "p";
    query.fields = {Field::SpanId};
    query.from = condition.from;
    query.until = condition.until;
    query.where = condition.sql;
    query.params = condition.params;
    TRY(read_history(*store_, query, [&](Span& span) {
      ids.insert(span.span_id);
      return true;
    }));
    return ids;
  }

  static inline std::vector<FiledSpan> rows_;
};

TEST_F(ConditionTest, SelectsWhatTheFilterSelects) {
  std::mt19937 random(11);
  int exact = 0;
  int selective = 0;
  for (int i = 0; i < 600; ++i) {
    const std::string text = random_filter(random, i % 4);
    const Result<Filter> filter = Filter::parse(text, {});
    ASSERT_TRUE(filter) << text << ": " << filter.error().message;
    const Condition condition = to_condition(*filter);
    const auto found = by_engine(condition);
    ASSERT_TRUE(found) << text << "\n" << condition.sql << "\n" << found.error().message;
    const std::set<std::string> wanted = by_filter(*filter);
    selective += !wanted.empty() && wanted.size() < kSpans ? 1 : 0;
    if (condition.is_exact) {
      ++exact;
      ASSERT_EQ(*found, wanted) << text << "\n" << condition.sql;
    } else {
      ASSERT_TRUE(std::ranges::includes(*found, wanted)) << text << "\n" << condition.sql;
    }
  }
  EXPECT_GT(exact, 450);
  EXPECT_GT(selective, 450);
}

TEST_F(ConditionTest, LeavesNumbersOfAttributesToTheFilter) {
  const Condition condition =
      to_condition(*Filter::parse("attributes.score > 1 and status = ok", {}));
  EXPECT_FALSE(condition.is_exact);
  EXPECT_EQ(condition.sql.find("attributes"), std::string::npos);
  EXPECT_NE(condition.sql.find("status"), std::string::npos);
}

TEST_F(ConditionTest, TellsTheRangeOfTimes) {
  const auto range = [](const std::string& text) {
    const Condition condition = to_condition(*Filter::parse(text, {}));
    return std::pair(condition.from, condition.until);
  };
  const std::string noon = "'2025-11-25T12:00:00Z'";
  EXPECT_EQ(range("start_time >= " + noon),
            std::pair(std::optional(kNoon), std::optional<int64_t>()));
  EXPECT_EQ(range("start_time < " + noon + " and status = ok"),
            std::pair(std::optional<int64_t>(), std::optional(kNoon + 1)));
  EXPECT_EQ(range("start_time > '2025-01-01' and (start_time >= " + noon +
                  " and start_time <= " + noon + ")"),
            std::pair(std::optional(kNoon), std::optional(kNoon + 1)));
  EXPECT_EQ(range("start_time > " + noon + " or status = ok"),
            std::pair(std::optional<int64_t>(), std::optional<int64_t>()));
}

TEST_F(ConditionTest, NeverHoldsAValue) {
  const Condition condition =
      to_condition(*Filter::parse("model = \"'; DROP TABLE spans; --\" or output ~ 'DROP' or "
                                  "attributes.'DROP' contains 'DROP'",
                                  {}));
  EXPECT_EQ(condition.sql.find("DROP"), std::string::npos) << condition.sql;
  EXPECT_EQ(condition.params.size(), 4U);
}

}  // namespace
}  // namespace sonde
