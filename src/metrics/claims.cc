#include "metrics/claims.h"

#include <fmt/format.h>

#include <algorithm>

#include "stats/proportion.h"

namespace sonde {
namespace {

std::string name_of(const GroupSummary& group) {
  std::string name;
  for (const std::string& part : group.key) {
    if (!name.empty()) name += " / ";
    name += part.empty() ? "(none)" : part;
  }
  return name;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string duration(double micros) {
  return micros < 1e6 ? fmt::format("{:.0f} ms", micros / 1e3)
                      : fmt::format("{:.2f} s", micros / 1e6);
}

// The group whose interval lies below the rate of all the others together; the most failures to
// win first. With g groups looked at, one would stand out by luck in g times one in forty.
void worst_group(const Analysis& analysis, std::vector<Claim>& claims) {
  const GroupSummary* worst = nullptr;
  const Section* of = nullptr;
  double worst_excess = 0;
  double rest_rate = 0;
  for (const Section& section : analysis.sections) {
    const auto groups = static_cast<double>(std::max<size_t>(section.groups.size(), 1));
    for (const GroupSummary& group : section.groups) {
      const uint64_t rated = group.ok + group.error;
      const uint64_t rest = analysis.total.ok + analysis.total.error - rated;
      if (group.error < 2 || rest == 0 || !group.success_interval) continue;
      const double others =
          static_cast<double>(analysis.total.ok - group.ok) / static_cast<double>(rest);
      // Bonferroni: the interval is as wide as looking at every group demands.
      const Interval strict = wilson_corrected_interval(
          *group.success_rate, static_cast<double>(rated) / group.design_effect, 1 - 0.05 / groups);
      const double excess = static_cast<double>(rated) * (others - *group.success_rate);
      if (strict.high >= others || excess <= worst_excess) continue;
      worst = &group;
      of = &section;
      worst_excess = excess;
      rest_rate = others;
    }
  }
  if (worst != nullptr) {
    claims.push_back({fmt::format(
        "{} fails most: {} of {} succeeded ({}, interval {} to {}), against {} elsewhere",
        name_of(*worst), worst->ok, worst->ok + worst->error, percent(*worst->success_rate),
        percent(worst->success_interval->low), percent(worst->success_interval->high),
        percent(rest_rate))});
  } else if (!analysis.sections.empty() && analysis.sections[0].groups.size() > 1 &&
             analysis.total.error > 0) {
    claims.push_back({fmt::format("no {} fails more than the others by more than chance explains",
                                  fmt::join(analysis.sections[0].by, " and "))});
  }
  (void)of;
}

void slowest_model(const Analysis& analysis, std::vector<Claim>& claims) {
  const GroupSummary* slowest = nullptr;
  for (const GroupSummary& group : analysis.by_model) {
    if (!group.latency || group.latency->count < 5 || group.key[0].empty()) continue;
    if (slowest == nullptr || group.latency->p50 > slowest->latency->p50) slowest = &group;
  }
  if (slowest == nullptr || analysis.by_model.size() < 2 || !analysis.total.latency) return;
  if (slowest->latency->p50_interval.low <= analysis.total.latency->p50) return;
  claims.push_back({fmt::format(
      "{} is the slowest model: its median is {} (interval {} to {}, {} calls), "
      "all calls together have {}",
      name_of(*slowest), duration(slowest->latency->p50),
      duration(slowest->latency->p50_interval.low), duration(slowest->latency->p50_interval.high),
      slowest->latency->count, duration(analysis.total.latency->p50))});
}

void top_error(const Analysis& analysis, std::vector<Claim>& claims) {
  const GroupSummary& total = analysis.total;
  if (total.errors.empty()) {
    if (total.ok > 0) claims.push_back({"nothing failed"});
    return;
  }
  const auto& [name, count] = total.errors.front();
  if (name == "unknown" && total.errors.size() == 1) {
    claims.push_back(
        {fmt::format("{} failed and the log does not say why: it has no error messages", count)});
    return;
  }
  claims.push_back({fmt::format(
      "the most frequent error is {}: {} of {} failures ({})", name, count, total.error,
      percent(static_cast<double>(count) / static_cast<double>(total.error)))});
}

}  // namespace

std::vector<Claim> claims_of(const Analysis& analysis) {
  std::vector<Claim> claims;
  if (analysis.total.count == 0) return claims;
  worst_group(analysis, claims);
  slowest_model(analysis, claims);
  top_error(analysis, claims);
  if (analysis.total.unknown > 0) {
    claims.push_back({fmt::format("{} of {} have no outcome in the log and are in no rate",
                                  analysis.total.unknown, analysis.total.count)});
  }
  return claims;
}

}  // namespace sonde
