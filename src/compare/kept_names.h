// Values under names, a bounded number of them, chosen so that neither the order of the records nor
// the threads decide which.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde {

// Keeps the names with the smallest hashes. What is among the `max` smallest at the end was so at
// every moment before, so its value is complete; and because the hash alone decides, two tables
// that met the same names keep the same ones. Not thread-safe.
template <class Value>
class KeptNames {
 public:
  struct Entry {
    std::string name;
    Value value;
  };

  // The value of `name`, made by make() when new; null when it is not kept. drop(Value&&) takes the
  // value that has to leave for it. Valid until the next call.
  template <class Make, class Drop>
  Value* at(uint64_t hash, std::string_view name, size_t max, Make make, Drop drop) {
    const size_t place =
        static_cast<size_t>(std::find(hashes_.begin(), hashes_.end(), hash) - hashes_.begin());
    if (place < hashes_.size()) return &entries_[place].value;
    if (hashes_.size() < max) {
      hashes_.push_back(hash);
      entries_.push_back({std::string(name), make()});
      greatest_ = std::max(greatest_, hash);
      return &entries_.back().value;
    }
    if (max == 0 || hash > greatest_) return nullptr;
    const auto greatest = std::find(hashes_.begin(), hashes_.end(), greatest_);
    Entry& entry = entries_[static_cast<size_t>(greatest - hashes_.begin())];
    drop(std::move(entry.value));
    *greatest = hash;
    greatest_ = *std::max_element(hashes_.begin(), hashes_.end());
    entry = {std::string(name), make()};
    return &entry.value;
  }

  // visit(uint64_t hash, const Entry& entry), in no set order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (size_t i = 0; i < hashes_.size(); ++i) visit(hashes_[i], entries_[i]);
  }

 private:
  uint64_t greatest_ = 0;
  std::vector<uint64_t> hashes_;  // Of entries_, in their order.
  std::vector<Entry> entries_;
};

}  // namespace sonde
