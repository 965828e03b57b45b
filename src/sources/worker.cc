#include "sources/worker.h"

#include <algorithm>
#include <cstring>

#include "sources/otlp/otlp.h"
#include "sources/otlp/protobuf.h"

namespace sonde {
namespace {

constexpr size_t kParserBytes = 64 << 10;  // To begin with; it grows with the documents.

// The record separator begins the texts of a JSON text sequence (RFC 7464).
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1e'; }

// Cuts white space, commas and (from the back) brackets that belong to the array around it.
Extent trimmed(const char* data, Extent extent, std::string_view trailing) {
  while (extent.begin < extent.end && is_space(data[extent.begin])) ++extent.begin;
  while (extent.begin < extent.end &&
         (is_space(data[extent.end - 1]) ||
          trailing.find(data[extent.end - 1]) != std::string_view::npos)) {
    --extent.end;
  }
  return extent;
}

}  // namespace

Worker::Worker(Shared shared, SpanSink& sink)
    : shared_(shared),
      finisher_(shared_.request.options.fields, shared_.request.normalize, shared_.occurrences,
                sink),
      context_{.options = shared_.request.options,
               .sink = finisher_,
               .notes = notes_,
               .dify = shared_.dify,
               .location = {},
               .raw = {},
               .span = {}},
      flat_(shared_.request.options.fields, shared_.request.options.nesting_max) {
  // Reserves, and sets the depth beyond which a record is rejected.
  const auto error = parser_.allocate(kParserBytes, shared_.request.options.nesting_max);
  CHECK(error == simdjson::SUCCESS);
}

void Worker::run() {
  while (shared_.request.stop == nullptr ||
         !shared_.request.stop->load(std::memory_order_relaxed)) {
    const Result<bool> more = shared_.blocks.next(block_);
    if (more && !*more) return;
    if (more) {
      read_block();
    } else if (block_.file != nullptr) {
      files_[block_.file->index].error = more.error().message;
    }
  }
}

void Worker::read_block() {
  counts_ = &files_[block_.file->index];
  for (size_t i = 0; i < block_.documents.size(); ++i) {
    const bool is_binary = block_.file->layout == Layout::Request;
    const Extent document =
        is_binary ? block_.documents[i] : trimmed(block_.buffer.data(), block_.documents[i], "");
    if (document.begin == document.end) continue;
    const bool is_cut = block_.too_large && i + 1 == block_.documents.size();
    const uint64_t size = document.end - document.begin;
    if (!is_cut && size <= shared_.request.options.document_bytes_max) {
      read_extent(document);
    } else if (!recover(document)) {
      ++counts_->rejected;
      shared_.rejects.add(block_, document,
                          fmt::format("larger than {} bytes (document-bytes-max)",
                                      shared_.request.options.document_bytes_max));
    }
  }
}

void Worker::read_extent(Extent extent) {
  const Result<> done =
      read_document_at(block_.buffer.data() + extent.begin, extent.end - extent.begin);
  if (done) {
    ++counts_->documents;
    report_parts(extent);
    return;
  }
  if (block_.file->layout == Layout::Documents && recover(extent)) return;
  ++counts_->rejected;
  shared_.rejects.add(block_, extent, done.error().message);
}

// A document that was read, but for some of its parts.
void Worker::report_parts(Extent extent) {
  if (context_.rejected == 0) return;
  ++counts_->rejected;
  shared_.rejects.add(block_, extent,
                      fmt::format("{} parts left out, the first of them: {}", context_.rejected,
                                  context_.rejection));
}

Result<> Worker::read_request(std::string_view bytes) {
  const auto signal = detect_otlp_protobuf_prefix(bytes);
  if (!signal) return fail(Code::InvalidInput, "not an OTLP request");
  ++counts_->sources[std::string(kOtlp.name)];
  finisher_.set_vocabulary(kOtlp.vocabulary);
  return read_otlp_protobuf(bytes, *signal, context_);
}

size_t Worker::capacity_from(const char* data) const {
  return block_.buffer.capacity() - static_cast<size_t>(data - block_.buffer.data());
}

Result<> Worker::read_document_at(const char* data, size_t size) {
  context_.location = {block_.file->index,
                       block_.offset + static_cast<uint64_t>(data - block_.buffer.data())};
  context_.raw = std::string_view(data, size);
  context_.rejected = 0;
  context_.rejection.clear();
  finisher_.begin(context_.raw, context_.location);
  if (block_.file->layout == Layout::Request) return read_request(context_.raw);
  FlatOutcome outcome = FlatOutcome::OtherFormat;
  if (flat_first_ && *data == '{') {
    TRY(read_flat(data, size, FlatReader::Certainty::Maybe, outcome));
    if (outcome == FlatOutcome::Read) return {};
  }
  simdjson::dom::element element;
  // The buffer has the padding the parser wants.
  const auto error =
      parser_.parse(data, size, capacity_from(data) < size + simdjson::SIMDJSON_PADDING)
          .get(element);
  if (error) return fail(Code::InvalidInput, "malformed JSON: {}", simdjson::error_message(error));
  simdjson::dom::object object;
  const bool is_object = element.get_object().get(object) == simdjson::SUCCESS;
  if (is_object && detect_source(object) == nullptr) {
    TRY(read_flat(data, size, FlatReader::Certainty::Certain, outcome));
    flat_first_ = outcome == FlatOutcome::Read;
    if (flat_first_) return {};
  }
  flat_first_ = false;
  return read_element(element);
}

// An object, or an array of them on a line of its own.
Result<> Worker::read_element(simdjson::dom::element element) {
  simdjson::dom::array array;
  if (element.get_array().get(array) == simdjson::SUCCESS) {
    for (const auto inner : array) TRY(read_element(inner));
    return {};
  }
  simdjson::dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) {
    return fail(Code::InvalidInput, "a JSON value that is no object");
  }
  const Source* const source = detect_source(object);
  if (source == nullptr) return read_document(object, context_);  // Says what is missing.
  ++counts_->sources[std::string(source->name)];
  finisher_.set_vocabulary(source->vocabulary);
  return source->read(object, context_);
}

Result<> Worker::read_flat(const char* data, size_t size, FlatReader::Certainty certainty,
                           FlatOutcome& outcome) {
  Span& span = context_.span;
  span.clear();
  outcome =
      TRY(flat_.read(data, size, block_.file->units, certainty, span, notes_, context_.location));
  if (outcome != FlatOutcome::Read) return {};
  auto found = counts_->sources.find(std::string_view(span.source));
  if (found == counts_->sources.end()) found = counts_->sources.emplace(span.source, 0).first;
  ++found->second;
  finisher_.set_vocabulary(Vocabulary::None);
  finisher_.add(span);
  return {};
}

// An array or a run of documents that lost its balance (a brace or a quote is missing): looks for
// records by line instead, at the indentation of the broken one. True when it found more than one.
bool Worker::recover(Extent extent) {
  const char* const data = block_.buffer.data();
  const std::optional<std::string> start = sibling_start(data, extent.begin);
  if (!start) return false;
  const std::string_view text(data, extent.end);
  std::vector<size_t> begins = {extent.begin};
  for (size_t at = text.find(*start, extent.begin); at != std::string_view::npos;
       at = text.find(*start, at + 1)) {
    begins.push_back(at + start->size() - 1);
  }
  if (begins.size() == 1) return false;
  begins.push_back(extent.end);
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    Extent piece = trimmed(data, {begins[i], begins[i + 1]}, ",");
    Result<> done = read_document_at(data + piece.begin, piece.end - piece.begin);
    if (!done) {  // The last element has the array's end behind it.
      piece = trimmed(data, piece, ",]");
      done = read_document_at(data + piece.begin, piece.end - piece.begin);
    }
    if (done) {
      ++counts_->documents;
    } else {
      ++counts_->rejected;
      shared_.rejects.add(block_, piece, done.error().message);
    }
  }
  return true;
}

}  // namespace sonde
