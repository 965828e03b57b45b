#include "sources/splitter.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sources/byte_masks.h"

namespace sonde {
namespace {

constexpr size_t kBlock = kMaskBytes;

// One bit a byte of a 64-byte block. SSE2 is part of every x86-64.
struct Masks {
  uint64_t quote;
  uint64_t backslash;
  uint64_t open;   // { [
  uint64_t close;  // } ]
  uint64_t newline;
};

Masks masks_of(const char* data) {
  const Bytes64 bytes(data);
  return {.quote = bytes.equal('"'),
          .backslash = bytes.equal('\\'),
          .open = bytes.equal_folded('{'),
          .close = bytes.equal_folded('}'),
          .newline = bytes.equal('\n')};
}

// The bytes that a backslash escapes. `carry` is 1 when the block's first byte is escaped, and is
// set for the next block. Method: Langdale and Lemire, "Parsing Gigabytes of JSON per Second"
// (2019), section 3.1.1, in the shorter form that simdjson uses today.
uint64_t escaped_bytes(uint64_t backslash, uint64_t& carry) {
  if (backslash == 0) {
    const uint64_t escaped = carry;
    carry = 0;
    return escaped;
  }
  constexpr uint64_t kOddBits = 0xAAAAAAAAAAAAAAAAULL;
  const uint64_t potential = backslash & ~carry;
  const uint64_t maybe_escaped = potential << 1;
  const uint64_t even_series = ((maybe_escaped | kOddBits) - potential) ^ kOddBits;
  const uint64_t escaped = even_series ^ (backslash | carry);
  carry = (even_series & backslash) >> 63;
  return escaped;
}

// Bit i is the exclusive or of bits 0..i: ones from each opening quote to its closing one.
uint64_t prefix_xor(uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift <<= 1) bits ^= bits << shift;
  return bits;
}

uint64_t lowest(uint64_t bits) { return bits & (~bits + 1); }

}  // namespace

void Splitter::scan(const char* data, size_t from, size_t size, std::vector<Extent>& documents) {
  size_t at = from;
  for (; at + kBlock <= size; at += kBlock) scan_block(data, at, kBlock, documents);
  if (at != size) scan_block(data, at, size - at, documents);
  if (skipping_) open_begin_ = size;
}

void Splitter::scan_block(const char* data, size_t at, size_t length,
                          std::vector<Extent>& documents) {
  Masks masks;
  uint64_t valid = ~uint64_t{0};
  if (length == kBlock) {
    masks = masks_of(data + at);
  } else {
    char padded[kBlock] = {};
    std::memcpy(padded, data + at, length);
    masks = masks_of(padded);
    valid = (uint64_t{1} << length) - 1;
  }
  uint64_t escaped = 0;
  if (length == kBlock) {
    escaped = escaped_bytes(masks.backslash, escaped_);
  } else {
    // The carry of a short block is the bit after its last byte.
    const uint64_t carry_in = escaped_;
    uint64_t unused = carry_in;
    escaped = escaped_bytes(masks.backslash, unused);
    const uint64_t last = uint64_t{1} << (length - 1);
    escaped_ = (masks.backslash & ~escaped & last) != 0 ? 1 : 0;
  }
  const uint64_t quotes = masks.quote & ~escaped & valid;
  uint64_t string = prefix_xor(quotes) ^ in_string_;
  // Inverting all that follows a newline in a string ends the string there.
  for (uint64_t broken = string & masks.newline & valid; broken != 0;
       broken = string & masks.newline & valid) {
    string ^= ~(lowest(broken) - 1);
  }
  in_string_ = (string >> (length - 1) & 1) != 0 ? ~uint64_t{0} : 0;
  const uint64_t open = masks.open & ~string & valid;
  const uint64_t close = masks.close & ~string & valid;

  // Most blocks lie inside a document and cannot end it.
  if (depth_ > std::popcount(close)) {
    depth_ += std::popcount(open) - std::popcount(close);
    return;
  }
  for (uint64_t bits = open | close; bits != 0; bits &= bits - 1) {
    structural(data, at + static_cast<size_t>(std::countr_zero(bits)), documents);
  }
}

void Splitter::structural(const char* data, size_t at, std::vector<Extent>& documents) {
  const char c = data[at];
  if (c == '{' || c == '[') {
    if (depth_ == 0) {
      add_gap(data, open_begin_, at, documents);
      open_begin_ = at;
      if (c == '[' && !in_array_) {
        in_array_ = true;
        open_begin_ = at + 1;
        return;
      }
    }
    ++depth_;
    return;
  }
  if (depth_ == 0) {  // The end of the top-level array, or a stray bracket.
    const bool ends_array = in_array_ && c == ']';
    if (ends_array) in_array_ = false;
    // A stray bracket belongs to the gap before it: one broken record, not two.
    add_gap(data, open_begin_, ends_array ? at : at + 1, documents);
    open_begin_ = at + 1;
    return;
  }
  if (--depth_ == 0) {
    if (!skipping_) documents.push_back({open_begin_, at + 1});
    skipping_ = false;
    open_begin_ = at + 1;
  }
}

void Splitter::add_gap(const char* data, size_t begin, size_t end, std::vector<Extent>& documents) {
  const auto is_filler = [](char c) {
    return c == ' ' || c == '\n' || c == ',' || c == '\r' || c == '\t' || c == '\x1e' || c == '\0';
  };
  while (begin < end && is_filler(data[begin])) ++begin;
  while (begin < end && is_filler(data[end - 1])) --end;
  if (begin < end) documents.push_back({begin, end});
}

void Splitter::finish(const char* data, size_t size, std::vector<Extent>& documents) {
  if (depth_ > 0) {
    if (!skipping_) documents.push_back({open_begin_, size});
  } else {
    add_gap(data, open_begin_, size, documents);
  }
  open_begin_ = size;
  depth_ = 0;  // Asked again, there is nothing left.
}

void Splitter::skip_open(size_t size) {
  open_begin_ = size;
  skipping_ = depth_ > 0;
}

void Splitter::restart(size_t at) {
  open_begin_ = at;
  depth_ = 0;
  skipping_ = false;
  in_string_ = 0;
  escaped_ = 0;
}

}  // namespace sonde
