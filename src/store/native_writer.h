// Writes one block of ClickHouse's Native format: columns one after another, each with its name and
// type, in the form that is read and written without a client revision.
// Format: https://clickhouse.com/docs/interfaces/formats/Native
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace sonde {

// The caller writes `columns` columns of `rows` values each, in the order: column(), its values.
// A LowCardinality column of the table takes a plain String, a Map's keys likewise.
class NativeWriter {
 public:
  NativeWriter(size_t columns, size_t rows, size_t bytes_expected = 0) : rows_(rows) {
    bytes_.reserve(bytes_expected + 4096);
    size(columns);
    size(rows);
  }

  void column(std::string_view name, std::string_view type) {
    text(name);
    text(type);
  }

  // A String.
  void text(std::string_view value) {
    size(value.size());
    bytes_.append(value);
  }

  // UInt8, Int64, DateTime and the like, by the value's own width, little endian.
  template <class T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  // A whole column of type Nullable: `value_of(row)` is an optional number. First the flags of all
  // rows, then the values, zero where there is none. `Wide`: as a 128-bit number, which a Decimal
  // of more than 18 digits is.
  enum class Width : uint8_t { Own, Wide };
  template <class ValueOf>
  void nullable(const ValueOf& value_of, Width width = Width::Own) {
    using T = typename std::invoke_result_t<ValueOf, size_t>::value_type;
    for (size_t row = 0; row < rows_; ++row) number<uint8_t>(value_of(row).has_value() ? 0 : 1);
    for (size_t row = 0; row < rows_; ++row) {
      const T value = value_of(row).value_or(T{});
      number(value);
      if constexpr (std::is_signed_v<T>) {
        if (width == Width::Wide) number<int64_t>(value < 0 ? -1 : 0);
      }
    }
  }

  // A count, as seven bits a byte.
  void size(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  size_t rows_;
  std::string bytes_;
};

}  // namespace sonde
