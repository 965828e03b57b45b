// The share of calls that end within the limit of a rule: "latency_ms.p95 > 8s" says that more than
// 5 % take longer, which is a rate and has a rate's interval.
//
// A percentile's own interval asks how much response times differ between clusters on the whole.
// Where a slow spell makes most of the tail, that is less than the tail does: calls just as slow
// come from few spells, and alarms erred up to four times as often as promised (decision 0014).
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "metrics/aggregator.h"
#include "metrics/rule.h"

namespace sonde {

// What to count for some rules. Immutable once built; must outlive what is made of it.
class TimeSharePlan {
 public:
  // `options` are those that the rules are judged with. Nothing is counted for sessions, whose time
  // is that of several calls.
  TimeSharePlan(std::span<const AlarmRule> rules, const AggregatorOptions& options);

  const std::vector<TimeLimit>& limits() const { return limits_; }
  const std::deque<AggregatorOptions>& options() const { return options_; }

 private:
  std::vector<TimeLimit> limits_;
  std::deque<AggregatorOptions> options_;  // Of each limit; success is to end within it.
};

// One a thread, merged at the end. Not thread-safe.
class TimeShares {
 public:
  explicit TimeShares(const TimeSharePlan& plan);

  void add(const Span& span);
  void merge(TimeShares&& other);
  // Fills GroupSummary::within of the total and of the groups. Once.
  void fill(Analysis& analysis);

 private:
  const TimeSharePlan& plan_;
  std::vector<Aggregator> counts_;
};

}  // namespace sonde
