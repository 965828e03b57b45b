#include "sources/span_finisher.h"

namespace sonde {

void SpanFinisher::begin(std::string_view raw, const Location& location) {
  raw_ = raw;
  location_ = location;
  spans_of_document_ = 0;
  document_id_.clear();
}

void SpanFinisher::add(Span& span) {
  span.location = location_;
  if (vocabulary_ == Vocabulary::Attributes) normalize_(span);
  if (fields_.has(Field::SpanId) && span.span_id.empty()) {
    span.span_id = span.message_id.empty() ? document_id() : span.message_id;
    if (spans_of_document_ > 0) span.span_id += "." + std::to_string(spans_of_document_);
  }
  if (span.trace_id.empty()) span.trace_id = span.span_id;
  ++spans_of_document_;
  sink_.add(span);
}

// The same for a record however it is laid out, and for all spans of one document.
const std::string& SpanFinisher::document_id() {
  if (!document_id_.empty()) return document_id_;
  minified_.resize(raw_.size() + simdjson::SIMDJSON_PADDING);
  size_t size = 0;
  const auto error = simdjson::minify(raw_.data(), raw_.size(), minified_.data(), size);
  document_id_ = occurrences_.id_of(
      error == simdjson::SUCCESS ? std::string_view(minified_.data(), size) : raw_);
  return document_id_;
}

}  // namespace sonde
