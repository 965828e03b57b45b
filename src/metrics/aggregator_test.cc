#include "metrics/aggregator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace sonde {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr int64_t kSecond = 1'000'000;
constexpr uint8_t kFlatLevels = bit(Level::Call) | bit(Level::Message) | bit(Level::Run);

Span call(std::string category, Status status = Status::Ok) {
  Span span;
  span.source = "flat";
  span.kind = Kind::Llm;
  span.levels = kFlatLevels;
  span.category = std::move(category);
  span.status = status;
  return span;
}

AggregatorOptions by(const std::vector<std::string_view>& names, Level level = Level::Call,
                     const char* zone = "UTC") {
  AggregatorOptions options;
  options.level = level;
  options.zone = date::locate_zone(zone);
  for (const std::string_view name : names) {
    auto dimension = Dimension::parse(name, options.zone);
    EXPECT_TRUE(dimension) << name;
    if (dimension) options.by.push_back(*std::move(dimension));
  }
  return options;
}

Analysis analyze(const AggregatorOptions& options, const std::vector<Span>& spans) {
  Aggregator aggregator(options);
  for (const Span& span : spans) aggregator.add(span);
  return aggregator.finish();
}

// Everything that an analysis says, for comparing.
std::string text_of(const GroupSummary& g) {
  std::string text = fmt::format(
      "{} {} {} {} {} {} {} [{} {}] {} ", fmt::join(g.key, "/"), g.count, g.ok, g.error,
      g.cancelled, g.pending, g.unknown, g.success_interval ? g.success_interval->low : -1,
      g.success_interval ? g.success_interval->high : -1, g.design_effect);
  for (const auto& [name, count] : g.errors) text += fmt::format("{}={} ", name, count);
  for (const auto& [name, count] : g.models) text += fmt::format("{}={} ", name, count);
  for (const auto& d : {g.latency, g.ttft}) {
    if (d) {
      text +=
          fmt::format("({} {} {} {} {} {} {} {} {}) ", d->count, d->mean, d->p50, d->p95, d->p99,
                      d->max, d->p50_interval.low, d->p50_interval.high, d->p95_interval.high);
    }
  }
  for (const auto& c : g.costs) text += fmt::format("{}{}x{} ", c.cost, c.currency, c.count);
  return text + fmt::format("{} {} {} {} {} {}\n", g.input_tokens.value_or(0),
                            g.output_tokens.value_or(0), g.tokens_known, g.cost_known,
                            g.first_time.value_or(-1), g.last_time.value_or(-1));
}

std::string text_of(const Analysis& a) {
  std::string text = a.clusters + "\n" + text_of(a.total);
  for (const Section& s : a.sections) {
    for (const GroupSummary& g : s.groups) text += text_of(g);
  }
  for (const GroupSummary& g : a.by_model) text += text_of(g);
  for (const Claim& c : a.claims) text += c.sentence + "\n";
  for (const TimeBucket& b : a.time) {
    text += fmt::format("{} {} {} {} {}\n", b.start, b.count, b.ok, b.error, b.p95.value_or(-1));
  }
  for (const Histogram& h : a.latency_by_model)
    text += fmt::format("{} {}\n", h.name, fmt::join(h.counts, " "));
  for (const auto& [name, count] : a.other_levels) text += fmt::format("{} {}\n", name, count);
  return text + fmt::format("{} {}", a.filtered_out, a.bucket_width);
}

TEST(Aggregator, OnlyOkAndErrorAreInTheRate) {
  const Analysis a =
      analyze(by({"category"}), {call("a"), call("a"), call("a"), call("a", Status::Error),
                                 call("a", Status::Cancelled), call("a", Status::Pending),
                                 call("a", Status::Unknown)});
  ASSERT_THAT(a.sections, SizeIs(1));
  const GroupSummary& group = a.sections[0].groups.at(0);
  EXPECT_EQ(group.count, 7U);
  EXPECT_EQ(group.ok, 3U);
  EXPECT_EQ(group.error, 1U);
  EXPECT_EQ(group.cancelled, 1U);
  EXPECT_EQ(group.pending, 1U);
  EXPECT_EQ(group.unknown, 1U);
  EXPECT_EQ(group.success_rate, 0.75);
  EXPECT_FALSE(group.success_interval);  // Four are too few.
}

// Newcombe (1998), table 1: Wilson for 81 of 263.
TEST(Aggregator, RatesHaveTheIntervalOfWilson) {
  std::vector<Span> spans;
  for (int i = 0; i < 263; ++i) spans.push_back(call("a", i < 81 ? Status::Ok : Status::Error));
  const GroupSummary total = analyze(by({"category"}), spans).total;
  EXPECT_NEAR(total.success_interval.value().low, 0.2553, 5e-5);
  EXPECT_NEAR(total.success_interval.value().high, 0.3662, 5e-5);
}

TEST(Aggregator, RatesOfFewRecordsInFewBlocksOfTimeHaveNoInterval) {
  const auto in_blocks = [](int calls, int blocks) {
    std::vector<Span> spans;
    for (int i = 0; i < calls; ++i) {
      spans.push_back(call("a", i % 7 == 0 ? Status::Error : Status::Ok));
      spans.back().start_time = int64_t{i % blocks} * 600'000'000;
      spans.back().duration = 1'000'000 + i;
    }
    return analyze(by({"category"}), spans).total;
  };
  for (const int blocks : {1, 9}) {
    const GroupSummary total = in_blocks(60, blocks);
    EXPECT_FALSE(total.success_interval);
    EXPECT_TRUE(std::isinf(total.latency->p50_interval.low));
    EXPECT_TRUE(in_blocks(200, blocks).success_interval);
  }
  EXPECT_TRUE(in_blocks(60, 40).success_interval);
}

TEST(Aggregator, WithoutAnOutcomeThereIsNoRate) {
  const Analysis a = analyze(by({"category"}), {call("a", Status::Unknown)});
  EXPECT_EQ(a.total.success_rate, std::nullopt);
  EXPECT_EQ(a.total.latency, std::nullopt);
  EXPECT_EQ(a.total.input_tokens, std::nullopt);
  EXPECT_EQ(a.total.first_time, std::nullopt);
  EXPECT_THAT(a.total.costs, IsEmpty());
}

TEST(Aggregator, UnknownIsNeverZero) {
  std::vector<Span> spans = {call("a"), call("a"), call("a")};
  spans[0].duration = 1 * kSecond;
  spans[1].duration = 3 * kSecond;
  spans[0].input_tokens = 10;
  spans[0].output_tokens = 0;
  spans[1].input_tokens = 5;
  spans[2].input_tokens = -1;
  const GroupSummary total = analyze(by({"category"}), spans).total;
  ASSERT_TRUE(total.latency);
  EXPECT_EQ(total.latency->count, 2U);
  EXPECT_EQ(total.latency->mean, 2.0 * kSecond);
  EXPECT_EQ(total.latency->p50, 2.0 * kSecond);
  EXPECT_NEAR(total.latency->p95, 2.9 * kSecond, 1e-3);  // 1 + 0.95 * (3 - 1).
  EXPECT_EQ(total.input_tokens, 15U);
  EXPECT_EQ(total.output_tokens, 0U);
  EXPECT_EQ(total.tokens_known, 1U);
}

TEST(Aggregator, CurrenciesAreNeverAdded) {
  std::vector<Span> spans = {call("a"), call("a"), call("a"), call("a")};
  for (size_t i = 0; i < 3; ++i) {
    spans[i].cost = 1'000 * static_cast<int64_t>(i + 1);
    spans[i].currency = i == 1 ? "RMB" : "USD";
  }
  const GroupSummary total = analyze(by({"category"}), spans).total;
  ASSERT_THAT(total.costs, SizeIs(2));
  EXPECT_EQ(total.costs[0].currency, "RMB");
  EXPECT_EQ(total.costs[0].cost, 2'000);
  EXPECT_EQ(total.costs[1].currency, "USD");
  EXPECT_EQ(total.costs[1].cost, 4'000);
  EXPECT_EQ(total.costs[1].count, 2U);
  EXPECT_EQ(total.cost_known, 3U);
}

TEST(Aggregator, GroupsByTwoDimensions) {
  std::vector<Span> spans = {call("a"), call("a"), call("b"), call("")};
  spans[0].model = "m";
  spans[2].model = "m";
  const Analysis a = analyze(by({"category", "model"}), spans);
  ASSERT_THAT(a.sections, SizeIs(1));
  EXPECT_THAT(a.sections[0].by, ElementsAre("category", "model"));
  std::vector<std::vector<std::string>> keys;
  for (const GroupSummary& g : a.sections[0].groups) keys.push_back(g.key);
  EXPECT_THAT(keys, ElementsAre(ElementsAre("", ""), ElementsAre("a", ""), ElementsAre("a", "m"),
                                ElementsAre("b", "m")));
}

TEST(Aggregator, ErrorsAreCountedByClass) {
  std::vector<Span> spans(4, call("a", Status::Error));
  spans[0].error_class = spans[1].error_class = "timeout";
  spans[2].error_class = "rate_limit";
  EXPECT_THAT(analyze(by({"category"}), spans).total.errors,
              ElementsAre(Pair("timeout", 2), Pair("rate_limit", 1), Pair("unknown", 1)));
}

TEST(Aggregator, CountsOnlyTheSpansOfItsLevel) {
  Span node = call("a");
  node.levels = bit(Level::Node) | bit(Level::Call);
  Span run = call("a");
  run.levels = bit(Level::Run);
  const Analysis a = analyze(by({"category"}, Level::Node), {node, node, run, call("a")});
  EXPECT_EQ(a.total.count, 2U);
  EXPECT_THAT(a.other_levels, ElementsAre(Pair("call", 3), Pair("message", 1), Pair("run", 2)));
}

TEST(Aggregator, FiltersAreCountedAndUnknownIsNoMatch) {
  AggregatorOptions options = by({"category"});
  options.where = *Filter::parse("duration > 1s", ParseContext{});
  std::vector<Span> spans = {call("a"), call("a"), call("a")};
  spans[0].duration = 2 * kSecond;
  spans[1].duration = kSecond;
  const Analysis a = analyze(options, spans);
  EXPECT_EQ(a.total.count, 1U);
  EXPECT_EQ(a.filtered_out, 2U);
}

TEST(Aggregator, SuccessCanBeDefinedAppByApp) {
  AggregatorOptions options = by({"app"});
  options.success = *SuccessRule::parse("status = ok and feedback != dislike",
                                        {{"Lenient", "status is not null"}}, ParseContext{});
  std::vector<Span> spans = {call("a"), call("a"), call("a", Status::Error),
                             call("a", Status::Cancelled)};
  spans[0].feedback = "dislike";
  spans[1].feedback = "like";
  spans[2].app_name = spans[3].app_name = "Lenient";
  const GroupSummary total = analyze(options, spans).total;
  EXPECT_EQ(total.ok, 2U);
  EXPECT_EQ(total.error, 1U);
  EXPECT_EQ(total.cancelled, 1U);
}

TEST(Aggregator, GroupsBeyondTheLimitAreSummedUp) {
  AggregatorOptions options = by({"user"});
  options.groups_max = 3;
  std::vector<Span> spans;
  for (int i = 0; i < 20; ++i) {
    spans.push_back(call("a", i % 2 == 0 ? Status::Ok : Status::Error));
    spans.back().user_id = "u" + std::to_string(i % 10);
  }
  const Analysis a = analyze(options, spans);
  ASSERT_THAT(a.sections.at(0).groups, SizeIs(4));
  EXPECT_EQ(a.sections[0].groups_dropped, 7U);
  const GroupSummary& other = a.sections[0].groups[3];
  EXPECT_THAT(other.key, ElementsAre("(other)"));
  EXPECT_EQ(other.count, 14U);
  EXPECT_EQ(a.total.count, 20U);
  EXPECT_EQ(a.total.ok, 10U);

  Aggregator left(options);
  Aggregator right(options);
  for (size_t i = 0; i < spans.size(); ++i) (i < 8 ? left : right).add(spans[i]);
  left.merge(std::move(right));
  const Analysis merged = left.finish();
  EXPECT_EQ(text_of(merged.total), text_of(a.total));
  EXPECT_EQ(merged.sections[0].groups_dropped, 7U);
}

TEST(Aggregator, DefaultGroupingFollowsTheSource) {
  Span otlp = call("");
  otlp.source = "otlp";
  otlp.app_name = "shop";
  otlp.name = "chat";
  const Analysis a = analyze(by({}), {call("a"), otlp});
  ASSERT_THAT(a.sections, SizeIs(2));
  EXPECT_THAT(a.sections[0].by, ElementsAre("category"));
  EXPECT_THAT(a.sections[1].by, ElementsAre("app", "node"));
  EXPECT_THAT(a.sections[1].groups.at(0).key, ElementsAre("shop", "chat"));
}

TEST(Aggregator, ALogWithoutCategoriesIsShownByModelOnce) {
  Span otlp = call("");
  otlp.source = "otlp";
  otlp.model = "m";
  const Analysis a = analyze(by({}), {call(""), otlp});
  ASSERT_THAT(a.sections, SizeIs(1));
  EXPECT_THAT(a.sections[0].by, ElementsAre("model"));
  EXPECT_THAT(a.sections[0].groups, SizeIs(2));
}

std::vector<Span> session_turns() {
  std::vector<Span> spans;
  const auto turn = [&](const char* session, int64_t time, Status status) -> Span& {
    spans.push_back(call("c" + std::to_string(time), status));
    spans.back().session_id = session;
    spans.back().start_time = time * kSecond;
    spans.back().duration = kSecond;
    spans.back().location.byte = static_cast<uint64_t>(spans.size());
    return spans.back();
  };
  turn("s1", 2, Status::Ok).cost = 5;
  turn("s1", 1, Status::Ok).cost = 7;
  turn("s2", 4, Status::Error).error_class = "timeout";
  turn("s2", 3, Status::Ok);
  turn("s3", 5, Status::Cancelled);
  turn("s4", 6, Status::Unknown);
  turn("s5", 7, Status::Ok).cost = 1;
  spans.back().currency = "USD";
  turn("s5", 8, Status::Ok).cost = 1;
  spans.back().currency = "RMB";
  spans.push_back(call("alone"));
  return spans;
}

TEST(Aggregator, ASessionIsAsGoodAsItsTurns) {
  const Analysis a = analyze(by({"category"}, Level::Session), session_turns());
  EXPECT_EQ(a.total.count, 5U);
  EXPECT_EQ(a.total.ok, 2U);
  EXPECT_EQ(a.total.error, 1U);
  EXPECT_EQ(a.total.cancelled, 1U);
  EXPECT_EQ(a.total.unknown, 1U);
  EXPECT_THAT(a.total.errors, ElementsAre(Pair("timeout", 1)));
  ASSERT_THAT(a.total.costs, SizeIs(1));  // The session that paid in two currencies has none.
  EXPECT_EQ(a.total.costs[0].cost, 12);
  EXPECT_EQ(a.total.cost_known, 1U);
  EXPECT_EQ(a.total.latency->max, 2.0 * kSecond);
  EXPECT_EQ(a.other_levels.back(), (std::pair<std::string, uint64_t>("without a session", 1)));
  std::vector<std::string> keys;
  for (const GroupSummary& g : a.sections[0].groups) keys.push_back(g.key[0]);
  EXPECT_THAT(keys, ElementsAre("c1", "c3", "c5", "c6", "c7"));
}

class Splits : public testing::TestWithParam<Level> {};

TEST_P(Splits, AnyOrderAndAnySplitGivesTheSameAnalysis) {
  std::mt19937 random(7);
  std::vector<Span> spans = session_turns();
  for (uint64_t i = 0; i < 3000; ++i) {
    spans.push_back(call("c" + std::to_string(random() % 5), static_cast<Status>(random() % 5)));
    Span& span = spans.back();
    span.model = "m" + std::to_string(random() % 7);
    span.duration = random() % 100'000'000;
    if (random() % 3 == 0) span.time_to_first_token = random() % 1'000'000;
    span.start_time = static_cast<int64_t>(random() % 10'000'000) * kSecond / 10;
    span.session_id = "s" + std::to_string(random() % 400);
    span.error_class = random() % 2 == 0 ? "timeout" : "other";
    span.input_tokens = random() % 1000;
    span.cost = random() % 1000;
    span.currency = random() % 9 == 0 ? "RMB" : "USD";
    span.location.byte = 1000 + i;
  }
  AggregatorOptions options = by({"category", "model"}, GetParam());
  options.exact_values_max = 100;
  options.charts = true;
  const std::string wanted = text_of(analyze(options, spans));
  for (int round = 0; round < 8; ++round) {
    std::shuffle(spans.begin(), spans.end(), random);
    std::deque<Aggregator> parts;
    for (int i = 0; i <= round % 4; ++i) parts.emplace_back(options);
    for (const Span& span : spans) parts[random() % parts.size()].add(span);
    for (size_t i = 1; i < parts.size(); ++i) parts[0].merge(std::move(parts[i]));
    EXPECT_EQ(text_of(parts[0].finish()), wanted) << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, Splits, testing::Values(Level::Call, Level::Session));

// 40 sessions of 10 calls; failures either fill four sessions or hit one call in ten of each.
TEST(Aggregator, FailuresThatComeTogetherWidenTheInterval) {
  const auto with = [](bool together) {
    std::vector<Span> spans;
    for (int i = 0; i < 400; ++i) {
      const bool failed = together ? i / 10 < 4 : i % 10 == i / 10 % 10;
      spans.push_back(call("a", failed ? Status::Error : Status::Ok));
      spans.back().session_id = "session " + std::to_string(i / 10);
    }
    return analyze(by({"category"}), spans);
  };
  const Analysis clustered = with(true);
  const Analysis spread = with(false);
  EXPECT_EQ(clustered.total.success_rate, 0.9);
  EXPECT_EQ(spread.total.success_rate, 0.9);
  EXPECT_GT(clustered.total.design_effect, 5);
  EXPECT_LT(clustered.total.success_interval->low, 0.8);
  EXPECT_THAT(clustered.clusters, testing::HasSubstr("session"));
  // Wilson for 360 of 400 has 0.8668; one more session of failures is allowed for.
  EXPECT_NEAR(spread.total.success_interval->low, 0.8668, 0.02);
}

// 700 calls are more than a group keeps one by one, a seventh of them are not.
TEST(Aggregator, ClustersAreTheSameWhetherKeptOrSummedUp) {
  const AggregatorOptions options = by({"category"});
  Aggregator whole(options);
  std::vector<Aggregator> parts;
  parts.reserve(7);  // An aggregator is not made to be moved while it counts.
  for (int i = 0; i < 7; ++i) parts.emplace_back(options);
  for (int i = 0; i < 700; ++i) {
    Span span = call("chat", i / 20 % 3 == 0 ? Status::Error : Status::Ok);
    span.session_id = std::to_string(i / 20);
    span.start_time = int64_t{60'000'000} * i;
    span.duration = 1'000 + i;
    whole.add(span);
    parts[static_cast<size_t>(i % 7)].add(span);
  }
  for (size_t i = 1; i < parts.size(); ++i) parts[0].merge(std::move(parts[i]));
  const Analysis expected = whole.finish();
  EXPECT_GT(expected.sections.at(0).groups.at(0).design_effect, 10);  // Sessions fail as a whole.
  EXPECT_EQ(text_of(parts[0].finish()), text_of(expected));
}

TEST(Aggregator, CallsThatAreEachTheirOwnClusterAreIndependent) {
  std::vector<Span> spans;
  for (int i = 0; i < 30; ++i) spans.push_back(call("a", i % 3 == 0 ? Status::Error : Status::Ok));
  const GroupSummary total = analyze(by({"category"}), spans).total;
  EXPECT_EQ(total.design_effect, 1);
}

TEST(Aggregator, FewBlocksOfTimeAreWorthAsManyRecords) {
  std::vector<Span> spans;
  for (int i = 0; i < 60; ++i) {
    spans.push_back(call("a", i < 20 ? Status::Error : Status::Ok));
    spans.back().start_time = int64_t{60'000'000} * i;  // Six blocks of ten.
    spans.back().duration = 1'000'000 + i;
  }
  const GroupSummary few = analyze(by({"category"}), spans).total;
  ASSERT_TRUE(few.few_clusters_worth.has_value());
  EXPECT_DOUBLE_EQ(*few.few_clusters_worth, 6);
  EXPECT_FALSE(std::isfinite(few.latency->mean_interval.low));
  // Sessions tell more.
  for (size_t i = 0; i < spans.size(); ++i) spans[i].session_id = std::to_string(i / 4);
  EXPECT_FALSE(analyze(by({"category"}), spans).total.few_clusters_worth.has_value());
}

TEST(Charts, BucketsWidenUntilTheyFit) {
  AggregatorOptions options = by({"category"});
  options.charts = true;
  std::vector<Span> spans = {call("a"), call("a", Status::Error), call("a")};
  spans[0].start_time = 0;
  spans[1].start_time = 30 * kSecond;
  spans[2].start_time = int64_t{400} * 60 * kSecond;  // 400 minutes: buckets of five minutes.
  for (Span& span : spans) {
    span.model = "m";
    span.duration = 4'000;  // 4 ms.
  }
  const Analysis a = analyze(options, spans);
  EXPECT_EQ(a.bucket_width, 5 * 60 * kSecond);
  ASSERT_THAT(a.time, SizeIs(2));
  EXPECT_EQ(a.time[0].count, 2U);
  EXPECT_EQ(a.time[0].error, 1U);
  EXPECT_EQ(a.time[1].start, int64_t{400} * 60 * kSecond);
  ASSERT_THAT(a.latency_by_model, SizeIs(1));
  EXPECT_THAT(a.latency_by_model[0].counts, ElementsAre(3));
  EXPECT_THAT(a.histogram_edges, ElementsAre(4'000, DoubleNear(5'656.85, 0.01)));
}

TEST(Claims, NameTheGroupThatFailsMoreThanChanceExplains) {
  std::vector<Span> spans;
  for (int i = 0; i < 200; ++i) {
    spans.push_back(
        call(i < 100 ? "good" : "bad", i >= 100 && i % 2 == 0 ? Status::Error : Status::Ok));
    spans.back().error_class = "timeout";
  }
  const Analysis a = analyze(by({"category"}), spans);
  ASSERT_FALSE(a.claims.empty());
  EXPECT_THAT(a.claims[0].sentence,
              testing::StartsWith(
                  "bad fails most: 50 of 100 succeeded (50.0 %, interval 40.4 % to 59.6 %)"));
  EXPECT_THAT(a.claims[1].sentence, testing::HasSubstr("timeout: 50 of 50 failures (100.0 %)"));
}

TEST(Claims, DoNotBlameAGroupForChance) {
  std::vector<Span> spans;
  for (int i = 0; i < 20; ++i) {
    spans.push_back(
        call(i < 10 ? "a" : "b", i == 3 || i == 4 || i == 13 ? Status::Error : Status::Ok));
  }
  EXPECT_THAT(analyze(by({"category"}), spans).claims.at(0).sentence,
              testing::StartsWith("no category fails more"));
}

}  // namespace
}  // namespace sonde
