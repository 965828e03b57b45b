#include "ingest/live_decoder.h"

#include <algorithm>

#include "ingest/merge.h"
#include "ingest/span_writer.h"
#include "sources/otlp/otlp.h"

namespace sonde {
namespace {

constexpr LiveFormatRow kFormats[] = {
    {LiveFormat::OtlpJson, "otlp-json", "otlp"},
    {LiveFormat::OtlpTraces, "otlp-protobuf-traces", "otlp"},
    {LiveFormat::OtlpLogs, "otlp-protobuf-logs", "otlp"},
    {LiveFormat::OtlpMetrics, "otlp-protobuf-metrics", "otlp"},
    {LiveFormat::LangfuseBatch, "langfuse-batch", "langfuse"},
};

class RowSink final : public SpanSink {
 public:
  explicit RowSink(DecodedRequest& decoded) : decoded_(decoded) {}
  void add(Span& span) override {
    decoded_.bytes += weight_of(span);
    decoded_.rows.push_back(row_of_event(span));
  }
  // Not stored yet.
  void add_score(const Score&) override { ++decoded_.excluded; }

 private:
  DecodedRequest& decoded_;
};

// Takes over what was counted beside the spans.
void add_reading(const DocumentReading& reading, DecodedRequest& decoded) {
  decoded.excluded += reading.excluded;
  if (reading.rejected == 0) return;
  decoded.rejected[classify_reject(reading.rejection)] += reading.rejected;
  decoded.rejection = reading.rejection;
}

Result<simdjson::dom::object> parse(simdjson::dom::parser& parser, std::string_view body,
                                    size_t nesting_max) {
  auto error = parser.allocate(std::max<size_t>(body.size(), 64), nesting_max);
  simdjson::dom::element element;
  if (!error) error = parser.parse(body.data(), body.size(), false).get(element);
  if (error) return fail(Code::InvalidInput, "malformed JSON: {}", simdjson::error_message(error));
  simdjson::dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return fail(Code::InvalidInput, "the body is no JSON object");
  return object;
}

}  // namespace

const LiveFormatRow& row_of(LiveFormat format) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [&](const LiveFormatRow& row) { return row.format == format; });
}

std::optional<LiveFormat> parse_live_format(std::string_view name) {
  for (const LiveFormatRow& row : kFormats) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

uint64_t DecodedRequest::rejected_count() const {
  uint64_t count = 0;
  for (const auto& [reason, of_reason] : rejected) count += of_reason;
  return count;
}

LiveDecoder::LiveDecoder(ReadOptions options, Normalize normalize)
    : reader_(
          [&] {
            options.fields = FieldSet::all();
            options.strays = Strays::Emit;
            return options;
          }(),
          std::move(normalize)),
      nesting_max_(options.nesting_max) {}

Result<DecodedRequest> LiveDecoder::decode(LiveFormat format, std::string_view body) const {
  switch (format) {
    case LiveFormat::OtlpJson:
      return decode_otlp_json(body);
    case LiveFormat::OtlpTraces:
      return decode_otlp_protobuf(body, OtlpSignal::Traces);
    case LiveFormat::OtlpLogs:
      return decode_otlp_protobuf(body, OtlpSignal::Logs);
    case LiveFormat::OtlpMetrics:
      return decode_otlp_protobuf(body, OtlpSignal::Metrics);
    case LiveFormat::LangfuseBatch:
      return decode_langfuse(body);
  }
  return fail(Code::Internal, "a format without a reader");
}

Result<DecodedRequest> LiveDecoder::decode_otlp_json(std::string_view body) const {
  // An object without any of the keys is no request, but for the empty one, which is valid.
  simdjson::dom::parser parser;
  const simdjson::dom::object object = TRY(parse(parser, body, nesting_max_));
  DecodedRequest decoded;
  if (object.size() == 0) return decoded;
  Keys keys;
  keys.assign(object);
  if (!kOtlp.matches(keys, object)) {
    return fail(Code::InvalidInput,
                "the body has none of the arrays resourceSpans, resourceLogs and resourceMetrics");
  }
  RowSink sink(decoded);
  add_reading(TRY(reader_.read(kOtlp, body, sink)), decoded);
  return decoded;
}

Result<DecodedRequest> LiveDecoder::decode_otlp_protobuf(std::string_view body,
                                                         OtlpSignal signal) const {
  DecodedRequest decoded;
  RowSink sink(decoded);
  add_reading(TRY(reader_.read_protobuf(body, signal, sink)), decoded);
  return decoded;
}

Result<DecodedRequest> LiveDecoder::decode_langfuse(std::string_view body) const {
  simdjson::dom::parser parser;
  DecodedRequest decoded;
  const simdjson::dom::object object = TRY(parse(parser, body, nesting_max_));
  decoded.events = TRY(list_langfuse_events(object));
  RowSink sink(decoded);
  add_reading(TRY(reader_.read(kLangfuseBatch, body, sink)), decoded);
  for (const LangfuseEvent& event : decoded.events) {
    if (event.error.empty()) continue;
    ++decoded.rejected[RejectReason::NotUnderstood];
    if (decoded.rejection.empty()) decoded.rejection = event.error;
  }
  return decoded;
}

}  // namespace sonde
