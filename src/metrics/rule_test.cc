#include "metrics/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "metrics/metric_table.h"

namespace sonde {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

GroupSummary group(uint64_t ok, uint64_t error) {
  GroupSummary g;
  g.count = ok + error;
  g.ok = ok;
  g.error = error;
  if (g.count > 0) g.success_rate = static_cast<double>(ok) / static_cast<double>(g.count);
  return g;
}

// 100 response times; p95 is 9 s, between 7 s and 12 s.
GroupSummary timed() {
  GroupSummary g = group(100, 0);
  g.latency.emplace();
  g.latency->count = 100;
  g.latency->p95 = 9e6;
  g.latency->p95_interval = {7e6, 12e6, "order-statistics"};
  g.latency->mean = 3e6;
  g.latency->mean_interval = {2e6, 4e6, "student-t"};
  g.latency->p99 = 11e6;
  g.latency->p99_interval = {8.5e6, kInfinity, "order-statistics"};
  return g;
}

RuleResult judged(const std::string& text, const GroupSummary& g, double confidence = kConfidence) {
  const Result<AlarmRule> rule = AlarmRule::parse(text, {});
  EXPECT_TRUE(rule.has_value()) << rule.error().message;
  return rule->judge(g, confidence);
}
Verdict verdict(const std::string& text, const GroupSummary& g) { return judged(text, g).verdict; }

TEST(Rule, FiresOnlyWhenTheWholeIntervalLiesBelow) {
  // 10 successes of 20: Clopper and Pearson give 0.2720 to 0.7280.
  const RuleResult result = judged("success_rate < 0.75", group(10, 10));
  ASSERT_TRUE(result.readings[0].figure.has_value());
  EXPECT_NEAR(result.readings[0].figure->low, 0.2720, 5e-5);
  EXPECT_NEAR(result.readings[0].figure->high, 0.7280, 5e-5);
  EXPECT_EQ(result.verdict, Verdict::Fired);
  EXPECT_EQ(verdict("success_rate < 0.70", group(10, 10)), Verdict::Suspected);
  EXPECT_EQ(verdict("success_rate < 0.50", group(10, 10)), Verdict::Holds);
}

TEST(Rule, DoesNotFireOnOneFailureOfOneCall) {
  // The upper limit is 1 - 0.025^(1/1) = 0.975.
  EXPECT_EQ(verdict("success_rate < 0.95", group(0, 1)), Verdict::Suspected);
  // Of two: 1 - 0.025^(1/2) = 0.842.
  EXPECT_EQ(verdict("success_rate < 0.95", group(0, 2)), Verdict::Fired);
}

TEST(Rule, SaysHowManyMoreRecordsWouldSettleIt) {
  const RuleResult result = judged("success_rate < 0.95", group(94, 6));
  EXPECT_EQ(result.verdict, Verdict::Suspected);
  ASSERT_TRUE(result.more.has_value());
  // Without the discreteness: 1.96^2 * 0.95 * 0.05 / 0.01^2 = 1825 in all. Whole numbers of
  // failures move the rate by up to one of some 130, which takes a fifth more.
  const uint64_t all = 100 + *result.more;
  EXPECT_GT(all, 1825U);
  EXPECT_LT(all, 1825U * 5 / 4);
  // From there on it is settled however the failures come out, and not before.
  const auto at = [](uint64_t calls) {
    const uint64_t failures = calls * 6 / 100;
    return verdict("success_rate < 0.95", group(calls - failures, failures));
  };
  for (uint64_t more = 0; more < 40; ++more) EXPECT_EQ(at(all + more), Verdict::Fired) << more;
  bool settled_before = true;
  for (uint64_t less = 1; less < 20; ++less)
    settled_before = settled_before && at(all - less) == Verdict::Fired;
  EXPECT_FALSE(settled_before);
}

TEST(Rule, SaysHowManyMoreWhateverTheDesignEffect) {
  // Sizes that are no whole numbers: the search for the size that settles it must end.
  GroupSummary g = group(372, 28);
  for (int step = 0; step < 500; ++step) {
    g.design_effect = 1 + 0.01 * step;
    const RuleResult result = judged("success_rate < 0.95", g);
    EXPECT_EQ(result.verdict, Verdict::Suspected);
    EXPECT_TRUE(result.more.has_value());
  }
}

TEST(Rule, CountsClustersAsFewerRecords) {
  GroupSummary g = group(900, 100);
  EXPECT_EQ(verdict("success_rate < 0.95", g), Verdict::Fired);
  g.design_effect = 50;  // Worth 20: 18 of 20, upper limit 0.988.
  EXPECT_EQ(verdict("success_rate < 0.95", g), Verdict::Suspected);
}

TEST(Rule, TakesFewClustersForAsManyRecords) {
  GroupSummary g = group(30, 30);
  EXPECT_EQ(verdict("success_rate < 0.95", g), Verdict::Fired);
  g.few_clusters_worth = 6;  // 3 of 6: 0.118 to 0.882.
  EXPECT_EQ(verdict("success_rate < 0.9", g), Verdict::Fired);
  EXPECT_EQ(verdict("success_rate < 0.9", g), Verdict::Fired);
  g.few_clusters_worth = 3;  // Between 1 and 2 of 3: up to 0.9916.
  const RuleResult few = judged("success_rate < 0.95", g);
  EXPECT_EQ(few.verdict, Verdict::Suspected);
  EXPECT_FALSE(few.more.has_value());
  EXPECT_FALSE(few.readings[0].figure->enough);
  // All of three failed: 1 - 0.025^(1/3) = 0.708.
  g = group(0, 60);
  g.few_clusters_worth = 3;
  EXPECT_EQ(verdict("success_rate < 0.71", g), Verdict::Fired);
  EXPECT_EQ(verdict("success_rate < 0.70", g), Verdict::Suspected);
}

TEST(Rule, DoubtsAPercentileWhereTheShareWithinTheLimitMayBeIts) {
  GroupSummary g = timed();
  g.within = {{"duration", 6'000'000, 0.90, 100}};  // 0.824 to 0.951: may be 95 %.
  const RuleResult doubted = judged("latency_ms.p95 > 6s", g);
  EXPECT_EQ(doubted.verdict, Verdict::Suspected);
  EXPECT_LE(doubted.readings[0].figure->low, 6e6);
  EXPECT_EQ(verdict("latency_ms.p95 > 5s", g), Verdict::Fired);  // Of another limit.
  g.within = {{"duration", 6'000'000, 0.85, 100}};               // 0.765 to 0.914
  EXPECT_EQ(verdict("latency_ms.p95 > 6s", g), Verdict::Fired);
}

TEST(Rule, SaysWhichLimitsOfTimesItSets) {
  const Result<AlarmRule> rule = AlarmRule::parse(
      "latency_ms.p95 > 8s and (ttft.p50 >= 1s or success_rate < 0.9) and latency_ms.mean > 1s",
      {});
  ASSERT_TRUE(rule.has_value());
  EXPECT_THAT(rule->time_limits(),
              ::testing::ElementsAre(TimeLimit{"duration", 8'000'000},
                                     TimeLimit{"time_to_first_token", 1'000'000}));
}

TEST(Rule, IsStricterWithARaisedConfidence) {
  // 15 of 20: 0.509 to 0.913 at 95 %, and up to 0.953 at 99.5 %.
  EXPECT_EQ(judged("success_rate < 0.94", group(15, 5)).verdict, Verdict::Fired);
  EXPECT_EQ(judged("success_rate < 0.94", group(15, 5), 0.995).verdict, Verdict::Suspected);
}

TEST(Rule, ComparesTimesWithTheirIntervals) {
  EXPECT_EQ(verdict("latency_ms.p95 > 6s", timed()), Verdict::Fired);
  EXPECT_EQ(verdict("latency_ms.p95 > 8000ms", timed()), Verdict::Suspected);
  EXPECT_EQ(verdict("latency.p95 > 10s", timed()), Verdict::Holds);
  EXPECT_EQ(verdict("latency_ms.mean >= 2s", timed()), Verdict::Fired);
  EXPECT_EQ(verdict("latency_ms.p99 > 8s", timed()), Verdict::Fired);
  // Half the distance needs four times the records: (9 - 7) / (9 - 8) squared, less what is there.
  EXPECT_EQ(judged("latency_ms.p95 > 8s", timed()).more, 300U);
}

TEST(Rule, HasNoIntervalOfAPercentileInTooFewRecords) {
  GroupSummary g = timed();
  g.latency->count = 10;  // p95 wants 20.
  EXPECT_EQ(verdict("latency_ms.p95 > 1s", g), Verdict::Suspected);
}

TEST(Rule, TakesTotalsOfTheWindowAsFacts) {
  GroupSummary g = group(90, 10);
  g.costs = {{"USD", 52'500'000'000, 100}};
  g.cost_known = 100;
  EXPECT_EQ(verdict("cost > 50", g), Verdict::Fired);
  EXPECT_EQ(verdict("errors >= 10", g), Verdict::Fired);
  EXPECT_EQ(verdict("cost_per_call > 0.5", g), Verdict::Fired);
  EXPECT_EQ(verdict("cost > 53", g), Verdict::Holds);
}

TEST(Rule, TakesASumOverSomeRecordsForALowerLimit) {
  GroupSummary g = group(100, 0);
  g.costs = {{"USD", 52'500'000'000, 40}};
  g.cost_known = 40;
  EXPECT_EQ(verdict("cost > 50", g), Verdict::Fired);
  EXPECT_EQ(verdict("cost < 60", g), Verdict::Suspected);
  g.costs.push_back({"RMB", 1, 1});
  EXPECT_EQ(verdict("cost > 50", g), Verdict::Unknown);
}

TEST(Rule, CombinesThreeValues) {
  const GroupSummary g = group(10, 10);  // 0.272 to 0.728
  const std::string yes = "success_rate < 0.75";
  const std::string no = "success_rate < 0.2";
  const std::string unsure = "success_rate < 0.7";  // True of the estimate.
  EXPECT_EQ(verdict(yes + " and " + unsure, g), Verdict::Suspected);
  EXPECT_EQ(verdict(unsure + " and " + yes, g), Verdict::Suspected);
  EXPECT_EQ(verdict(no + " and " + unsure, g), Verdict::Holds);
  EXPECT_EQ(verdict(unsure + " or " + yes, g), Verdict::Fired);
  EXPECT_EQ(verdict(unsure + " or " + no, g), Verdict::Suspected);
  EXPECT_EQ(verdict("not " + no, g), Verdict::Fired);
  EXPECT_EQ(verdict("not " + unsure, g), Verdict::Holds);
  EXPECT_EQ(verdict("not success_rate >= 0.7", g), Verdict::Suspected);
}

TEST(Rule, IsUnknownWithoutTheFigure) {
  EXPECT_EQ(verdict("latency_ms.p95 > 1s", group(10, 0)), Verdict::Unknown);
  EXPECT_EQ(verdict("latency_ms.p95 != 1s", group(10, 0)), Verdict::Unknown);
  EXPECT_EQ(verdict("latency_ms.p95 is null", group(10, 0)), Verdict::Fired);
  EXPECT_EQ(verdict("success_rate < 0.95", group(0, 0)), Verdict::Unknown);
}

TEST(Rule, ErrorRateIsTheOtherSideOfSuccess) {
  EXPECT_EQ(verdict("error_rate > 25%", group(10, 10)), Verdict::Fired);
  EXPECT_EQ(verdict("error_rate > 28%", group(10, 10)), Verdict::Suspected);
}

TEST(Rule, RefusesWhatIsNoMetric) {
  const Result<AlarmRule> rule = AlarmRule::parse("succes_rate < 0.95", {});
  ASSERT_FALSE(rule.has_value());
  EXPECT_THAT(rule.error().message, HasSubstr("did you mean success_rate?"));
  EXPECT_FALSE(AlarmRule::parse("latency_ms.p95 > 8", {}).has_value());
}

TEST(Rule, NamesRowsOfTheMetricTable) {
  for (const NamedField& field : metric_fields().fields) {
    if (field.name == "error_rate" || field.name == "cost_per_call") continue;
    const auto rows = metrics();
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const Metric& metric) {
      return metric.name == field.name;
    })) << field.name;
  }
}

TEST(Judge, FiresWithoutDataUnlessAllowed) {
  EXPECT_TRUE(judge({}, Analysis(), {}).fired());
  EXPECT_FALSE(judge({}, Analysis(), {.allow_no_data = true}).fired());
  Analysis analysis;
  analysis.total = group(1, 0);
  EXPECT_FALSE(judge({}, analysis, {}).fired());
}

TEST(Judge, LeavesSmallGroupsAndTheRestOut) {
  Analysis analysis;
  analysis.total = group(30, 80);
  Section section;
  section.by = {"app_name"};
  section.confidence = 0.975;
  section.groups = {group(0, 40), group(30, 10), group(0, 5), group(0, 25)};
  section.groups_dropped = 3;
  analysis.sections.push_back(section);
  const std::vector<AlarmRule> rules = {*AlarmRule::parse("success_rate < 0.5", {})};
  const CheckResult check =
      judge(rules, analysis, {.by_group = true, .count_min = 10, .allow_no_data = true});
  EXPECT_EQ(check.groups_judged, 2U);
  EXPECT_EQ(check.groups_small, 1U);
  ASSERT_EQ(check.rules.size(), 2U);
  EXPECT_EQ(check.rules[0].verdict, Verdict::Fired);
  EXPECT_EQ(check.rules[1].verdict, Verdict::Holds);
  EXPECT_EQ(check.rules[0].confidence, 0.975);
}

}  // namespace
}  // namespace sonde
