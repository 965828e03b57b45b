#include "sources/document.h"

#include "sources/dify/join.h"
#include "sources/span_finisher.h"

namespace sonde {

template <class Read>
Result<DocumentReading> DocumentReader::read_with(std::string_view raw, SpanSink& sink,
                                                  const Read& read) const {
  Occurrences occurrences;
  DifyJoin dify(options_);
  Notes notes;
  SpanFinisher finisher(options_.fields, normalize_, occurrences, sink);
  finisher.begin(raw, {});
  finisher.set_vocabulary(Vocabulary::Attributes);
  ReadContext context{.options = options_,
                      .sink = finisher,
                      .notes = notes,
                      .dify = dify,
                      .location = {},
                      .raw = raw,
                      .span = {}};
  TRY(read(context));
  return DocumentReading{context.excluded, context.rejected, std::move(context.rejection)};
}

Result<DocumentReading> DocumentReader::read(const Source& source, std::string_view json,
                                             SpanSink& sink) const {
  return read_with(json, sink, [&](ReadContext& context) -> Result<> {
    simdjson::dom::parser parser;
    auto error = parser.allocate(std::max<size_t>(json.size(), 64), options_.nesting_max);
    simdjson::dom::element element;
    if (!error) {
      // Padded by the contract of this function.
      error = parser.parse(json.data(), json.size(), /*realloc_if_needed=*/false).get(element);
    }
    if (error)
      return fail(Code::InvalidInput, "malformed JSON: {}", simdjson::error_message(error));
    simdjson::dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS)
      return fail(Code::InvalidInput, "the body is no JSON object");
    return source.read(object, context);
  });
}

Result<DocumentReading> DocumentReader::read_protobuf(std::string_view bytes, OtlpSignal signal,
                                                      SpanSink& sink) const {
  return read_with(bytes, sink, [&](ReadContext& context) {
    return read_otlp_protobuf(bytes, signal, context);
  });
}

}  // namespace sonde
