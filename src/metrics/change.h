// What changed from one window of time to the next, and whether it is more than noise.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "metrics/analysis.h"

namespace sonde {

enum class ChangeVerdict : uint8_t {
  Counted,  // A fact about both windows, not an estimate.
  Real,     // The interval of the difference excludes none.
  Noise,    // It does not: no change is as likely.
  TooFew,   // Too few records on a side for an interval.
};

// A figure of metrics/metric_table.h before and now; null where no record states it. Shares are
// from 0 to 1, times in microseconds, money in billionths.
struct Change {
  std::string_view metric;
  std::optional<double> before;
  std::optional<double> now;
  std::optional<Interval> difference;  // Of now - before.
  ChangeVerdict verdict = ChangeVerdict::Counted;
};

// count, success_rate, latency_ms.p50 and .p95, and cost where both windows have one currency.
// The difference of rates is Newcombe's with effective sizes. That of percentiles recovers the
// variances from the limits of each window in the same way: Zou and Donner (2008), Statist. Med.
// 27:1693-1702. The windows are taken for independent. Pure function.
std::vector<Change> changes_between(const GroupSummary& before, const GroupSummary& now);

}  // namespace sonde
