// A map under template keys that stays within a set size, and whose content depends neither on the
// order of the records nor on how they were split between threads.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sonde {

// A template key holds two hashes: of the prompt's skeleton (the upper 32 bits) and of its exact
// text (the lower 32 bits, never 0). A group is what shares the skeleton.
constexpr uint64_t group_of(uint64_t key) { return key & 0xFFFF'FFFF'0000'0000ULL; }

// The steps of a ladder: how many texts a group may hold one by one. At the last step, groups
// share 4096 entries (by the upper 12 bits).
inline constexpr std::array<size_t, 5> kGroupTexts = {64, 16, 4, 1, 0};

// Each text has its own entry until its group holds more than kGroupTexts[0] texts: then the texts
// differ because values vary in them, and the group becomes one entry, under group_of(key). When
// the texts of all groups (each counted up to the present step's limit) exceed `keys_max`, the next
// step holds for all. Both counts only grow with the records, hence the same end in any order.
// Nothing is lost: `Join(Value& mine, Value&& theirs)`, commutative and associative, adds the
// values of entries that become one.
//
// Not thread-safe; one a thread, then merge().
template <class Value, class Join>
class KeyLadder {
 public:
  struct Text {
    uint64_t key;
    Value value;
  };
  // Either one value for the whole group, or one for each text.
  struct Group {
    bool is_folded = false;
    Value whole{};
    std::vector<Text> texts;
  };

  explicit KeyLadder(size_t keys_max, Join join = {}) : keys_max_(keys_max), join_(join) {}

  // The value under which `key` is counted, made when new. Valid until the next call.
  Value& at(uint64_t key) {
    Group* group = &groups_[name_of(key)];
    if (group->is_folded) return group->whole;
    for (Text& text : group->texts) {
      if (text.key == key) return text.value;
    }
    if (group->texts.size() == limit()) {
      fold(*group);
      return group->whole;
    }
    group->texts.push_back({key, Value{}});
    if (++size_ <= keys_max_) return group->texts.back().value;
    do climb();
    while (size_ > keys_max_);
    return at(key);
  }

  void merge(KeyLadder&& other) {
    while (step_ < other.step_) climb();
    for (auto& [name, theirs] : other.groups_) {
      for (Text& text : theirs.texts) join_(at(text.key), std::move(text.value));
      if (!theirs.is_folded) continue;
      Group& mine = groups_[name_of(name)];
      if (!mine.is_folded) {
        size_ += limit() - mine.texts.size();
        fold(mine);
      }
      join_(mine.whole, std::move(theirs.whole));
      while (size_ > keys_max_) climb();
    }
    other.groups_.clear();
    other.size_ = 0;
  }

  // The entry of `key`: itself, its group's, or that of many groups.
  uint64_t entry(uint64_t key) const {
    const auto group = groups_.find(name_of(key));
    if (group == groups_.end()) return key;
    return group->second.is_folded ? group->first : key;
  }

  // visit(uint64_t entry, Value& value) for each entry, in no set order.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [name, group] : groups_) {
      if (group.is_folded) visit(name, group.whole);
      for (Text& text : group.texts) visit(text.key, text.value);
    }
  }

  size_t step() const { return step_; }

 private:
  size_t limit() const { return kGroupTexts[step_]; }
  uint64_t name_of(uint64_t key) const { return limit() == 0 ? key >> 52U << 52U : group_of(key); }

  void fold(Group& group) {
    for (Text& text : group.texts) join_(group.whole, std::move(text.value));
    group.texts = std::vector<Text>();  // `{}` would keep the memory.
    group.is_folded = true;
  }

  void climb() {
    ++step_;
    size_ = 0;
    if (limit() == 0) return share();
    for (auto& [name, group] : groups_) {
      if (group.texts.size() > limit()) fold(group);
      size_ += group.is_folded ? limit() : group.texts.size();
    }
  }

  void share() {
    auto old = std::exchange(groups_, {});
    for (auto& [name, group] : old) {
      Group& shared = groups_[name_of(name)];
      shared.is_folded = true;
      if (!group.is_folded) fold(group);
      join_(shared.whole, std::move(group.whole));
    }
  }

  size_t keys_max_;
  size_t size_ = 0;
  size_t step_ = 0;
  Join join_;
  boost::unordered_flat_map<uint64_t, Group> groups_;
};

}  // namespace sonde
