// What all sources leave to be done to a span: its ids where the log has none, its place, and the
// dialects where it carries a vocabulary.
#pragma once

#include <string>
#include <string_view>

#include "sources/occurrences.h"
#include "sources/reader.h"

namespace sonde {

// Stands before the caller's sink. Not thread-safe; what it refers to must outlive it.
class SpanFinisher final : public SpanSink {
 public:
  SpanFinisher(const FieldSet& fields, const Normalize& normalize, Occurrences& occurrences,
               SpanSink& sink)
      : fields_(fields), normalize_(normalize), occurrences_(occurrences), sink_(sink) {}

  // The spans that follow are of this document; `raw`, its bytes, must stay until the last of them.
  void begin(std::string_view raw, const Location& location);
  // ... and carry this vocabulary.
  void set_vocabulary(Vocabulary vocabulary) { vocabulary_ = vocabulary; }

  void add(Span& span) override;
  void add_score(const Score& score) override { sink_.add_score(score); }

 private:
  const std::string& document_id();

  const FieldSet& fields_;
  const Normalize& normalize_;
  Occurrences& occurrences_;
  SpanSink& sink_;
  std::string_view raw_;
  Location location_;
  Vocabulary vocabulary_ = Vocabulary::None;
  unsigned spans_of_document_ = 0;
  std::string document_id_;  // Empty until a span needs it.
  std::string minified_;
};

}  // namespace sonde
