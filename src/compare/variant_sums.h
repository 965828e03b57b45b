// What one thread has counted of one variation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compare/cell.h"
#include "compare/kept_names.h"
#include "metrics/group.h"

namespace sonde {

// How alike the calls of one session (else of ten minutes) are in a quantity: sums by bucket, as in
// metrics/group.h.
class ClusteredSums {
 public:
  void add(const ClusterKeys& keys, int64_t value) {
    if (!keys.has_session && !keys.has_block) return;
    add(keys.has_session ? keys.session : keys.block, value);
  }
  void merge(const ClusteredSums& other);
  // How many times a simple random sample's variance; 1 while it cannot be told.
  double design_effect(const Moments& all) const;

 private:
  struct Bucket {
    uint64_t n = 0;
    int64_t sum = 0;
  };
  struct Part {
    int64_t value;
    uint32_t bucket;
  };
  void add(uint32_t bucket, int64_t value) {
    if (!buckets_.empty()) return add_to(buckets_[bucket], value);
    parts_.push_back({value, bucket});
    if (parts_.size() == kPartsMax) sum_up();
  }
  static void add_to(Bucket& bucket, int64_t value) {
    ++bucket.n;
    bucket.sum += value;
  }
  void sum_up();

  // As many as take no more memory than the buckets.
  static constexpr size_t kPartsMax = kClusterBuckets * sizeof(Bucket) / sizeof(Part) / 2;
  std::vector<Part> parts_;      // The first values, one by one.
  std::vector<Bucket> buckets_;  // kClusterBuckets of them, or none yet.
};

// Values of a variation up to which percentiles are exact.
inline constexpr size_t kVariantExactValuesMax = 4'096;

// A kind of work, or a place, say, with the hash of the name.
struct HashedName {
  uint64_t hash;
  std::string_view name;
};

// Not thread-safe.
struct VariantSums {
  explicit VariantSums(size_t exact_values_max = kVariantExactValuesMax)
      : group(exact_values_max) {}

  uint64_t key = 0;
  std::string scope;  // Of a template: where most of its calls are.
  std::string name;
  Group group;
  Moments cost;
  Moments tokens;
  ClusteredSums cost_clusters;
  ClusteredSums token_clusters;

  // `stratum`: the kind of work. Beyond `strata_max` kinds those with the greatest hashes are
  // summed up as one.
  void add(const Span& span, Outcome outcome, const ClusterKeys& keys, const HashedName& stratum,
           size_t strata_max);
  void add_place(const HashedName& place, uint64_t calls = 1);
  void merge(const VariantSums& theirs, size_t strata_max);

  // Where most calls are; empty when no place was added.
  std::string_view main_place() const;
  // By name, for comparing; made by settle(), once all is added.
  std::map<std::string, StratumSums, std::less<>> strata;
  void settle();

 private:
  StratumSums& cell_of(const HashedName& stratum, size_t strata_max);
  StratumSums& other();

  KeptNames<StratumSums> cells_;
  std::optional<StratumSums> other_;  // Of the kinds that are not told apart.
  KeptNames<uint64_t> places_;        // Calls by scope.
};

}  // namespace sonde
