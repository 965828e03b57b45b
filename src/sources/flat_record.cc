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

FlatWalk::Skipped FlatWalk::skip_composite(const char* data, const uint32_t* at,
                                           const uint32_t* end, size_t nesting_max) {
  size_t depth = 1;  // The record itself.
  for (; at != end; ++at) {
    const char c = data[*at];
    if (c == '{' || c == '[') {
      if (++depth >= nesting_max) return {at, simdjson::DEPTH_ERROR};
    } else if ((c == '}' || c == ']') && --depth == 1) {
      if (++at == end) break;
      return {at, SUCCESS};
    }
  }
  return {at, simdjson::INCOMPLETE_ARRAY_OR_OBJECT};
}

FlatIndex::FlatIndex(size_t nesting_max) : nesting_max_(nesting_max) {
  const error_code error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      kRecordBytes, nesting_max, stage_);
  CHECK(error == SUCCESS);
}

error_code FlatIndex::open(const char* data, size_t length, FlatWalk& walk) {
  if (length > stage_->capacity()) {
    if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
    if (const error_code error = stage_->set_capacity(std::bit_ceil(length))) return error;
  }
  if (const error_code error =
          stage_->stage1(bytes_of(data), length, simdjson::stage1_mode::regular)) {
    return error;
  }
  const std::span<const uint32_t> index(stage_->structural_indexes.get(),
                                        stage_->n_structural_indexes);
  if (data[index[0]] != '{') return simdjson::INCORRECT_TYPE;
  if (index.size() < 2) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  walk = FlatWalk(data, index, nesting_max_);
  return SUCCESS;
}

error_code FlatIndex::unescape(FlatValue quoted, std::string_view& text) {
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
