// Every source: any JSON documents, one a line, give sound spans; the order of the documents and
// the memory for joins change nothing; what `convert` writes is read back as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/hash.h"
#include "dialects/normalize.h"
#include "properties.h"
#include "sources/dify/join.h"

namespace {

using namespace sonde;

const Normalizer& normalizer() {
  static const Normalizer kNormalizer;
  return kNormalizer;
}

// Gives the spans of a vocabulary their fields, as the program does.
class NormalizingSink final : public SpanSink {
 public:
  explicit NormalizingSink(SpanSink& next) : next_(next) {}
  void add(Span& span) override {
    if (vocabulary != Vocabulary::Attributes) return next_.add(span);
    const size_t before = span.attributes.size();
    Span again = span;
    normalizer().apply(span);
    normalizer().apply(again);
    CHECK(to_json(span) == to_json(again));
    CHECK(span.attributes.size() <= before);
    next_.add(span);
  }
  Vocabulary vocabulary = Vocabulary::None;

 private:
  SpanSink& next_;
};

using Document = simdjson::dom::object;

std::vector<Span> read_all(const std::vector<std::string>& lines, const ReadOptions& options) {
  fuzz::Collector collector;
  NormalizingSink sink(collector);
  Notes notes;
  DifyJoin join(options);
  ReadContext context{options, sink, notes, join, {}, {}, 0, 0, {}};
  simdjson::dom::parser parser;
  CHECK(parser.allocate(1 << 16, options.nesting_max) == simdjson::SUCCESS);
  for (const std::string& line : lines) {
    Document object;
    if (parser.parse(line).get_object().get(object) != simdjson::SUCCESS) continue;
    context.raw = line;
    const Source* const source = detect_source(object);
    sink.vocabulary = source == nullptr ? Vocabulary::None : source->vocabulary;
    const auto done = read_document(object, context);
    CHECK(source != nullptr || !done);
    context.location.byte += line.size() + 1;
  }
  sink.vocabulary = Vocabulary::None;
  SpanSink* const sinks[] = {&sink};
  CHECK(join.finish(sinks, notes, context.excluded).has_value());
  return std::move(collector.spans);
}

void check_converted(std::vector<Span> spans) {
  std::vector<std::string> written;
  for (Span& span : spans) {
    if (span.span_id.empty()) span.span_id = "made-by-the-reader";
    written.push_back(to_json(span));
  }
  const std::vector<Span> again = read_all(written, {});
  CHECK(again.size() == spans.size());
  for (size_t i = 0; i < again.size(); ++i) fuzz::check_equal({to_json(again[i])}, {written[i]});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines;
  for (const std::string_view part : fuzz::split(text, '\n', 16)) lines.emplace_back(part);
  const std::vector<Span> spans = read_all(lines, {});
  for (const Span& span : spans) fuzz::check_span(span);
  const std::vector<std::string> sorted = fuzz::sorted_json(spans);

  if (lines.size() > 1) {
    std::reverse(lines.begin(), lines.end());
    // Temporary files are slow: one input in eight makes them.
    const bool spill = hash_bytes(text) % 8 == 0;
    const ReadOptions options{.memory_bytes_max = spill ? 1U : 1U << 29};
    fuzz::check_equal(fuzz::sorted_json(read_all(lines, options)), sorted);
  }
  check_converted(spans);
  return 0;
}
