#include "compare/variant_sums.h"

#include <algorithm>
#include <utility>

#include "stats/cluster.h"

namespace sonde {
namespace {

// As in metrics/group.cc: with fewer, how much clusters differ cannot be told.
constexpr size_t kClustersMin = 10;

// Values of a cell up to which its times are kept one by one.
constexpr size_t kCellExactValuesMax = 512;

constexpr std::string_view kOtherStratum = "(other)";

// Places told apart; that of most calls is what is asked for.
constexpr size_t kPlacesMax = 32;

}  // namespace

void ClusteredSums::sum_up() {
  buckets_.resize(kClusterBuckets);
  for (const Part& part : std::exchange(parts_, {})) add_to(buckets_[part.bucket], part.value);
}

void ClusteredSums::merge(const ClusteredSums& other) {
  for (const Part& part : other.parts_) add(part.bucket, part.value);
  if (other.buckets_.empty()) return;
  if (buckets_.empty()) sum_up();
  for (size_t i = 0; i < kClusterBuckets; ++i) {
    buckets_[i].n += other.buckets_[i].n;
    buckets_[i].sum += other.buckets_[i].sum;
  }
}

double ClusteredSums::design_effect(const Moments& all) const {
  ClusteredSums summed = *this;
  if (summed.buckets_.empty()) summed.sum_up();
  std::vector<ClusterSum> clusters;
  uint64_t covered = 0;
  for (const Bucket& bucket : summed.buckets_) {
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

StratumSums& VariantSums::other() {
  if (!other_) other_.emplace(kCellExactValuesMax);
  return *other_;
}

StratumSums& VariantSums::cell_of(const HashedName& stratum, size_t strata_max) {
  StratumSums* const cell = cells_.at(
      stratum.hash, stratum.name, strata_max, [] { return StratumSums(kCellExactValuesMax); },
      [this](StratumSums&& sums) { other().merge(sums); });
  return cell != nullptr ? *cell : other();
}

void VariantSums::add_place(const HashedName& place, uint64_t calls) {
  uint64_t* const known = places_.at(
      place.hash, place.name, kPlacesMax, [] { return uint64_t{0}; }, [](uint64_t) {});
  if (known != nullptr) *known += calls;
}

std::string_view VariantSums::main_place() const {
  std::string_view most;
  uint64_t most_calls = 0;
  places_.for_each([&](uint64_t, const KeptNames<uint64_t>::Entry& entry) {
    if (entry.value < most_calls || (entry.value == most_calls && entry.name >= most)) return;
    most = entry.name;
    most_calls = entry.value;
  });
  return most;
}

void VariantSums::settle() {
  std::exchange(cells_, {}).for_each([this](uint64_t, const KeptNames<StratumSums>::Entry& entry) {
    strata.try_emplace(entry.name, entry.value);
  });
  if (!other_) return;
  strata.try_emplace(std::string(kOtherStratum), kCellExactValuesMax).first->second.merge(*other_);
  other_.reset();
}

void VariantSums::add(const Span& span, Outcome outcome, const ClusterKeys& keys,
                      const HashedName& stratum, size_t strata_max) {
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

void VariantSums::merge(const VariantSums& theirs, size_t strata_max) {
  group.merge(theirs.group);
  cost.merge(theirs.cost);
  tokens.merge(theirs.tokens);
  cost_clusters.merge(theirs.cost_clusters);
  token_clusters.merge(theirs.token_clusters);
  theirs.cells_.for_each([&](uint64_t hash, const KeptNames<StratumSums>::Entry& entry) {
    cell_of({hash, entry.name}, strata_max).merge(entry.value);
  });
  if (theirs.other_) other().merge(*theirs.other_);
  theirs.places_.for_each([this](uint64_t hash, const KeptNames<uint64_t>::Entry& entry) {
    add_place({hash, entry.name}, entry.value);
  });
}

}  // namespace sonde
