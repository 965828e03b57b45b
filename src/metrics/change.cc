#include "metrics/change.h"

#include <cmath>
#include <string>

#include "stats/difference.h"
#include "stats/shown.h"

namespace sonde {
namespace {

double rated_effective(const GroupSummary& group) {
  return static_cast<double>(group.ok + group.error) / group.design_effect;
}

ChangeVerdict verdict_of(const Interval& difference) {
  if (!std::isfinite(difference.low) || !std::isfinite(difference.high))
    return ChangeVerdict::TooFew;
  return difference.low > 0 || difference.high < 0 ? ChangeVerdict::Real : ChangeVerdict::Noise;
}

Change rate_change(const GroupSummary& before, const GroupSummary& now) {
  Change change{"success_rate", before.success_rate, now.success_rate, {}, ChangeVerdict::TooFew};
  if (!before.success_rate || !now.success_rate) return change;
  const double n_now = rated_effective(now);
  const double n_before = rated_effective(before);
  if (!before.success_interval || !now.success_interval) return change;
  if (!enough_for_rate_difference(*now.success_rate, n_now, *before.success_rate, n_before))
    return change;
  change.difference = newcombe_interval(*now.success_rate, n_now, *before.success_rate, n_before);
  change.verdict = verdict_of(*change.difference);
  return change;
}

Change time_change(std::string_view metric, const GroupSummary& before, const GroupSummary& now,
                   double Distribution::*value, Interval Distribution::*limits, double p) {
  Change change{metric, {}, {}, {}, ChangeVerdict::TooFew};
  const auto enough = [p](const GroupSummary& group) {
    const double n = static_cast<double>(group.latency->count) / group.latency_design_effect;
    return enough_for_quantile(n, p);
  };
  if (before.latency) change.before = *before.latency.*value;
  if (now.latency) change.now = *now.latency.*value;
  if (!before.latency || !now.latency || !enough(before) || !enough(now)) return change;
  const Interval& a = *now.latency.*limits;
  const Interval& b = *before.latency.*limits;
  const double difference = *change.now - *change.before;
  change.difference =
      Interval{difference - std::hypot(*change.now - a.low, b.high - *change.before),
               difference + std::hypot(a.high - *change.now, *change.before - b.low), "zou-donner"};
  change.verdict = verdict_of(*change.difference);
  return change;
}

}  // namespace

std::vector<Change> changes_between(const GroupSummary& before, const GroupSummary& now) {
  std::vector<Change> changes;
  changes.push_back({"count",
                     static_cast<double>(before.count),
                     static_cast<double>(now.count),
                     {},
                     ChangeVerdict::Counted});
  changes.push_back(rate_change(before, now));
  using D = Distribution;
  changes.push_back(time_change("latency_ms.p50", before, now, &D::p50, &D::p50_interval, 0.50));
  changes.push_back(time_change("latency_ms.p95", before, now, &D::p95, &D::p95_interval, 0.95));
  if (before.costs.size() == 1 && now.costs.size() == 1 &&
      before.costs[0].currency == now.costs[0].currency) {
    changes.push_back({"cost",
                       static_cast<double>(before.costs[0].cost),
                       static_cast<double>(now.costs[0].cost),
                       {},
                       ChangeVerdict::Counted});
  }
  return changes;
}

}  // namespace sonde
