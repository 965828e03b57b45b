// Reads blocks of ClickHouse's Native format, from outside: any bytes give a block, "not whole yet"
// or an error. Format: https://clickhouse.com/docs/interfaces/formats/Native
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// One column of a block; views into the block's bytes.
struct NativeColumn {
  std::string_view name;
  std::string_view type;        // As sent: "Nullable(Int64)".
  std::string_view nulls = {};  // A byte a row, 1 where there is no value; empty when not Nullable.

  // Numbers, dates, decimals, Bool, Enum8: `width` bytes each, little endian. 0 for the others.
  size_t width = 0;
  std::string_view numbers = {};

  // String: one a row. Map(String, ...): one an entry, and `ends` says behind which the row's ends;
  // texts are then the values when those are Strings, numbers when they are Int64.
  std::vector<std::string_view> texts = {};
  std::vector<uint64_t> ends = {};
  std::vector<std::string_view> keys = {};

  bool is_null(size_t row) const { return !nulls.empty() && nulls[row] != 0; }
  // The first sizeof(T) bytes of value `at`. Contract: width is at least sizeof(T).
  template <class T>
  T number(size_t at) const {
    T value;
    std::memcpy(&value, numbers.data() + at * width, sizeof(value));
    return value;
  }
};

struct NativeBlock {
  size_t rows = 0;
  std::vector<NativeColumn> columns;
};

// Decodes the block at the start of `bytes` and returns its size; 0 when more bytes are needed.
// `block` keeps its memory from call to call; it is valid while `bytes` are. Types: String, Bool,
// (U)Int8 to (U)Int64, Float32/64, Date, DateTime, DateTime64, Decimal, Enum8/16, Nullable of
// these, Map(String, String), Map(String, Int64). Fails with InvalidInput on any other type and on
// bytes that are no block. Memory is at most some 20 times the bytes.
Result<size_t> decode_native(std::string_view bytes, NativeBlock& block);

}  // namespace sonde
