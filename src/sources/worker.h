// One thread's part of reading: takes blocks, parses their documents, emits spans.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sources/blocks.h"
#include "sources/flat.h"
#include "sources/occurrences.h"
#include "sources/reader.h"
#include "sources/rejects.h"
#include "sources/span_finisher.h"

namespace sonde {

class Worker {
 public:
  // What the workers of one run share; all of it is thread-safe and outlives them.
  struct Shared {
    const ReadRequest& request;
    Blocks& blocks;
    DifyJoin& dify;
    RejectLog& rejects;
    Occurrences& occurrences;
  };
  struct FileCounts {
    std::map<std::string, uint64_t, std::less<>> sources;
    uint64_t documents = 0;
    uint64_t rejected = 0;
    std::string error;
  };

  Worker(Shared shared, SpanSink& sink);

  // Until the files are done, or the request says stop.
  void run();

  // After run().
  const std::map<uint32_t, FileCounts>& files() const { return files_; }
  const Notes& notes() const { return notes_; }
  uint64_t excluded() const { return context_.excluded; }

 private:
  void read_block();
  void read_extent(Extent extent);
  Result<> read_flat(const char* data, size_t size, FlatReader::Certainty certainty,
                     FlatOutcome& outcome);
  Result<> read_document_at(const char* data, size_t size);
  Result<> read_element(simdjson::dom::element element);
  Result<> read_request(std::string_view bytes);
  void report_parts(Extent extent);
  bool recover(Extent extent);
  size_t capacity_from(const char* data) const;

  Shared shared_;
  SpanFinisher finisher_;
  Notes notes_;
  ReadContext context_;
  FlatReader flat_;
  bool flat_first_ = true;  // The last document was flat.
  simdjson::dom::parser parser_;
  Block block_;
  FileCounts* counts_ = nullptr;
  std::map<uint32_t, FileCounts> files_;
};

}  // namespace sonde
