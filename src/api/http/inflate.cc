#include "api/http/inflate.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "api/http/message.h"

namespace sonde {
namespace {

constexpr size_t kFirstBytes = size_t{64} << 10;
constexpr unsigned kZstdWindowLogMax = 27;  // 128 MiB, as `zstd --long` writes.

enum class Encoding : uint8_t { Identity, Gzip, Deflate, Zstd, Unknown };

Encoding encoding_of(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower.empty() || lower == "identity") return Encoding::Identity;
  if (lower == "gzip" || lower == "x-gzip") return Encoding::Gzip;
  if (lower == "deflate") return Encoding::Deflate;
  if (lower == "zstd") return Encoding::Zstd;
  return Encoding::Unknown;
}

// The output: grows by doubling to the limit, with the budget's leave.
class Output {
 public:
  Output(size_t bytes_max, BudgetShare& share) : bytes_max_(bytes_max), share_(share) {}

  // Makes room behind what is there. One byte more than the limit, which tells a body of just the
  // limit from a larger one.
  Result<> make_room() {
    if (size_ > bytes_max_) {
      return fail(Code::TooLarge, "the body is more than {} bytes when inflated (body-bytes-max)",
                  bytes_max_);
    }
    if (size_ < bytes_.size()) return {};
    const size_t wanted = std::min(std::max(kFirstBytes, size_ * 2), bytes_max_ + 1);
    if (!share_.grow_to(wanted)) {
      return fail(Code::Overloaded, "too many bytes of requests are being handled");
    }
    bytes_.reserve(wanted + kBodyPadding);
    bytes_.resize(wanted);
    return {};
  }
  char* at() { return bytes_.data() + size_; }
  size_t room() const { return bytes_.size() - size_; }
  void add(size_t count) { size_ += count; }

  Result<std::string> take() {
    if (size_ > bytes_max_) TRY(make_room());
    bytes_.resize(size_);
    bytes_.reserve(size_ + kBodyPadding);
    return std::move(bytes_);
  }

 private:
  const size_t bytes_max_;
  BudgetShare& share_;
  std::string bytes_;
  size_t size_ = 0;
};

tl::unexpected<Error> damaged(std::string_view format, std::string_view why) {
  return fail(Code::InvalidInput, "the {} body {}", format, why);
}

void start_member(inflate_state& state, uint32_t format, std::string_view rest) {
  isal_inflate_init(&state);
  state.crc_flag = format;
  state.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(rest.data()));
  state.avail_in = static_cast<uint32_t>(rest.size());
}

// One or more members of the format, whole.
Result<std::string> inflate_isal(std::string_view bytes, uint32_t format, std::string_view name,
                                 Output output) {
  if (bytes.size() > UINT32_MAX) return fail(Code::TooLarge, "the body is too large");
  const auto state = std::make_unique<inflate_state>();
  start_member(*state, format, bytes);
  while (true) {
    TRY(output.make_room());
    const auto room = static_cast<uint32_t>(std::min<size_t>(output.room(), UINT32_MAX));
    state->next_out = reinterpret_cast<uint8_t*>(output.at());
    state->avail_out = room;
    const uint32_t before = state->avail_in;
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK) return damaged(name, "is damaged");
    output.add(room - state->avail_out);
    if (state->block_state == ISAL_BLOCK_FINISH) {
      if (state->avail_in == 0) return output.take();
      if (format != ISAL_GZIP) return damaged(name, "has bytes behind its end");
      start_member(*state, format, bytes.substr(bytes.size() - state->avail_in));
    } else if (state->avail_out == room && state->avail_in == before) {
      return damaged(name, "ends too early");
    }
  }
}

Result<std::string> inflate_zstd(std::string_view bytes, Output output) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                        ZSTD_freeDStream);
  CHECK(stream != nullptr);
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (true) {
    TRY(output.make_room());
    ZSTD_outBuffer out{output.at(), output.room(), 0};
    const size_t before = in.pos;
    const size_t wanted = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(wanted) != 0) return damaged("zstd", "is damaged");
    output.add(out.pos);
    if (in.pos == in.size && wanted == 0) return output.take();
    if (out.pos == 0 && in.pos == before) return damaged("zstd", "ends too early");
  }
}

}  // namespace

bool is_known_encoding(std::string_view encoding) {
  return encoding_of(encoding) != Encoding::Unknown;
}

Result<std::string> inflate_body(std::string_view encoding, std::string_view bytes,
                                 size_t bytes_max, BudgetShare& share) {
  switch (encoding_of(encoding)) {
    case Encoding::Gzip:
      return inflate_isal(bytes, ISAL_GZIP, "gzip", Output(bytes_max, share));
    case Encoding::Deflate:
      return inflate_isal(bytes, ISAL_ZLIB, "deflate", Output(bytes_max, share));
    case Encoding::Zstd:
      return inflate_zstd(bytes, Output(bytes_max, share));
    default:
      break;
  }
  std::string copy;
  copy.reserve(bytes.size() + kBodyPadding);
  copy = bytes;
  return copy;
}

}  // namespace sonde
