#include "metrics/time_shares.h"

#include <date/tz.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(TimeShares, CountWhatEndsWithinTheLimitsOfRules) {
  std::vector<Span> spans;
  for (int i = 0; i < 40; ++i) {
    Span span;
    span.levels = bit(Level::Call);
    span.category = i % 2 == 0 ? "a" : "b";
    span.status = Status::Ok;
    spans.push_back(span);
    spans.back().duration = i < 10 ? 9'000'000 : 1'000'000;
  }
  AggregatorOptions options;
  options.zone = date::locate_zone("UTC");
  options.by = {*Dimension::parse("category", options.zone)};
  const std::vector<AlarmRule> rules = {*AlarmRule::parse("latency_ms.p95 > 8s", {})};
  const TimeSharePlan plan(rules, options);
  Aggregator aggregator(options);
  TimeShares shares(plan);
  for (const Span& span : spans) {
    aggregator.add(span);
    shares.add(span);
  }
  Analysis analysis = aggregator.finish();
  shares.fill(analysis);
  ASSERT_EQ(analysis.total.within.size(), 1U);
  EXPECT_EQ(analysis.total.within[0].column, "duration");
  EXPECT_DOUBLE_EQ(analysis.total.within[0].share, 0.75);
  EXPECT_DOUBLE_EQ(analysis.total.within[0].n_effective, 40);
  for (const GroupSummary& group : analysis.sections.at(0).groups) {
    EXPECT_DOUBLE_EQ(group.within.at(0).share, 0.75) << group.key[0];
  }
}

}  // namespace
}  // namespace sonde
