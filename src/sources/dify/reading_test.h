// Reads Dify documents in tests, as the program does: each by the source that recognizes it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sources/dify/join.h"
#include "sources/source.h"

namespace sonde::dify {

class CollectingSink : public SpanSink {
 public:
  void add(Span& span) override { spans.push_back(span); }
  std::vector<Span> spans;
};

// What came of a list of documents.
struct Outcome {
  std::map<std::string, Span> spans;  // By span id.
  std::vector<std::string> errors;    // Of documents that could not be read.
  Notes notes;
  uint64_t excluded = 0;
  uint64_t unmatched = 0;
  size_t emitted = 0;  // Larger than spans.size() when an id was emitted twice.

  const Span& at(const std::string& id) const;
  bool has_note(std::string_view part) const;
};

Outcome read_all(const std::vector<std::string>& documents, const ReadOptions& options = {},
                 size_t sink_count = 1);

// The source that recognizes a document, or "".
std::string_view source_name(const std::string& document);

// Every field of a span that is not about where it was read, as text to compare.
std::string describe(const Span& span);

}  // namespace sonde::dify
