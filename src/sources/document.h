// One document that is in memory, of a format that is known: what a server was sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sources/otlp/protobuf.h"
#include "sources/reader.h"

namespace sonde {

struct DocumentReading {
  uint64_t excluded = 0;  // Left out on purpose.
  uint64_t rejected = 0;  // Parts that were broken, each at its own cost.
  std::string rejection;  // What was wrong with the first of them.
};

// Gives the spans that the same bytes in a file give, with the same ids. Thread-safe.
class DocumentReader {
 public:
  // `normalize` must be thread-safe. Its options hold for all documents.
  DocumentReader(ReadOptions options, Normalize normalize)
      : options_(std::move(options)), normalize_(std::move(normalize)) {}

  // `json` must have simdjson::SIMDJSON_PADDING readable bytes behind it. Fails with InvalidInput
  // when it is malformed JSON or no object, and as the source does; spans given before stay given.
  Result<DocumentReading> read(const Source& source, std::string_view json, SpanSink& sink) const;

  // The same for the bytes of an OTLP request as protobuf.
  Result<DocumentReading> read_protobuf(std::string_view bytes, OtlpSignal signal,
                                        SpanSink& sink) const;

 private:
  template <class Read>
  Result<DocumentReading> read_with(std::string_view raw, SpanSink& sink, const Read& read) const;

  const ReadOptions options_;
  const Normalize normalize_;
};

}  // namespace sonde
