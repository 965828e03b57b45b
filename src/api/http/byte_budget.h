// A number of bytes that everything which holds request bodies shares.
#pragma once

#include <atomic>
#include <cstddef>

namespace sonde {

// Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes_max) : bytes_max_(bytes_max) {}

  // False, and nothing taken, when less is left.
  bool take(size_t bytes) {
    size_t used = used_.load(std::memory_order_relaxed);
    while (bytes <= bytes_max_ - used) {
      if (used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void give(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const size_t bytes_max_;
  std::atomic<size_t> used_ = 0;
};

// What one holder took; given back when it is destroyed. Not thread-safe.
class BudgetShare {
 public:
  explicit BudgetShare(ByteBudget& budget) : budget_(&budget) {}
  ~BudgetShare() { release(); }
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;

  // Takes what is missing to hold `bytes` in all.
  bool grow_to(size_t bytes) {
    if (bytes <= held_) return true;
    if (!budget_->take(bytes - held_)) return false;
    held_ = bytes;
    return true;
  }
  void release() {
    budget_->give(held_);
    held_ = 0;
  }

 private:
  ByteBudget* budget_;  // Outlives its shares.
  size_t held_ = 0;
};

}  // namespace sonde
