#include "metrics/time_shares.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"

namespace sonde {
namespace {

void add_share(const TimeLimit& limit, const GroupSummary& counted, GroupSummary& group) {
  if (!counted.success_rate) return;
  group.within.push_back(
      {limit.column, limit.micros, *counted.success_rate, alarm_records(counted)});
}

const GroupSummary* find_group(const Section& section, const std::vector<std::string>& key) {
  const auto found = std::ranges::find(section.groups, key, &GroupSummary::key);
  return found == section.groups.end() ? nullptr : &*found;
}

}  // namespace

TimeSharePlan::TimeSharePlan(std::span<const AlarmRule> rules, const AggregatorOptions& options) {
  if (options.level == Level::Session) return;
  for (const AlarmRule& rule : rules) {
    for (const TimeLimit& limit : rule.time_limits()) {
      if (std::ranges::find(limits_, limit) != limits_.end()) continue;
      Result<SuccessRule> within = SuccessRule::parse(
          fmt::format("{} <= {}", limit.column, format_duration(limit.micros)), {}, {});
      // Of hours and more, to the microsecond: then the percentile has its own interval alone.
      if (!within) continue;
      limits_.push_back(limit);
      options_.push_back(options);
      options_.back().success = std::move(*within);
      options_.back().charts = false;
    }
  }
}

TimeShares::TimeShares(const TimeSharePlan& plan) : plan_(plan) {
  counts_.reserve(plan.options().size());
  for (const AggregatorOptions& options : plan.options()) counts_.emplace_back(options);
}

void TimeShares::add(const Span& span) {
  for (Aggregator& count : counts_) count.add(span);
}

void TimeShares::merge(TimeShares&& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i].merge(std::move(other.counts_[i]));
}

void TimeShares::fill(Analysis& analysis) {
  for (size_t i = 0; i < counts_.size(); ++i) {
    const TimeLimit& limit = plan_.limits()[i];
    const Analysis counted = counts_[i].finish();
    add_share(limit, counted.total, analysis.total);
    if (analysis.sections.empty() || counted.sections.empty()) continue;
    // Only the first section's groups are judged.
    for (GroupSummary& group : analysis.sections.front().groups) {
      const GroupSummary* const same = find_group(counted.sections.front(), group.key);
      if (same != nullptr) add_share(limit, *same, group);
    }
  }
}

}  // namespace sonde
