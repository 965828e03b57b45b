#include "store/native_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sonde {
namespace {

// Beyond what the engine sends; a number that asks for more is damage.
constexpr uint64_t kColumnsMax = 10'000;
constexpr uint64_t kRowsMax = uint64_t{1} << 32;
constexpr uint64_t kTextBytesMax = uint64_t{1} << 32;
constexpr uint64_t kNameBytesMax = uint64_t{1} << 16;

enum class Progress : uint8_t { Done, NeedsMore };

// A place in the bytes. Reading past the end is not an error: more bytes may come.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  size_t position() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }

  // A count of at most `most`.
  Result<Progress> size(uint64_t most, uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) return Progress::NeedsMore;
      const auto byte = static_cast<uint8_t>(bytes_[at_++]);
      value |= uint64_t{byte & 0x7fU} << shift;
      if (value > most) break;
      if ((byte & 0x80) == 0) return Progress::Done;
    }
    return fail(Code::InvalidInput, "a count of over {} in a Native block", most);
  }

  // Contract of `width`: at most 64.
  Progress take(uint64_t count, size_t width, std::string_view& into) {
    if (count > left() / width) return Progress::NeedsMore;
    into = bytes_.substr(at_, count * width);
    at_ += count * width;
    return Progress::Done;
  }

  Result<Progress> text(uint64_t most, std::string_view& into) {
    uint64_t length = 0;
    if (TRY(size(most, length)) == Progress::NeedsMore) return Progress::NeedsMore;
    return take(length, 1, into);
  }

  // Each takes a byte at least, so memory follows the bytes and not what they claim.
  Result<Progress> texts(uint64_t count, std::vector<std::string_view>& into) {
    if (count > left()) return Progress::NeedsMore;
    into.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
      std::string_view value;
      if (TRY(text(kTextBytesMax, value)) == Progress::NeedsMore) return Progress::NeedsMore;
      into.push_back(value);
    }
    return Progress::Done;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

struct TypeWidth {
  std::string_view name;  // Before any parenthesis.
  size_t bytes;
};
constexpr TypeWidth kTypeWidths[] = {
    {"Bool", 1},   {"UInt8", 1}, {"Int8", 1},    {"Enum8", 1},      {"UInt16", 2},   {"Int16", 2},
    {"Enum16", 2}, {"Date", 2},  {"UInt32", 4},  {"Int32", 4},      {"DateTime", 4}, {"Float32", 4},
    {"UInt64", 8}, {"Int64", 8}, {"Float64", 8}, {"DateTime64", 8},
};

// Decimal(P, S): as many bytes as P digits need.
std::optional<size_t> decimal_width(std::string_view digits) {
  unsigned precision = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), precision);
  if (precision == 0 || precision > 76) return std::nullopt;
  return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
}

// Bytes of a value of fixed size; null when the type has none.
std::optional<size_t> width_of(std::string_view type) {
  const size_t end = std::min(type.find('('), type.size());
  const std::string_view name = type.substr(0, end);
  if (name == "Decimal" && end < type.size()) return decimal_width(type.substr(end + 1));
  const auto found = std::find_if(std::begin(kTypeWidths), std::end(kTypeWidths),
                                  [&](const TypeWidth& row) { return row.name == name; });
  if (found == std::end(kTypeWidths)) return std::nullopt;
  return found->bytes;
}

// LowCardinality: a version, then (only if there are values) flags that tell the width of an index,
// the distinct values, and an index into them for each.
// https://github.com/ClickHouse/ClickHouse/blob/master/src/DataTypes/Serializations/SerializationLowCardinality.cpp
class Dictionary {
 public:
  Result<Progress> read_version(Cursor& cursor) {
    std::string_view bytes;
    if (cursor.take(1, sizeof(uint64_t), bytes) == Progress::NeedsMore) return Progress::NeedsMore;
    if (number(bytes) == 1) return Progress::Done;
    return fail(Code::InvalidInput, "a dictionary of version {} in a Native block", number(bytes));
  }

  Result<Progress> read_values(Cursor& cursor, uint64_t count,
                               std::vector<std::string_view>& into) {
    if (count == 0) return Progress::Done;
    std::string_view head;
    if (cursor.take(2, sizeof(uint64_t), head) == Progress::NeedsMore) return Progress::NeedsMore;
    const uint64_t flags = number(head);
    const uint64_t width_power = flags & 0xff;
    if ((flags & (kOwnKeys | kSharedKeys)) != kOwnKeys || width_power > 3)
      return fail(Code::InvalidInput, "a dictionary with flags {:x} in a Native block", flags);
    if (TRY(cursor.texts(number(head.substr(8)), values_)) == Progress::NeedsMore)
      return Progress::NeedsMore;
    std::string_view again;
    if (cursor.take(1, sizeof(uint64_t), again) == Progress::NeedsMore) return Progress::NeedsMore;
    if (number(again) != count)
      return fail(Code::InvalidInput, "a dictionary for {} rows of {}", number(again), count);
    const size_t width = size_t{1} << width_power;
    std::string_view indexes;
    if (cursor.take(count, width, indexes) == Progress::NeedsMore) return Progress::NeedsMore;
    into.reserve(count);
    for (uint64_t row = 0; row < count; ++row) {
      uint64_t index = 0;
      std::memcpy(&index, indexes.data() + row * width, width);  // Little endian, as we are.
      if (index >= values_.size())
        return fail(Code::InvalidInput, "index {} into a dictionary of {}", index, values_.size());
      into.push_back(values_[index]);
    }
    return Progress::Done;
  }

 private:
  static constexpr uint64_t kSharedKeys = 1 << 8;
  static constexpr uint64_t kOwnKeys = 1 << 9;
  static uint64_t number(std::string_view bytes) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }

  std::vector<std::string_view> values_;
};

constexpr std::string_view kLowCardinality = "LowCardinality(String)";

// Map(KEY, VALUE) with texts as keys.
struct MapType {
  bool has_dictionary;  // Of keys.
  bool has_texts;       // As values; else Int64.
};
std::optional<MapType> map_type(std::string_view type) {
  if (type == "Map(String, String)") return MapType{false, true};
  if (type == "Map(String, Int64)") return MapType{false, false};
  if (type == "Map(LowCardinality(String), String)") return MapType{true, true};
  if (type == "Map(LowCardinality(String), Int64)") return MapType{true, false};
  return std::nullopt;
}

Result<Progress> read_map(Cursor& cursor, uint64_t rows, MapType type, NativeColumn& column) {
  Dictionary dictionary;
  if (type.has_dictionary && rows > 0 &&
      TRY(dictionary.read_version(cursor)) == Progress::NeedsMore) {
    return Progress::NeedsMore;
  }
  std::string_view offsets;
  if (cursor.take(rows, sizeof(uint64_t), offsets) == Progress::NeedsMore)
    return Progress::NeedsMore;
  column.ends.resize(rows);
  if (rows > 0) std::memcpy(column.ends.data(), offsets.data(), offsets.size());
  if (!std::is_sorted(column.ends.begin(), column.ends.end()))
    return fail(Code::InvalidInput, "offsets that go back in column {}", column.name);
  const uint64_t entries = rows == 0 ? 0 : column.ends.back();
  const Progress keys = type.has_dictionary
                            ? TRY(dictionary.read_values(cursor, entries, column.keys))
                            : TRY(cursor.texts(entries, column.keys));
  if (keys == Progress::NeedsMore) return Progress::NeedsMore;
  if (type.has_texts) return cursor.texts(entries, column.texts);
  column.width = sizeof(int64_t);
  return cursor.take(entries, column.width, column.numbers);
}

Result<Progress> read_values(Cursor& cursor, uint64_t rows, NativeColumn& column) {
  constexpr std::string_view kNullable = "Nullable(";
  std::string_view type = column.type;
  if (type.starts_with(kNullable) && type.ends_with(')')) {
    type = type.substr(kNullable.size(), type.size() - kNullable.size() - 1);
    if (cursor.take(rows, 1, column.nulls) == Progress::NeedsMore) return Progress::NeedsMore;
  }
  if (type == "String") return cursor.texts(rows, column.texts);
  if (type == kLowCardinality) {
    Dictionary dictionary;
    if (rows == 0) return Progress::Done;
    if (TRY(dictionary.read_version(cursor)) == Progress::NeedsMore) return Progress::NeedsMore;
    return dictionary.read_values(cursor, rows, column.texts);
  }
  if (const auto map = map_type(type)) return read_map(cursor, rows, *map, column);
  const std::optional<size_t> width = width_of(type);
  if (!width) {
    return fail(Code::InvalidInput, "column {} has type {}, which is not read", column.name,
                column.type);
  }
  column.width = *width;
  return cursor.take(rows, column.width, column.numbers);
}

void clear(NativeColumn& column) {
  column.nulls = {};
  column.numbers = {};
  column.width = 0;
  column.texts.clear();
  column.ends.clear();
  column.keys.clear();
}

}  // namespace

Result<size_t> decode_native(std::string_view bytes, NativeBlock& block) {
  Cursor cursor(bytes);
  uint64_t columns = 0;
  uint64_t rows = 0;
  if (TRY(cursor.size(kColumnsMax, columns)) == Progress::NeedsMore) return 0;
  if (TRY(cursor.size(kRowsMax, rows)) == Progress::NeedsMore) return 0;
  if (columns == 0 && rows > 0)
    return fail(Code::InvalidInput, "a Native block of {} rows without columns", rows);
  block.rows = rows;
  block.columns.resize(columns);
  for (NativeColumn& column : block.columns) {
    clear(column);
    if (TRY(cursor.text(kNameBytesMax, column.name)) == Progress::NeedsMore) return 0;
    if (TRY(cursor.text(kNameBytesMax, column.type)) == Progress::NeedsMore) return 0;
    if (TRY(read_values(cursor, rows, column)) == Progress::NeedsMore) return 0;
  }
  return cursor.position();
}

}  // namespace sonde
