// The sums of one variation in one stratum, from which differences are computed.
#pragma once

#include <cstdint>
#include <vector>

#include "model/outcome.h"
#include "model/span.h"
#include "stats/rank_sum.h"
#include "stats/sketch.h"

namespace sonde {

// Exact in any order. Squares: values stay below 2^50, so 2^27 of them fit.
struct Moments {
  uint64_t n = 0;
  Sketch::Sum sum = 0;
  Sketch::Sum squares = 0;

  void add(int64_t value) {
    const auto size = static_cast<Sketch::Sum>(value);
    ++n;
    sum += size;
    squares += size * size;
  }
  void merge(const Moments& other);
  double mean() const;      // 0 without values.
  double variance() const;  // Of the values; 0 with fewer than 2.
};

// A sample of times that can be asked for quantiles quickly.
class Times {
 public:
  explicit Times(const Sketch& sketch);
  std::span<const ValueCount> values() const { return values_; }
  double count() const { return count_; }
  // By linear interpolation, as everywhere; 0 without values.
  double quantile(double p) const;

 private:
  std::vector<ValueCount> values_;
  std::vector<double> ends_;  // Records up to and with each value.
  double count_ = 0;
};

// Not thread-safe.
struct StratumSums {
  explicit StratumSums(size_t exact_values_max)
      : latency(exact_values_max), ttft(exact_values_max) {}

  uint64_t count = 0;
  uint64_t rated = 0;
  uint64_t ok = 0;
  Sketch latency;
  Sketch ttft;
  Moments cost;
  Moments tokens;

  void add(const Span& span, Outcome outcome);
  void merge(const StratumSums& other);
};

// Tokens in and out; null unless both are known.
std::optional<int64_t> tokens_of(const Span& span);

}  // namespace sonde
