// What a client sent, as rows for the history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sources/document.h"
#include "sources/langfuse/langfuse.h"
#include "store/catalog.h"
#include "store/filed_span.h"

namespace sonde {

enum class LiveFormat : uint8_t { OtlpJson, OtlpTraces, OtlpLogs, OtlpMetrics, LangfuseBatch };

struct LiveFormatRow {
  LiveFormat format;
  std::string_view name;    // In the spool's files.
  std::string_view source;  // In the ledger.
};
const LiveFormatRow& row_of(LiveFormat format);
std::optional<LiveFormat> parse_live_format(std::string_view name);

struct DecodedRequest {
  std::vector<FiledSpan> rows;
  size_t bytes = 0;                   // About how much memory the rows take.
  uint64_t excluded = 0;              // Parts that were left out on purpose, such as metrics.
  RejectCounts rejected;              // Parts that were broken.
  std::string rejection;              // What was wrong with the first of them.
  std::vector<LangfuseEvent> events;  // Of a batch.

  uint64_t rejected_count() const;
  bool is_empty() const { return rows.empty() && excluded == 0 && rejected.empty(); }
};

// Thread-safe.
class LiveDecoder {
 public:
  LiveDecoder(ReadOptions options, Normalize normalize);

  // `body` must have kDocumentPadding readable bytes behind it. The same body gives the same rows,
  // whenever. Fails with InvalidInput when nothing of it can be understood.
  Result<DecodedRequest> decode(LiveFormat format, std::string_view body) const;

 private:
  Result<DecodedRequest> decode_otlp_json(std::string_view body) const;
  Result<DecodedRequest> decode_otlp_protobuf(std::string_view body, OtlpSignal signal) const;
  Result<DecodedRequest> decode_langfuse(std::string_view body) const;

  DocumentReader reader_;
  size_t nesting_max_;
};
inline constexpr size_t kDocumentPadding = simdjson::SIMDJSON_PADDING;

}  // namespace sonde
