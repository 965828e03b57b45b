// Rules out, in memory, that a span is stored already: a Bloom filter of the keys of one project.
// Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (1970) 422.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace sonde {

// The hashes of a span's keys (base/hash.h), by which span_keys is sorted.
struct SpanHash {
  uint64_t trace = 0;
  uint64_t span = 0;
  friend bool operator==(const SpanHash&, const SpanHash&) = default;

  // Both in one number. Equal for different spans less than once in 10^19 pairs.
  uint64_t both() const { return trace * 0x9e3779b97f4a7c15U ^ std::rotl(span, 32); }
};

// 16 bits a key and 4 of them set: about one key in 400 that was never added is held possible, when
// as many were added as expected, and more beyond that. Not thread-safe.
class KeyFilter {
 public:
  explicit KeyFilter(uint64_t keys_expected)
      : words_(std::bit_ceil(std::max<uint64_t>(keys_expected, 1024)) / 4) {}

  void add(const SpanHash& key) {
    for (const uint64_t bit : bits_of(key)) words_[bit / 64] |= uint64_t{1} << (bit % 64);
  }
  bool may_have(const SpanHash& key) const {
    for (const uint64_t bit : bits_of(key)) {
      if ((words_[bit / 64] >> (bit % 64) & 1) == 0) return false;
    }
    return true;
  }

 private:
  struct Bits {
    uint64_t values[4];
    const uint64_t* begin() const { return values; }
    const uint64_t* end() const { return values + 4; }
  };
  // Kirsch and Mitzenmacher, "Less hashing, same performance", 2008: two hashes make them all.
  Bits bits_of(const SpanHash& key) const {
    const uint64_t mask = words_.size() * 64 - 1;
    const uint64_t step = key.span | 1;
    const uint64_t first = key.both();
    return {{first & mask, (first + step) & mask, (first + 2 * step) & mask,
             (first + 3 * step) & mask}};
  }

  std::vector<uint64_t> words_;
};

}  // namespace sonde
