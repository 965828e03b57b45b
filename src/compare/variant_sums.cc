#include "compare/variant_sums.h"

#include "stats/cluster.h"

namespace sonde {
namespace {

// As in metrics/group.cc: with fewer, how much clusters differ cannot be told.
constexpr size_t kClustersMin = 10;

// Values of a cell up to which its times are kept one by one.
constexpr size_t kCellExactValuesMax = 512;

constexpr std::string_view kOtherStratum = "(other)";

}  // namespace

void ClusteredSums::add(const ClusterKeys& keys, int64_t value) {
  if (!keys.has_session && !keys.has_block) return;
  if (buckets_.empty()) buckets_.resize(kClusterBuckets);
  Bucket& bucket = buckets_[keys.has_session ? keys.session : keys.block];
  ++bucket.n;
  bucket.sum += value;
}

void ClusteredSums::merge(const ClusteredSums& other) {
  if (other.buckets_.empty()) return;
  if (buckets_.empty()) buckets_.resize(kClusterBuckets);
  for (size_t i = 0; i < kClusterBuckets; ++i) {
    buckets_[i].n += other.buckets_[i].n;
    buckets_[i].sum += other.buckets_[i].sum;
  }
}

double ClusteredSums::design_effect(const Moments& all) const {
  std::vector<ClusterSum> clusters;
  uint64_t covered = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.n == 0) continue;
    covered += bucket.n;
    clusters.push_back({static_cast<double>(bucket.n), static_cast<double>(bucket.sum)});
  }
  // Where some records have no cluster, they would pass for independent ones.
  if (clusters.size() < kClustersMin || covered != all.n) return 1;
  const double worth = design_effect_of_mean(clusters, static_cast<double>(all.squares),
                                             kConfidence, kClusterBuckets)
                           .n_effective;
  return std::max(1.0, static_cast<double>(all.n) / std::max(worth, 1e-9));
}

StratumSums& VariantSums::cell_of(std::string_view stratum, size_t strata_max) {
  if (const auto found = strata.find(stratum); found != strata.end()) return found->second;
  if (strata.size() >= strata_max) stratum = kOtherStratum;
  return strata.try_emplace(std::string(stratum), kCellExactValuesMax).first->second;
}

void VariantSums::add(const Span& span, Outcome outcome, std::string_view stratum,
                      size_t strata_max) {
  const ClusterKeys keys = cluster_keys_of(span);
  group.add(span, outcome, keys);
  if (span.cost && *span.cost >= 0) {
    cost.add(*span.cost);
    cost_clusters.add(keys, *span.cost);
  }
  if (const auto both = tokens_of(span)) {
    tokens.add(*both);
    token_clusters.add(keys, *both);
  }
  cell_of(stratum, strata_max).add(span, outcome);
}

void VariantSums::merge(const VariantSums& other, size_t strata_max) {
  for (const auto& [place, calls] : other.places) places[place] += calls;
  group.merge(other.group);
  cost.merge(other.cost);
  tokens.merge(other.tokens);
  cost_clusters.merge(other.cost_clusters);
  token_clusters.merge(other.token_clusters);
  for (const auto& [stratum, cell] : other.strata) cell_of(stratum, strata_max).merge(cell);
}

}  // namespace sonde
