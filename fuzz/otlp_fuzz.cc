// Bytes as an OTLP request in protobuf, of whichever signal: read to the end, with every span well
// formed and the same whether or not the bytes stand alone.
#include <cstddef>
#include <cstdint>

#include "dialects/normalize.h"
#include "properties.h"
#include "sources/dify/join.h"
#include "sources/otlp/protobuf.h"

namespace {

using namespace sonde;

std::vector<std::string> read(std::string_view bytes, OtlpSignal signal) {
  static const Normalizer kNormalizer;
  ReadOptions options;
  options.strays = Strays::Emit;
  options.spans_max = 1000;
  fuzz::Collector sink;
  Notes notes;
  DifyJoin join(options);
  ReadContext context{options, sink, notes, join, {}, bytes, 0, 0, {}};
  const Result<> done = read_otlp_protobuf(bytes, signal, context);
  CHECK(done || sink.spans.empty());
  CHECK((context.rejected == 0) == context.rejection.empty());
  CHECK(sink.spans.size() <= options.spans_max);
  for (Span& span : sink.spans) {
    kNormalizer.apply(span);
    fuzz::check_span(span);
  }
  return fuzz::sorted_json(sink.spans);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto told = detect_otlp_protobuf(bytes);
  for (const OtlpSignal signal : {OtlpSignal::Traces, OtlpSignal::Logs, OtlpSignal::Metrics}) {
    const std::vector<std::string> spans = read(bytes, signal);
    if (told == signal) fuzz::check_equal(spans, read(std::string(bytes), signal));
  }
  return 0;
}
