// The running sums of one group of records, from which every figure of a report is made.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/analysis.h"
#include "model/outcome.h"
#include "model/span.h"
#include "stats/sketch.h"

namespace sonde {

// Which cluster a record belongs to, for intervals that do not take calls of one session or one
// outage for independent. Sessions and time blocks are hashed into kClusterBuckets: independent
// clusters that share a bucket stay independent of the other buckets, so the variance between
// buckets estimates the same thing, in bounded memory.
inline constexpr uint32_t kClusterBuckets = 4096;
struct ClusterKeys {
  uint32_t session = 0;
  uint32_t block = 0;
  bool has_session = false;
  bool has_block = false;
};

// Not thread-safe; each thread has its own, merged at the end. The result does not depend on the
// order of adding nor on the split between threads.
class Group {
 public:
  explicit Group(size_t exact_values_max) : latency_(exact_values_max), ttft_(exact_values_max) {}

  void add(const Span& span, Outcome outcome, const ClusterKeys& clusters);
  void merge(const Group& other);

  uint64_t count() const { return count_; }
  const Sketch& latency() const { return latency_; }
  GroupSummary summary(std::vector<std::string> key) const;

  enum class ClusteredBy : uint8_t { Nothing, Sessions, TimeBlocks };
  // Which clusters made the success interval wider, if any did.
  ClusteredBy clustered_by() const;

 private:
  // Of the records with an outcome and of those with a response time, by bucket.
  struct Cluster {
    uint32_t rated = 0;
    uint32_t ok = 0;
    uint32_t timed = 0;
    double time_sum = 0;  // Of whole numbers: exact in any order.
  };
  using Clusters = boost::unordered_flat_map<uint32_t, Cluster>;
  using Counts = std::vector<std::pair<std::string, uint64_t>>;

  struct Effective {
    double success;
    double success_deff;
    double latency;
    ClusteredBy by;
  };
  Effective effective() const;
  Distribution distribution(const Sketch& sketch, double n_effective) const;
  static void count_name(Counts& counts, std::string_view name, uint64_t times);
  static void merge_clusters(const Clusters& from, Clusters& into);

  uint64_t count_ = 0;
  uint64_t outcomes_[5] = {};
  Sketch latency_;
  Sketch ttft_;
  double time_squares_ = 0;
  uint64_t input_tokens_ = 0;
  uint64_t output_tokens_ = 0;
  uint64_t input_known_ = 0;
  uint64_t output_known_ = 0;
  uint64_t tokens_known_ = 0;
  uint64_t cost_known_ = 0;
  std::vector<CurrencyTotal> costs_;
  Counts errors_;
  Counts models_;
  Clusters sessions_;
  Clusters blocks_;
  int64_t first_time_ = INT64_MAX;
  int64_t last_time_ = INT64_MIN;
};

}  // namespace sonde
