// The running sums of one group of records, from which every figure of a report is made.
#pragma once

#include <cstdint>
#include <optional>
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
inline constexpr uint32_t kClusterBuckets = 1024;
struct ClusterKeys {
  uint32_t session = 0;
  uint32_t block = 0;
  bool has_session = false;
  bool has_block = false;
};
// By session, else user; and by blocks of ten minutes.
ClusterKeys cluster_keys_of(const Span& span);

// Not thread-safe; each thread has its own, merged at the end. The result does not depend on the
// order of adding nor on the split between threads.
class Group {
 public:
  explicit Group(size_t exact_values_max) : latency_(exact_values_max), ttft_(exact_values_max) {}

  void add(const Span& span, Outcome outcome, const ClusterKeys& clusters);
  void merge(const Group& other);

  uint64_t count() const { return count_; }
  const Sketch& latency() const { return latency_; }
  std::optional<int64_t> first_time() const {
    return first_time_ <= last_time_ ? std::optional(first_time_) : std::nullopt;
  }
  // `confidence` is that of every interval in it.
  GroupSummary summary(std::vector<std::string> key, double confidence = kConfidence) const;

  enum class ClusteredBy : uint8_t { Nothing, Sessions, TimeBlocks };
  // Which clusters made the success interval wider, if any did.
  ClusteredBy clustered_by() const;

 private:
  // Of the records with an outcome and of those with a response time, by bucket.
  struct Cluster {
    uint32_t rated = 0;
    uint32_t ok = 0;
    uint32_t timed = 0;
    uint64_t time_sum = 0;  // Of log_steps().

    void add(const Cluster& part) {
      rated += part.rated;
      ok += part.ok;
      timed += part.timed;
      time_sum += part.time_sum;
    }
  };
  // What one record adds to its cluster; `steps` are those of its response time.
  struct Part {
    uint16_t bucket;
    uint16_t steps;
    bool rated;
    bool ok;
    bool timed;

    explicit operator Cluster() const {
      return {rated ? 1U : 0U, ok ? 1U : 0U, timed ? 1U : 0U, steps};
    }
  };
  // By bucket. Most groups of a fine grouping have few records or touch few buckets, so the first
  // records are kept one by one, in little memory that is written from start to end, and after them
  // the buckets while they are few.
  class Clusters {
   public:
    void add(const Part& part) {
      if (!is_summed_) return append(part);
      if (all_.empty()) return at(part.bucket).add(Cluster(part));
      // Soon: sessions are scattered over more memory than a cache holds, so the bucket is asked
      // for now and written some records later, when it has come.
      __builtin_prefetch(&all_[part.bucket], 1);
      parts_.push_back(part);
      if (parts_.size() == kPendingMax) settle();
    }
    void merge(const Clusters& other);
    // The clusters that were touched, in the order of their buckets.
    std::vector<Cluster> list() const;

   private:
    void append(const Part& part);
    Cluster& at(uint32_t bucket);
    void settle();
    void sum_up();

    static constexpr size_t kRecordsMax = 512;
    static constexpr size_t kFewMax = 16;
    static constexpr size_t kPendingMax = 16;
    bool is_summed_ = false;
    std::vector<Part> parts_;  // Not yet in few_ or all_.
    std::vector<std::pair<uint32_t, Cluster>> few_;
    std::vector<Cluster> all_;  // kClusterBuckets of them once few_ is full.
  };
  using Counts = std::vector<std::pair<std::string, uint64_t>>;

  struct Effective {
    double success;
    double success_deff;
    double latency;
    ClusteredBy by;
    uint64_t
        success_clusters;  // Of the kind of which there are more, where too few; else kNoClusters.
    uint64_t latency_clusters;
    double success_worst;  // Where success_clusters are too few: the records' worth at worst.
  };
  Effective effective() const;
  static Distribution distribution(const Sketch& sketch, double n_effective, uint64_t clusters,
                                   double confidence);
  static void count_name(Counts& counts, std::string_view name, uint64_t times);

  uint64_t count_ = 0;
  uint64_t outcomes_[5] = {};
  Sketch latency_;
  Sketch ttft_;
  uint64_t time_squares_ = 0;  // Of log_steps(), at most 2^28 each: whole, so exact in any order.
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
