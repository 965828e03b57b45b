// Any bytes are a block, the beginning of one, or an error; spans are read from any block, and what
// is read can be written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/span_block.h"

namespace {

using namespace sonde;

void read_rows(const NativeBlock& block) {
  const auto reader = SpanBlockReader::create(block);
  if (!reader) return;
  FiledSpan row;
  for (size_t i = 0; i < block.rows && i < 100; ++i) {
    if (!reader->read(i, row)) continue;
    const FiledSpan* const rows[] = {&row};
    const std::string bytes = encode_spans("p", rows);
    NativeBlock again;
    const auto size = decode_native(bytes, again);
    CHECK(size && *size == bytes.size() && again.rows == 1);
    FiledSpan copy;
    const auto second = SpanBlockReader::create(again);
    CHECK(second && second->read(0, copy));
    const FiledSpan* const copies[] = {&copy};
    CHECK(encode_spans("p", copies) == bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  NativeBlock block;
  const auto decoded = decode_native(bytes, block);
  if (!decoded) {
    CHECK(!decoded.error().message.empty());
    return 0;
  }
  CHECK(*decoded <= size);
  if (*decoded == 0) return 0;
  // Nothing behind a block matters to it, and nothing of it can be missing.
  NativeBlock same;
  CHECK(*decode_native(bytes.substr(0, *decoded), same) == *decoded);
  CHECK(*decode_native(bytes.substr(0, *decoded - 1), same) == 0);
  read_rows(block);
  return 0;
}
