#include "ingest/replay_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dialects/normalize.h"
#include "ingest/merge.h"
#include "model/span_json.h"
#include "sources/dify/join.h"
#include "sources/input.h"
#include "sources/otlp/protobuf.h"

namespace sonde {
namespace {

// Merges as the store does.
class Merger final : public SpanSink {
 public:
  explicit Merger(Replayed& into) : into_(into) {}

  void add(Span& span) override {
    static const Normalizer kNormalizer;
    Span copy = span;
    kNormalizer.apply(copy);
    if (copy.trace_id.empty()) copy.trace_id = copy.span_id;
    const FiledSpan row = row_of_event(std::move(copy));
    const auto [at, is_new] = into_.rows.try_emplace({row.trace_key, row.span_key}, row);
    if (!is_new) merge_into(at->second, row);
  }
  void add_score(const Score& score) override { into_.scores[score.id + "/" + score.name] = score; }

 private:
  Replayed& into_;
};

// Decompresses by content, as Input does with files.
std::string contents(const std::string& path) {
  const auto input = Input::open(path);
  EXPECT_TRUE(input) << path;
  std::string bytes;
  std::string part(1 << 16, '\0');
  while (const size_t count = (*input)->read(part.data(), part.size()).value()) {
    bytes.append(part, 0, count);
  }
  return bytes;
}

// A message of gRPC: a flag for gzip and the length in four bytes go before it.
std::string grpc_message(const std::string& frame) {
  EXPECT_GE(frame.size(), 5U);
  if (frame[0] == 0) return frame.substr(5);
  const std::string path =
      std::filesystem::temp_directory_path() / fmt::format("sonde-grpc-{}", ::getpid());
  std::ofstream(path, std::ios::binary) << frame.substr(5);
  std::string message = contents(path);
  std::filesystem::remove(path);
  return message;
}

std::string_view member(simdjson::dom::element request, std::string_view key) {
  std::string_view text;
  return request[key].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

void read_json(const std::string& json, ReadContext& context) {
  simdjson::dom::parser parser;
  simdjson::dom::object document;
  ASSERT_EQ(parser.parse(json).get_object().get(document), simdjson::SUCCESS) << json;
  EXPECT_TRUE(read_document(document, context)) << json;
}

// A batch as so many requests as it has events, as Dify sends them.
std::vector<std::string> one_event_each(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array events;
  if (parser.parse(json)["batch"].get_array().get(events) != simdjson::SUCCESS) return {json};
  std::vector<std::string> batches;
  for (const auto event : events) {
    batches.push_back("{\"batch\":[" + std::string(simdjson::minify(event)) + "]}");
  }
  return batches;
}

bool is_telemetry(std::string_view path) {
  static constexpr std::string_view kEnds[] = {"/v1/traces", "/v1/logs",   "/v1/metrics",
                                               "/Export",    "/ingestion", "_annotations"};
  path = path.substr(0, path.find('?'));
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [&](std::string_view end) { return path.ends_with(end); });
}

void read_request(const std::string& folder, simdjson::dom::element request, Batches batches,
                  Merger& sink) {
  const std::string_view path = member(request, "path");
  const std::string_view type = member(request, "content_type");
  const std::string file = folder + "/" + std::string(member(request, "file")) + ".body";
  if (!is_telemetry(path)) return;
  std::string body = contents(file);
  if (type == "application/grpc") body = grpc_message(body);
  ReadOptions options;
  options.strays = Strays::Emit;
  Notes notes;
  DifyJoin join(options);
  ReadContext context{options, sink, notes, join, {}, body, 0, 0, {}};
  if (type == "application/json" && batches == Batches::AsSent) {
    read_json(body, context);
  } else if (type == "application/json") {
    for (const std::string& batch : one_event_each(body)) read_json(batch, context);
  } else {
    const OtlpSignal signal = path.ends_with("/v1/logs")      ? OtlpSignal::Logs
                              : path.ends_with("/v1/metrics") ? OtlpSignal::Metrics
                                                              : OtlpSignal::Traces;
    EXPECT_EQ(detect_otlp_protobuf(body), signal) << file;
    EXPECT_TRUE(read_otlp_protobuf(body, signal, context)) << file;
  }
  EXPECT_EQ(context.rejected, 0U) << file << ": " << context.rejection;
}

}  // namespace

std::vector<const Span*> Replayed::trace(std::string_view trace_id) const {
  std::vector<const Span*> spans;
  const std::string key = key_of_id(trace_id);
  for (auto at = rows.lower_bound({key, ""}); at != rows.end() && at->first.first == key; ++at) {
    spans.push_back(&at->second.span);
  }
  return spans;
}

const Span* Replayed::span(std::string_view trace_id, std::string_view span_id) const {
  const auto found = rows.find({key_of_id(trace_id), key_of_id(span_id)});
  return found == rows.end() ? nullptr : &found->second.span;
}

Replayed replay(const std::string& folder, const std::vector<simdjson::dom::element>& requests,
                Batches batches) {
  Replayed replayed;
  Merger merger(replayed);
  for (const simdjson::dom::element request : requests)
    read_request(folder, request, batches, merger);
  return replayed;
}

std::string text_of(const Replayed& replayed) {
  std::string text;
  for (const auto& [key, row] : replayed.rows) text += to_json(row.span) + "\n";
  for (const auto& [key, score] : replayed.scores) {
    text += fmt::format("{} {} {} {} {} {} {} {} {}\n", key, score.trace_id, score.span_id,
                        score.session_id, score.value.value_or(-1), score.label, score.comment,
                        score.source, score.time.value_or(-1));
  }
  return text;
}

}  // namespace sonde
