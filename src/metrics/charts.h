// What the charts of a report show: outcomes and response times over time, and the distribution of
// response times by model. Bounded, whatever the log's length.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/analysis.h"
#include "metrics/group.h"

namespace sonde {

// Not thread-safe; merged like the aggregator it belongs to. The order of adding does not matter.
class Charts {
 public:
  void add(const Span& span, Outcome outcome);
  void merge(const Charts& other);
  void write(Analysis& analysis) const;

 private:
  static constexpr size_t kBucketsMax = 240;
  static constexpr size_t kModelsMax = 24;
  static constexpr size_t kHistogramBins = 48;  // Two to a power of two, from 1 ms on.
  struct Bucket {
    uint64_t count = 0;
    uint64_t ok = 0;
    uint64_t error = 0;
    Sketch latency{64};
  };

  bool is_too_fine() const;
  void widen();

  size_t width_ = 0;                   // Index into the widths of charts.cc.
  std::map<int64_t, Bucket> buckets_;  // By start / width.
  std::map<std::string, std::array<uint64_t, kHistogramBins>, std::less<>> models_;
};

}  // namespace sonde
