// Documents are found in order and within the bytes, and it does not matter in which pieces the
// bytes arrive. The first eight bytes say where the pieces end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/result.h"
#include "sources/splitter.h"

namespace {

using namespace sonde;

constexpr size_t kPieces = 8;

std::vector<Extent> split(const char* data, size_t size, const uint8_t* lengths, bool with_drop) {
  std::vector<Extent> documents;
  Splitter splitter;
  size_t scanned = 0;
  size_t dropped = 0;
  for (size_t i = 0; i < kPieces && lengths != nullptr; ++i) {
    const size_t until = std::min(size, scanned + lengths[i]);
    const size_t before = documents.size();
    splitter.scan(data + dropped, scanned - dropped, until - dropped, documents);
    for (size_t j = before; j < documents.size(); ++j) {
      documents[j] = {documents[j].begin + dropped, documents[j].end + dropped};
    }
    scanned = until;
    if (!with_drop) continue;
    const size_t done = std::min(splitter.open_begin(), scanned - dropped);
    splitter.drop(done);
    dropped += done;
  }
  const size_t before = documents.size();
  splitter.scan(data + dropped, scanned - dropped, size - dropped, documents);
  splitter.finish(data + dropped, size - dropped, documents);
  for (size_t j = before; j < documents.size(); ++j) {
    documents[j] = {documents[j].begin + dropped, documents[j].end + dropped};
  }
  return documents;
}

bool same(const std::vector<Extent>& a, const std::vector<Extent>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Extent& x, const Extent& y) {
    return x.begin == y.begin && x.end == y.end;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < kPieces) return 0;
  const size_t length = size - kPieces;
  const auto bytes = std::make_unique<char[]>(length);
  if (length > 0) std::memcpy(bytes.get(), data + kPieces, length);

  const std::vector<Extent> whole = split(bytes.get(), length, nullptr, false);
  size_t end = 0;
  for (const Extent& document : whole) {
    CHECK(document.begin >= end);
    CHECK(document.begin < document.end);
    CHECK(document.end <= length);
    end = document.end;
  }
  CHECK(same(split(bytes.get(), length, data, false), whole));
  CHECK(same(split(bytes.get(), length, data, true), whole));
  return 0;
}
