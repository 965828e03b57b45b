// Figures over time: what the sums by the hour say is what the spans say, whatever is asked.
#include <date/tz.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "query/metrics.h"
#include "store/hours.h"
#include "store/native_writer.h"
#include "store/span_block.h"
#include "store/span_for_test.h"
#include "store/store_fixture_for_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;

constexpr int64_t kHour = 3'600'000'000;
constexpr int64_t kNight = 1'764'028'800'000'000;  // 2025-11-25T00:00:00Z

class MetricsTest : public StoreFixture {
 protected:
  // As a batch of ingest: the spans, then the mark on their hours.
  static void write(const std::vector<FiledSpan>& rows) {
    std::vector<const FiledSpan*> pointers;
    NativeWriter keys(2, rows.size());
    keys.column("project_id", "String");
    for (size_t i = 0; i < rows.size(); ++i) keys.text(project());
    keys.column("filed_at", "DateTime('UTC')");
    for (const FiledSpan& row : rows) {
      keys.number(row.filed_at);
      pointers.push_back(&row);
    }
    const std::string token = fmt::format("m-{}", ++number_);
    ASSERT_TRUE(store_->insert("spans", encode_spans(project(), pointers), token));
    const auto marked = mark_hours(*store_, keys.bytes(), ++number_, token);
    ASSERT_TRUE(marked) << marked.error().message;
  }
  static uint64_t make() {
    const auto made = make_hours(*store_, project(), number_);
    EXPECT_TRUE(made) << made.error().message;
    return made.value_or(0);
  }

  static MetricsAnswer ask(MetricsQuery query) {
    query.project = project();
    const auto answer = read_metrics(*store_, query);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(MetricsAnswer{});
  }
  // Asks both ways. Counts and sums are the same, percentiles within what is stated.
  static MetricsAnswer ask_both(MetricsQuery query) {
    const MetricsAnswer sums = ask(query);
    query.from_spans = true;
    const MetricsAnswer spans = ask(query);
    EXPECT_EQ(sums.rows.size(), spans.rows.size());
    for (size_t i = 0; i < std::min(sums.rows.size(), spans.rows.size()); ++i)
      expect_same(sums.rows[i], spans.rows[i], sums.percentile_error + spans.percentile_error);
    return sums;
  }
  static void expect_same(const MetricsRow& a, const MetricsRow& b, double error) {
    EXPECT_EQ(text_of(a), text_of(b));
    for (const auto times : {&MetricsRow::latency, &MetricsRow::first_token}) {
      EXPECT_EQ((a.*times).mean, (b.*times).mean);
      for (const auto value : {&MeasuredTimes::p50, &MeasuredTimes::p95, &MeasuredTimes::p99}) {
        const auto x = (a.*times).*value;
        const auto y = (b.*times).*value;
        ASSERT_EQ(x.has_value(), y.has_value());
        if (!x) continue;
        EXPECT_NEAR(*x, *y, std::max(1.0, error * *y));
      }
    }
  }
  static std::string text_of(const MetricsRow& row) {
    std::string text = fmt::format(
        "{} [{}] {} {} {} {} {} {}/{} {}/{} {}", row.time.value_or(-1), fmt::join(row.key, "|"),
        row.count, row.ok, row.error, row.latency.count, row.first_token.count, row.input_tokens,
        row.input_known, row.output_tokens, row.output_known, row.cost_known);
    for (const CurrencyTotal& cost : row.costs)
      text += fmt::format(" {} {}/{}", cost.cost, cost.currency, cost.count);
    return text;
  }

  static inline uint64_t number_ = 0;
};

FiledSpan call(const std::string& id, std::optional<int64_t> start) {
  FiledSpan row = empty_row(id);
  row.span.levels = bit(Level::Call);
  row.span.status = Status::Ok;
  row.span.start_time = start;
  row.filed_at = filing_second(start.value_or(kNight));
  return row;
}

template <class Value, size_t N>
Value one_of(const Value (&values)[N], std::mt19937& random) {
  return values[random() % N];
}

std::vector<FiledSpan> random_calls(int count, std::mt19937& random) {
  std::vector<FiledSpan> rows;
  std::lognormal_distribution<double> seconds(0.5, 0.8);
  for (int i = 0; i < count; ++i) {
    FiledSpan row =
        call(fmt::format("span-{}", i), kNight + static_cast<int64_t>(random() % 30) * kHour +
                                            static_cast<int64_t>(random() % 3'600) * 1'000'000);
    Span& span = row.span;
    if (random() % 20 == 0) span.start_time.reset();
    if (random() % 15 == 0 && span.start_time) *span.start_time += 2 * kHour;  // Moved.
    span.levels = one_of({bit(Level::Call), bit(Level::Run), uint8_t{0}}, random);
    span.status = one_of({Status::Ok, Status::Ok, Status::Error, Status::Pending}, random);
    span.model = one_of({"gpt-4o", "qwen", ""}, random);
    span.app_name = one_of({"support", "旅行"}, random);
    if (random() % 10 != 0) span.duration = static_cast<int64_t>(1e6 * seconds(random));
    if (random() % 2 == 0) span.time_to_first_token = static_cast<int64_t>(random() % 2'000'000);
    if (random() % 3 != 0) span.input_tokens = static_cast<int64_t>(random() % 5'000);
    if (random() % 3 != 0) span.output_tokens = static_cast<int64_t>(random() % 900);
    if (random() % 2 == 0) {
      span.cost = static_cast<int64_t>(random() % 50'000'000);
      span.currency = one_of({"USD", "CNY"}, random);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// All of these by hand: a day of three calls in two hours.
TEST_F(MetricsTest, FiguresAreThoseOfThePaper) {
  std::vector<FiledSpan> rows = {call("a", kNight), call("b", kNight + 1'000'000),
                                 call("c", kNight + kHour)};
  rows[0].span.duration = 1'000;
  rows[1].span.duration = 3'000;
  rows[1].span.status = Status::Error;
  rows[2].span.cost = 250'000'000;
  rows[2].span.currency = "USD";
  rows[2].span.input_tokens = 7;
  write(rows);
  EXPECT_EQ(make(), 2U);
  const MetricsAnswer answer = ask_both({.every = MetricsQuery::Every::Hour});
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(text_of(answer.rows[0]), fmt::format("{} [] 2 1 1 2 0 0/0 0/0 0", kNight));
  EXPECT_EQ(text_of(answer.rows[1]),
            fmt::format("{} [] 1 1 0 0 0 7/1 0/0 1 250000000 USD/1", kNight + kHour));
  EXPECT_EQ(answer.rows[0].latency.mean, 2'000.0);
  EXPECT_NEAR(*answer.rows[0].latency.p50, 2'000, 2'000 * answer.percentile_error);
  EXPECT_FALSE(answer.rows[1].latency.p50);
}

TEST_F(MetricsTest, SumsAndSpansSayTheSame) {
  std::mt19937 random(7);
  std::vector<FiledSpan> rows = random_calls(4'000, random);
  write(rows);
  EXPECT_GE(make(), 30U);
  // Some are merged again and some are new, in a few of the hours: these are answered from spans.
  std::vector<FiledSpan> changed;
  for (FiledSpan& row : rows) {
    if (row.filed_at % 7'200 < 3'600 || random() % 4 != 0) continue;
    row.version = 2;
    row.span.status = Status::Error;
    row.span.model = "changed";
    changed.push_back(row);
  }
  write(changed);
  const date::time_zone* const shanghai = date::locate_zone("Asia/Shanghai");
  const date::time_zone* const kathmandu = date::locate_zone("Asia/Kathmandu");  // +05:45
  const auto parse = [](const char* text) { return *Filter::parse(text, {}); };
  using Every = MetricsQuery::Every;
  const auto check_all = [&] {
    ask_both({});
    ask_both({.by = {Field::Model}});
    ask_both({.level = Level::Run, .by = {Field::AppName, Field::Status}});
    ask_both({.by = {Field::Model}, .every = Every::Hour});
    ask_both({.every = Every::Day, .zone = shanghai});
    ask_both({.every = Every::Hour, .zone = kathmandu});
    ask_both({.every = Every::Week});
    ask_both({.every = Every::Month, .zone = shanghai});
    ask_both({.from = kNight + 3 * kHour, .until = kNight + 9 * kHour});
    ask_both({.every = Every::Hour, .from = kNight + kHour / 2, .until = kNight + 20 * kHour + 1});
    ask_both({.from = kNight + kHour / 2});
    ask_both({.until = kNight + 5 * kHour / 2});
    ask_both({.from = kNight + kHour / 4, .until = kNight + kHour / 2});
    ask_both({.by = {Field::Category}, .where = parse("model = qwen or status = error")});
    ask_both({.where = parse("latency > 2s")});
    // Sums are less exact, by which they are known.
    constexpr double kOfSums = 1.0 / 32;
    EXPECT_EQ(ask_both({.every = Every::Day, .zone = shanghai}).percentile_error, kOfSums);
    EXPECT_EQ(ask_both({.by = {Field::AppName, Field::Status}}).percentile_error, kOfSums);
    EXPECT_EQ(ask_both({.by = {Field::Model}, .where = parse("status = error")}).percentile_error,
              kOfSums);
    EXPECT_EQ(ask_both({.every = Every::Hour, .where = parse("model = qwen")}).percentile_error,
              kOfSums);
    EXPECT_LT(ask_both({.by = {Field::Model, Field::AppName}}).percentile_error, kOfSums);
  };
  check_all();
  EXPECT_GT(make(), 5U);
  check_all();
  EXPECT_EQ(make(), 0U);
  // Rows that no longer count are gone.
  EXPECT_EQ(*store_->query({"SELECT count() FROM hours WHERE project_id = {p:String} AND "
                            "(filed_hour, built) NOT IN (SELECT filed_hour, max(built) FROM "
                            "hour_states WHERE project_id = {p:String} GROUP BY filed_hour)",
                            {{"p", project()}},
                            "TSV"}),
            "0\n");
}

TEST_F(MetricsTest, SpansThatWereThereBeforeTheSumsAreCounted) {
  write({call("a", kNight), call("b", kNight + 30 * kHour)});
  EXPECT_EQ(ask({}).rows.at(0).count, 2U);
  EXPECT_EQ(ask({.from = kNight}).rows.at(0).count, 2U);
  make();
  EXPECT_EQ(ask({}).rows.at(0).count, 2U);
}

TEST_F(MetricsTest, TheMostFrequentComeFirstAndTheRestIsSaidToBeThere) {
  std::vector<FiledSpan> rows;
  for (int i = 0; i < 10; ++i) {
    rows.push_back(call(fmt::format("s{}", i), kNight));
    rows.back().span.model = i < 5 ? "five" : i < 8 ? "three" : fmt::format("one{}", i);
  }
  write(rows);
  const MetricsAnswer answer = ask({.by = {Field::Model}, .rows_max = 2});
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].key, std::vector<std::string>{"five"});
  EXPECT_EQ(answer.rows[1].count, 3U);
  EXPECT_TRUE(answer.is_cut);
}

TEST_F(MetricsTest, RefusesWhatTheEngineCannotAnswerAsTheFilterDoes) {
  const auto answer = read_metrics(*store_, {.where = *Filter::parse("attributes.score > 3", {})});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("use sonde analyze"));
}

// The layout of stats/sketch.h, in SQL.
TEST_F(MetricsTest, AMiddleIsNoFurtherOffThanStated) {
  for (const unsigned bits : {kHourBucketBits, kSpanBucketBits}) {
    const std::string middle = middle_expression(bucket_expression("v", bits), bits);
    const auto worst = store_->query(
        {fmt::format("SELECT max(abs({} - v) / greatest(v, 1)) <= {} FROM (SELECT "
                     "toUInt64(arrayJoin(arrayConcat(range(20000), arrayMap(i -> exp2(i), "
                     "range(46)), arrayMap(i -> exp2(i) - 1, range(47)), arrayMap(i -> exp2(i / "
                     "37.), range(1700))))) AS v)",
                     middle, 1.0 / (2U << bits)),
         {},
         "TSV"});
    EXPECT_EQ(worst ? *worst : worst.error().message, "1\n") << bits;
  }
}

}  // namespace
}  // namespace sonde
