// Where the spans of a project are filed: the table span_keys, with what can be told without it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/key_filter.h"
#include "store/filed_span.h"
#include "store/store.h"

namespace sonde {

SpanHash hash_of(const FiledSpan& row);

// Of everything a row says: two rows with the same one are the same. Leaves out where the row is
// filed and its version.
uint64_t fingerprint_of(const FiledSpan& row);

struct Filing {
  SpanHash hash;
  uint32_t filed_at = 0;
  uint32_t version = 0;
  uint64_t fingerprint = 0;
};

// The rows as one block for span_keys.
std::string encode_filings(std::string_view project, std::span<const Filing> filings);

// Thread-safe.
class Filings {
 public:
  // Reads the keys of the project once, 16 bits of memory each; where there are more than
  // `keys_max`, every look-up asks the store instead. `store` must outlive it.
  static Result<std::unique_ptr<Filings>> open(Store& store, std::string project,
                                               uint64_t keys_max = kKeysMax);

  // Every filing with one of these hashes, in any order, the latest version of each; nothing for
  // spans that were never stored. Now and then also what was not asked for.
  Result<std::vector<Filing>> find(std::span<const SpanHash> hashes);

  // To be called when a span was stored.
  void add(std::span<const Filing> filings);

  static constexpr uint64_t kKeysMax = 64 << 20;

 private:
  Filings(Store& store, std::string project) : store_(store), project_(std::move(project)) {}
  Result<> load(uint64_t keys_max);
  Result<> ask(std::span<const SpanHash> hashes, std::vector<Filing>& found);

  Store& store_;
  const std::string project_;
  std::mutex mutex_;
  std::optional<KeyFilter> filter_;  // Guarded by mutex_; without it everything is possible.
};

}  // namespace sonde
