#include "store/native_stream.h"

#include <string>

namespace sonde {
namespace {

// Cuts a stream of bytes into blocks.
class Blocks {
 public:
  explicit Blocks(const BlockSink& each) : each_(each) {}

  // False when no more are wanted.
  bool add(std::string_view piece) {
    if (!rest_.empty()) {
      rest_ += piece;
      piece = rest_;
    }
    while (goes_on_ && !piece.empty()) {
      const Result<size_t> size = decode_native(piece, block_);
      if (size && *size == 0) break;
      const Result<bool> more = size ? each_(block_) : tl::unexpected(size.error());
      if (!more) result_ = tl::unexpected(more.error());
      goes_on_ = more.value_or(false);
      if (goes_on_) piece.remove_prefix(*size);
    }
    rest_ = std::string(piece);
    return goes_on_;
  }

  Result<> finish() const {
    if (goes_on_ && !rest_.empty()) {
      return fail(Code::Internal, "the engine's last block is not whole");
    }
    return result_;
  }

 private:
  const BlockSink& each_;  // Outlives this.
  std::string rest_;       // Of a block that is not whole yet.
  NativeBlock block_;
  Result<> result_;
  bool goes_on_ = true;
};

}  // namespace

Result<> read_blocks(Store& store, Query query, const BlockSink& each) {
  query.format = "Native";
  Blocks blocks(each);
  TRY(store.stream(query, [&](std::string_view piece) { return blocks.add(piece); }));
  return blocks.finish();
}

Result<> read_blocks(std::string_view bytes, const BlockSink& each) {
  Blocks blocks(each);
  blocks.add(bytes);
  return blocks.finish();
}

}  // namespace sonde
