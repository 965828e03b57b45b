// A map from 64-bit hashes to values that never holds many more than a set number of keys.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace sonde {

// Beyond the limit it keeps the smallest keys, so that what is kept depends neither on the order of
// the records nor on how they were split between threads: a key kept at the end was kept in every
// part from its first record on, and its value is exact. Not thread-safe; merge() the parts.
template <class Value>
class BoundedMap {
 public:
  using Map = boost::unordered_flat_map<uint64_t, Value>;

  explicit BoundedMap(size_t limit) : limit_(limit) {}

  // The value of `key`, made when it is new; null when the key is not kept. Valid until the next
  // call.
  Value* get(uint64_t key) {
    if (key > highest_) return nullptr;
    if (map_.size() > limit_ + limit_ / 4) {
      trim();
      if (key > highest_) return nullptr;
    }
    return &map_[key];
  }

  const Value* find(uint64_t key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }

  // `join(Value& mine, Value&& theirs)` adds two values of one key.
  template <class Join>
  void merge(BoundedMap&& other, Join join) {
    highest_ = std::min(highest_, other.highest_);
    for (auto& [key, value] : other.map_) {
      const auto [place, is_new] = map_.try_emplace(key, std::move(value));
      if (!is_new) join(place->second, std::move(value));
    }
    trim();
  }

  // Drops what exceeds the limit. Call before reading the values.
  void trim() {
    if (map_.size() > limit_) {
      std::vector<uint64_t> keys;
      keys.reserve(map_.size());
      for (const auto& [key, value] : map_) keys.push_back(key);
      const auto last = keys.begin() + static_cast<std::ptrdiff_t>(limit_ - 1);
      std::nth_element(keys.begin(), last, keys.end());
      highest_ = std::min(highest_, *last);
    }
    if (is_cut()) boost::unordered::erase_if(map_, [&](auto& row) { return row.first > highest_; });
  }

  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [key, value] : map_) visit(value);
  }

  // Whether keys were dropped.
  bool is_cut() const { return highest_ != std::numeric_limits<uint64_t>::max(); }
  const Map& values() const { return map_; }

 private:
  size_t limit_;
  uint64_t highest_ = std::numeric_limits<uint64_t>::max();
  Map map_;
};

}  // namespace sonde
