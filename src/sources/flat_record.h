// One JSON object by the index of its structural characters, which simdjson's first stage makes:
// steps from key to key and says where each value begins and ends, without reading any. Decision
// 0012 says why not simdjson's on-demand layer.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sonde {

// A value by its bytes, without white space around it. Views into the record; SIMDJSON_PADDING
// bytes behind it are readable.
struct FlatValue {
  const char* begin;
  const char* end;

  char first() const { return *begin; }
  bool is_string() const { return *begin == '"'; }
  bool is_composite() const { return *begin == '{' || *begin == '['; }
  bool is_null() const { return text() == "null"; }
  std::string_view text() const { return {begin, static_cast<size_t>(end - begin)}; }
};

// The keys of one indexed object, in their order. A small value: kept local, it stays in registers.
class FlatWalk {
 public:
  FlatWalk() = default;
  // The structural characters of `data`, of which the first opens the object; two at least.
  FlatWalk(const char* data, std::span<const uint32_t> index, size_t nesting_max)
      : data_(data),
        begin_(index.data()),
        end_(index.data() + index.size()),
        after_(data[index[1]] == '}' ? begin_ + 1 : begin_),
        nesting_max_(nesting_max) {}

  // Steps to the next key; false behind the last one, and where the record is not JSON: error()
  // tells. Values are not looked into, so a wrong scalar is only found by reading it.
  bool next() {
    const char before = data_[*after_];
    if (before == '}') return stop(after_ + 1 == end_ ? simdjson::SUCCESS : kSomethingFollows);
    if (before != ',' && after_ != begin_) return stop(simdjson::TAPE_ERROR);
    const uint32_t* const key = after_ + 1;
    if (end_ - key < 4) return stop(simdjson::INCOMPLETE_ARRAY_OR_OBJECT);
    if (data_[key[0]] != '"' || data_[key[1]] != ':') return stop(simdjson::TAPE_ERROR);
    key_ = key;
    const Role role = kRoles[static_cast<uint8_t>(data_[key[2]])];
    if (role == Role::Scalar) {
      after_ = key + 3;
      return true;
    }
    if (role == Role::None) return stop(simdjson::TAPE_ERROR);
    const Skipped skipped = skip_composite(data_, key + 2, end_, nesting_max_);
    after_ = skipped.after;
    return skipped.error == simdjson::SUCCESS || stop(skipped.error);
  }
  simdjson::error_code error() const { return error_; }

  // Of the key that next() stepped to: its first character, behind the quote.
  const char* key() const { return data_ + key_[0] + 1; }
  FlatValue value() const {
    const char* end = data_ + *after_;
    while (is_space(end[-1])) --end;
    return {data_ + key_[2], end};
  }

  static constexpr simdjson::error_code kSomethingFollows = simdjson::TRAILING_CONTENT;

 private:
  enum class Role : uint8_t { Scalar, Opening, None };
  static constexpr std::array<Role, 256> kRoles = [] {
    std::array<Role, 256> roles{};
    roles['{'] = roles['['] = Role::Opening;
    roles[','] = roles[':'] = roles['}'] = roles[']'] = Role::None;
    return roles;
  }();
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  bool stop(simdjson::error_code error) {
    error_ = error;
    return false;
  }
  struct Skipped {
    const uint32_t* after;
    simdjson::error_code error;
  };
  static Skipped skip_composite(const char* data, const uint32_t* at, const uint32_t* end,
                                size_t nesting_max);

  const char* data_ = nullptr;
  // Into the index: its bounds, the current key, and what stands behind the current value.
  const uint32_t* begin_ = nullptr;
  const uint32_t* end_ = nullptr;
  const uint32_t* key_ = nullptr;
  const uint32_t* after_ = nullptr;
  size_t nesting_max_ = 0;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

// Indexes record after record in the same memory. Not thread-safe.
class FlatIndex {
 public:
  explicit FlatIndex(size_t nesting_max);

  // Fails on what the first stage sees: invalid UTF-8, an open string, a control character in one;
  // and on what is no object. The walk ends with the next call; `data` outlives it.
  simdjson::error_code open(const char* data, size_t length, FlatWalk& walk);

  // A string's contents without escapes, from its opening quote on; valid until the next call.
  simdjson::error_code unescape(FlatValue quoted, std::string_view& text);

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  size_t nesting_max_;
  std::unique_ptr<uint8_t[]> unescaped_;
  size_t unescaped_bytes_ = 0;
};

}  // namespace sonde
