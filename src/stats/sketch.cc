#include "stats/sketch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/quantile.h"

namespace sonde {

void Sketch::add(int64_t value, uint64_t times) {
  CHECK(value >= 0);
  if (times == 0) return;
  count_in(value, times);
  if (is_exact()) {
    values_.insert(values_.end(), times, value);
    sorted_ = false;
    return;
  }
  spill();
  add_to_bucket(value, times);
}

void Sketch::merge(const Sketch& other) {
  CHECK(this != &other);
  CHECK(exact_values_max_ == other.exact_values_max_);
  if (other.count_ == 0) return;
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  if (is_exact()) {
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    sorted_ = false;
    return;
  }
  spill();
  for (const int64_t value : other.values_) add_to_bucket(value, 1);
  if (other.buckets_.empty()) return;
  cover(other.first_bucket_, other.first_bucket_ + other.buckets_.size() - 1);
  const size_t offset = other.first_bucket_ - first_bucket_;
  for (size_t i = 0; i < other.buckets_.size(); ++i) add_to_slot(offset + i, other.in_slot(i));
}

int64_t Sketch::min() const {
  CHECK(count_ > 0);
  return min_;
}

int64_t Sketch::max() const {
  CHECK(count_ > 0);
  return max_;
}

double Sketch::mean() const {
  CHECK(count_ > 0);
  // The whole part first: a sum beyond 2^53 would lose its last digits as a double.
  const Sum whole = sum_ / count_;
  const auto rest = static_cast<double>(sum_ % count_);
  return static_cast<double>(whole) + rest / static_cast<double>(count_);
}

double Sketch::quantile(double p) const {
  CHECK(count_ > 0);
  CHECK(p >= 0 && p <= 1);
  if (is_exact()) {
    sort();
    return quantile_sorted(values_, p);
  }
  const double position = static_cast<double>(count_ - 1) * p;
  const auto below = static_cast<uint64_t>(position);
  const double part = position - static_cast<double>(below);
  const double low = order_statistic(below);
  return part == 0 ? low : std::lerp(low, order_statistic(below + 1), part);
}

size_t Sketch::memory_bytes() const {
  return values_.capacity() * sizeof(int64_t) +
         (buckets_.capacity() + carries_.capacity()) * sizeof(uint32_t);
}

void Sketch::cover(size_t first, size_t last) {
  if (!buckets_.empty()) {
    first = std::min(first, first_bucket_);
    last = std::max(last, first_bucket_ + buckets_.size() - 1);
  }
  // Whole powers of two, so that there are at most 55 rounds of growth.
  first -= first % kBucketsPerPower;
  last += kBucketsPerPower - last % kBucketsPerPower;
  const size_t shift = buckets_.empty() ? 0 : first_bucket_ - first;
  for (std::vector<uint32_t>* const counts : {&buckets_, &carries_}) {
    if (counts == &carries_ && carries_.empty()) break;
    std::vector<uint32_t> wider(last - first);
    std::copy(counts->begin(), counts->end(), wider.begin() + static_cast<std::ptrdiff_t>(shift));
    *counts = std::move(wider);
  }
  first_bucket_ = first;
}

void Sketch::carry(size_t slot, uint32_t times) {
  carries_.resize(buckets_.size());
  carries_[slot] += times;
}

void Sketch::spill() {
  for (const int64_t value : std::exchange(values_, {})) add_to_bucket(value, 1);
  sorted_ = true;
}

// Estimate of the value at `rank`, from 0, in ascending order.
double Sketch::order_statistic(uint64_t rank) const {
  if (rank == 0) return static_cast<double>(min_);
  if (rank >= count_ - 1) return static_cast<double>(max_);
  uint64_t before = 0;
  size_t slot = 0;
  while (before + in_slot(slot) <= rank) before += in_slot(slot++);
  const double place =
      (static_cast<double>(rank - before) + 0.5) / static_cast<double>(in_slot(slot));
  return value_in_slot(slot, place);
}

double Sketch::value_in_slot(size_t slot, double place) const {
  const size_t bucket = first_bucket_ + slot;
  // Inverse of bucket_of(): the part above the lowest 9 bits holds the shift, one too many unless
  // it is 0.
  const uint64_t power = bucket >> kBucketBits;
  const int shift = power == 0 ? 0 : static_cast<int>(power) - 1;
  const uint64_t smallest = (bucket - (static_cast<uint64_t>(shift) << kBucketBits)) << shift;
  const uint64_t widest = (uint64_t{1} << shift) - 1;
  const double estimate = static_cast<double>(smallest) + static_cast<double>(widest) * place;
  return std::clamp(estimate, static_cast<double>(min_), static_cast<double>(max_));
}

void Sketch::sort() const {
  if (!sorted_) std::sort(values_.begin(), values_.end());
  sorted_ = true;
}

}  // namespace sonde
