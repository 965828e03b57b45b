// What one thread has counted of one variation.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compare/cell.h"
#include "metrics/group.h"

namespace sonde {

// How alike the calls of one session (else of ten minutes) are in a quantity: sums by bucket, as in
// metrics/group.h.
class ClusteredSums {
 public:
  void add(const ClusterKeys& keys, int64_t value);
  void merge(const ClusteredSums& other);
  // How many times a simple random sample's variance; 1 while it cannot be told.
  double design_effect(const Moments& all) const;

 private:
  struct Bucket {
    uint64_t n = 0;
    int64_t sum = 0;
  };
  std::vector<Bucket> buckets_;  // kClusterBuckets of them, or none yet.
};

// Values of a variation up to which percentiles are exact.
inline constexpr size_t kVariantExactValuesMax = 4'096;

// Not thread-safe.
struct VariantSums {
  explicit VariantSums(size_t exact_values_max = kVariantExactValuesMax)
      : group(exact_values_max) {}

  uint64_t key = 0;
  std::string scope;  // Of a template: where most of its calls are.
  std::string name;
  std::map<std::string, uint64_t, std::less<>> places;  // Of a template: calls by scope.
  Group group;
  Moments cost;
  Moments tokens;
  ClusteredSums cost_clusters;
  ClusteredSums token_clusters;
  std::map<std::string, StratumSums, std::less<>> strata;

  // `stratum`: the kind of work. Beyond `strata_max` kinds it is summed up with others.
  void add(const Span& span, Outcome outcome, std::string_view stratum, size_t strata_max);
  void merge(const VariantSums& other, size_t strata_max);

 private:
  StratumSums& cell_of(std::string_view stratum, size_t strata_max);
};

}  // namespace sonde
