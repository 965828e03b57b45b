#include "analysis/group_rate.h"

#include <algorithm>
#include <vector>

#include "analysis/association/counted.h"
#include "stats/cluster.h"
#include "stats/proportion.h"
#include "stats/shown.h"

namespace sonde {
namespace {

constexpr int64_t kBlock = int64_t{10} * 60 * 1'000'000;  // Ten minutes.
constexpr uint64_t kClustersMin = 10;
constexpr double kFewRecords = 100;  // As metrics/group.cc has it.

uint64_t block_of(const Call& call) {
  return call.start_time ? static_cast<uint64_t>(*call.start_time / kBlock) + 1 : 0;
}

}  // namespace

void GroupRates::add(const CallTable& table) {
  for (const Call& call : table.calls) {
    for (const uint64_t key : {call.group_of_place, call.group_of_template}) {
      const auto found = groups_.find(key);
      if (found == groups_.end()) continue;
      Group& group = found->second;
      group.calls += 1;
      const auto count = [&](Sums& sums, uint64_t cluster) {
        if (cluster == 0) return;
        Sum& sum = sums[cluster];
        sum.n += 1;
        sum.failed += call.failed ? 1 : 0;
      };
      count(group.sessions, who(call));
      count(group.blocks, block_of(call));
    }
  }
}

std::optional<Interval> GroupRates::interval(uint64_t key, uint64_t failures,
                                             uint64_t calls) const {
  const auto found = groups_.find(key);
  if (found == groups_.end() || found->second.calls == 0 || calls == 0) return std::nullopt;
  const Group& group = found->second;
  double worth = group.calls;
  uint64_t most = 0;
  const auto consider = [&](const Sums& sums, size_t alone) {
    std::vector<std::pair<uint64_t, Sum>> sorted(sums.begin(), sums.end());
    std::ranges::sort(sorted, {}, &std::pair<uint64_t, Sum>::first);  // Equal sums in any order.
    double covered = 0;
    std::vector<ClusterSum> clusters;
    for (const auto& [cluster, sum] : sorted) {
      covered += sum.n;
      clusters.push_back({sum.n, sum.failed});
    }
    // Where some calls have no cluster, they would pass for independent ones. All of one user are
    // no cluster that tells anything, all of ten minutes are.
    if (covered < group.calls || clusters.size() <= alone) return;
    most = std::max<uint64_t>(most, clusters.size());
    if (clusters.size() < kClustersMin) return;
    worth = std::min(worth, design_effect_of_proportion(clusters).n_effective);
  };
  consider(group.sessions, 1);
  consider(group.blocks, 0);
  const bool are_few = most > 0 && most < kClustersMin && group.calls < kFewRecords;
  const double rate = static_cast<double>(failures) / static_cast<double>(calls);
  const double n = static_cast<double>(calls) * (worth / group.calls);
  if (!enough_for_rate(rate, n, are_few ? most : kNoClusters)) return std::nullopt;
  return wilson_corrected_interval(
      rate, n, kConfidence, worth < group.calls ? "wilson-corrected-cluster" : "wilson-corrected");
}

}  // namespace sonde
