#include "sources/flat_record.h"

#include <algorithm>
#include <bit>

#include "base/result.h"

namespace sonde {

using simdjson::error_code;
using simdjson::SUCCESS;

namespace {

constexpr size_t kRecordBytes = 64 << 10;  // To begin with.

const uint8_t* bytes_of(const char* text) { return reinterpret_cast<const uint8_t*>(text); }

}  // namespace

FlatRecord::FlatRecord(size_t nesting_max) : nesting_max_(nesting_max) {
  const error_code error =
      simdjson::get_active_implementation()->create_dom_parser_implementation(
          kRecordBytes, nesting_max, stage_);
  CHECK(error == SUCCESS);
}

error_code FlatRecord::open(const char* data, size_t length) {
  error_ = SUCCESS;
  if (length > stage_->capacity()) {
    if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
    if (const error_code error = stage_->set_capacity(std::bit_ceil(length))) return error;
  }
  if (const error_code error =
          stage_->stage1(bytes_of(data), length, simdjson::stage1_mode::regular)) {
    return error;
  }
  data_ = data;
  begin_ = stage_->structural_indexes.get();
  end_ = begin_ + stage_->n_structural_indexes;
  if (data_[*begin_] != '{') return simdjson::INCORRECT_TYPE;
  if (end_ - begin_ < 2) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  after_ = data_[begin_[1]] == '}' ? begin_ + 1 : begin_;
  return SUCCESS;
}

bool FlatRecord::skip_composite() {
  size_t depth = 1;  // The record itself.
  for (const uint32_t* at = key_ + 2; at != end_; ++at) {
    const char c = data_[*at];
    if (c == '{' || c == '[') {
      if (++depth >= nesting_max_) return stop(simdjson::DEPTH_ERROR);
    } else if ((c == '}' || c == ']') && --depth == 1) {
      after_ = at + 1;
      return after_ != end_ || stop(simdjson::INCOMPLETE_ARRAY_OR_OBJECT);
    }
  }
  return stop(simdjson::INCOMPLETE_ARRAY_OR_OBJECT);
}

error_code FlatRecord::unescape(FlatValue quoted, std::string_view& text) {
  const size_t wanted = quoted.text().size() + simdjson::SIMDJSON_PADDING;
  if (wanted > unescaped_bytes_) {
    unescaped_bytes_ = std::bit_ceil(wanted);
    unescaped_ = std::make_unique_for_overwrite<uint8_t[]>(unescaped_bytes_);
  }
  const uint8_t* const end = stage_->parse_string(bytes_of(quoted.begin + 1), unescaped_.get());
  if (end == nullptr) return simdjson::STRING_ERROR;
  text = {reinterpret_cast<const char*>(unescaped_.get()),
          static_cast<size_t>(end - unescaped_.get())};
  return SUCCESS;
}

}  // namespace sonde
