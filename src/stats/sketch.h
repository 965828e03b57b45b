// A summary of non-negative whole numbers that answers mean and quantiles in bounded memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace sonde {

// Exact up to a number of values, then a histogram with a fixed relative error.
//
// The histogram splits each power of two into 512 equal buckets, so a bucket is at most 1/512 of
// its smallest value wide, and values below 1024 keep a bucket of their own. This is the layout of
// HdrHistogram (Tene); the guarantee is that of DDSketch (Masson et al. 2019, PVLDB 12:2195-2205)
// without a logarithm. Count, sum, minimum and maximum are always exact.
//
// The state depends only on the values, never on their order nor on how they were split over
// merged sketches. Memory: 8 to 16 bytes a value while exact; then 2 KB for each power of two
// between the smallest and the largest value (15 KB from 1 s to 100 s), twice that once a bucket
// holds 2^32 values, at most kBucketBytesMax.
//
// Not thread-safe, not even two calls of quantile(), which sorts on demand. Give each thread its
// own and merge.
class Sketch {
 public:
  __extension__ typedef unsigned __int128 Sum;  // Cannot overflow: 2^64 values below 2^63.

  // Largest |estimate - quantile| / quantile, interpolation included. 0 while exact.
  static constexpr double kRelativeErrorMax = 1.0 / 512;
  static constexpr size_t kBucketBytesMax = sizeof(uint64_t) * 55 * 512;

  // Values beyond `exact_values_max` turn the sketch into a histogram; 0: from the first.
  explicit Sketch(size_t exact_values_max) : exact_values_max_(exact_values_max) {}

  // Contract: value >= 0, in the unit of all the others.
  void add(int64_t value) {
    CHECK(value >= 0);
    count_in(value, 1);
    if (count_ <= exact_values_max_) {
      values_.push_back(value);
      sorted_ = false;
    } else {
      if (!values_.empty()) spill();
      add_to_bucket(value, 1);
    }
  }
  void add(int64_t value, uint64_t times);

  // Contract: another sketch, made with the same exact_values_max.
  void merge(const Sketch& other);

  uint64_t count() const { return count_; }
  Sum sum() const { return sum_; }
  bool is_exact() const { return count_ <= exact_values_max_; }
  // The following want at least one value.
  int64_t min() const;
  int64_t max() const;
  double mean() const;
  // As quantile_sorted() of stats/quantile.h while exact. Else the same interpolation between two
  // order statistics, each estimated by spreading the values of a bucket evenly over it.
  double quantile(double p) const;

  // Calls visit(double value, uint64_t times) with what the sketch holds, ascending by value: each
  // value while exact, else the middle of each bucket in use.
  template <class Visit>
  void visit(const Visit& visit) const {
    sort();
    for (const int64_t value : values_) visit(static_cast<double>(value), uint64_t{1});
    for (size_t slot = 0; slot < buckets_.size(); ++slot) {
      if (const uint64_t times = in_slot(slot)) visit(value_in_slot(slot, 0.5), times);
    }
  }

  size_t memory_bytes() const;  // Of the heap.

 private:
  static constexpr int kBucketBits = 9;
  static constexpr uint64_t kBucketsPerPower = uint64_t{1} << kBucketBits;

  static int shift_of(uint64_t value) {
    return 63 - kBucketBits - std::countl_zero(value | kBucketsPerPower);
  }
  static size_t bucket_of(uint64_t value) {
    const int shift = shift_of(value);
    return (static_cast<uint64_t>(shift) << kBucketBits) + (value >> shift);
  }

  void count_in(int64_t value, uint64_t times) {
    count_ += times;
    sum_ += Sum{static_cast<uint64_t>(value)} * times;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
  }
  void add_to_bucket(int64_t value, uint64_t times) {
    const size_t bucket = bucket_of(static_cast<uint64_t>(value));
    // A bucket before the first wraps around and so is out of range too.
    if (bucket - first_bucket_ >= buckets_.size()) [[unlikely]]
      cover(bucket, bucket);
    add_to_slot(bucket - first_bucket_, times);
  }
  void add_to_slot(size_t slot, uint64_t times) {
    const uint64_t sum = buckets_[slot] + times;
    buckets_[slot] = static_cast<uint32_t>(sum);
    if (sum > UINT32_MAX) [[unlikely]]
      carry(slot, static_cast<uint32_t>(sum >> 32));
  }
  uint64_t in_slot(size_t slot) const {
    return buckets_[slot] + (carries_.empty() ? 0 : uint64_t{carries_[slot]} << 32);
  }
  void carry(size_t slot, uint32_t times);
  // Makes room for the buckets from `first` to `last`.
  void cover(size_t first, size_t last);
  void spill();
  void sort() const;
  double order_statistic(uint64_t rank) const;
  // The value at a place from 0 to 1 in a bucket.
  double value_in_slot(size_t slot, double place) const;

  size_t exact_values_max_;
  uint64_t count_ = 0;
  Sum sum_ = 0;
  int64_t min_ = INT64_MAX;
  int64_t max_ = 0;
  mutable bool sorted_ = true;
  mutable std::vector<int64_t> values_;  // All values while exact, else empty.
  // Counts of whole powers of two from first_bucket_ on: their lower halves, and the upper ones
  // once any is not zero.
  std::vector<uint32_t> buckets_;
  std::vector<uint32_t> carries_;
  size_t first_bucket_ = 0;
};

}  // namespace sonde
