// Which of 64 bytes equal a given one, as a bit mask: what scanning for structure is made of.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace sonde {

inline constexpr size_t kMaskBytes = 64;

// 64 bytes in registers. AVX2 where the build has it, else SSE2, which every x86-64 has.
class Bytes64 {
 public:
  // Contract: 64 readable bytes from `data` on.
  explicit Bytes64(const char* data) {
    for (size_t i = 0; i < kParts; ++i) parts_[i] = load(data + i * kPartBytes);
  }

  uint64_t equal(char wanted) const {
    return mask([](Part part) { return part; }, wanted);
  }
  // Ignoring bit 0x20, in which '{' differs from '[' and '}' from ']'. Contract: it is set in
  // `wanted`.
  uint64_t equal_folded(char wanted) const { return mask(fold, wanted); }

 private:
#ifdef __AVX2__
  using Part = __m256i;
  static Part load(const char* data) {
    return _mm256_loadu_si256(reinterpret_cast<const Part*>(data));
  }
  static Part fold(Part part) { return _mm256_or_si256(part, _mm256_set1_epi8(0x20)); }
  static uint32_t equal_bits(Part part, char wanted) {
    return static_cast<uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(part, _mm256_set1_epi8(wanted))));
  }
#else
  using Part = __m128i;
  static Part load(const char* data) {
    return _mm_loadu_si128(reinterpret_cast<const Part*>(data));
  }
  static Part fold(Part part) { return _mm_or_si128(part, _mm_set1_epi8(0x20)); }
  static uint32_t equal_bits(Part part, char wanted) {
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(part, _mm_set1_epi8(wanted))));
  }
#endif
  static constexpr size_t kPartBytes = sizeof(Part);
  static constexpr size_t kParts = kMaskBytes / kPartBytes;

  template <class Change>
  uint64_t mask(Change change, char wanted) const {
    uint64_t bits = 0;
    for (size_t i = 0; i < kParts; ++i) {
      bits |= uint64_t{equal_bits(change(parts_[i]), wanted)} << (i * kPartBytes);
    }
    return bits;
  }

  Part parts_[kParts];
};

// Newlines in data[from, to).
inline uint64_t count_newlines(const char* data, size_t from, size_t to) {
  uint64_t count = 0;
  for (; from + kMaskBytes <= to; from += kMaskBytes) {
    count += static_cast<uint64_t>(std::popcount(Bytes64(data + from).equal('\n')));
  }
  for (; from < to; ++from) count += data[from] == '\n' ? 1 : 0;
  return count;
}

}  // namespace sonde
