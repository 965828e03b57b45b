// How fast OTLP protobuf becomes canonical spans, beside libprotobuf's parsing alone and beside the
// least that any reader must do: walk over every field and check the texts. See bench/README.md.
//
//     cmake --build --preset release --target decode_bench && build/release/decode_bench
#include <benchmark/benchmark.h>
#include <google/protobuf/arena.h>
#include <otlp.pb.h>

#include <string>

#include "dialects/normalize.h"
#include "sources/dify/join.h"
#include "sources/otlp/protobuf.h"
#include "sources/otlp/wire.h"

namespace sonde {
namespace {

constexpr int kSpans = 100;  // A request.

void add(otlp_oracle::Span& span, const char* key, const std::string& value) {
  auto& pair = *span.add_attributes();
  pair.set_key(key);
  pair.mutable_value()->set_string_value(value);
}

void add(otlp_oracle::Span& span, const char* key, int64_t value) {
  auto& pair = *span.add_attributes();
  pair.set_key(key);
  pair.mutable_value()->set_int_value(value);
}

// Prose with what prose has: quotes, line ends, a letter beyond ASCII here and there.
std::string prose(size_t bytes, unsigned seed) {
  static constexpr const char* kWords[] = {"the ",         "order ",       "was ",     "sent ",
                                           "\\\"now\\\" ", "caf\xc3\xa9 ", "address ", "to\\n",
                                           "please ",      "check "};
  std::string text;
  while (text.size() < bytes) {
    seed = seed * 1664525 + 1013904223;
    text += kWords[(seed >> 16) % std::size(kWords)];
  }
  return text;
}

// A model call as OpenTelemetry's GenAI conventions have it: 14 attributes, 2.8 KB in all.
void fill(otlp_oracle::Span& span, unsigned number) {
  span.set_trace_id("0123456789abcde" + std::string(1, static_cast<char>('a' + number % 20)));
  span.set_span_id("span" + std::to_string(1000 + number));
  span.set_parent_span_id("parent01");
  span.set_name("chat gpt-4o-mini");
  span.set_kind(3);
  span.set_start_time_unix_nano(1767225600000000000 + number * 1000000U);
  span.set_end_time_unix_nano(1767225601000000000 + number * 1000000U);
  add(span, "gen_ai.operation.name", "chat");
  add(span, "gen_ai.provider.name", "openai");
  add(span, "gen_ai.request.model", "gpt-4o-mini");
  add(span, "gen_ai.response.model", "gpt-4o-mini-2024-07-18");
  add(span, "gen_ai.response.id", "chatcmpl-" + std::to_string(100000 + number));
  add(span, "gen_ai.request.max_tokens", int64_t{256});
  auto& temperature = *span.add_attributes();
  temperature.set_key("gen_ai.request.temperature");
  temperature.mutable_value()->set_double_value(0.2);
  add(span, "gen_ai.usage.input_tokens", int64_t{300 + number});
  add(span, "gen_ai.usage.output_tokens", int64_t{120});
  auto& reasons = *span.add_attributes();
  reasons.set_key("gen_ai.response.finish_reasons");
  reasons.mutable_value()->mutable_array_value()->add_values()->set_string_value("stop");
  add(span, "user.id", "user-" + std::to_string(number % 17));
  add(span, "gen_ai.conversation.id", "session-" + std::to_string(number % 31));
  add(span, "gen_ai.input.messages",
      R"([{"role":"system","parts":[{"type":"text","content":")" + prose(300, number) +
          R"("}]},{"role":"user","parts":[{"type":"text","content":")" + prose(950, number + 7) +
          R"("}]}])");
  add(span, "gen_ai.output.messages",
      R"([{"role":"assistant","parts":[{"type":"text","content":")" + prose(620, number + 9) +
          R"("}],"finish_reason":"stop"}])");
}

const std::string& request_bytes() {
  static const std::string kBytes = [] {
    otlp_oracle::ExportTraceServiceRequest request;
    auto& group = *request.add_resource_spans();
    for (const auto& [key, value] :
         {std::pair("service.name", "shop"), std::pair("deployment.environment.name", "live"),
          std::pair("telemetry.sdk.language", "python"), std::pair("host.name", "web-1")}) {
      auto& pair = *group.mutable_resource()->add_attributes();
      pair.set_key(key);
      pair.mutable_value()->set_string_value(value);
    }
    auto& scope = *group.add_scope_spans();
    scope.mutable_scope()->set_name("instrumentation.openai");
    for (unsigned i = 0; i < kSpans; ++i) fill(*scope.add_spans(), i);
    return request.SerializeAsString();
  }();
  return kBytes;
}

void count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * kSpans);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request_bytes().size()));
}

void libprotobuf_arena(benchmark::State& state) {
  const std::string& bytes = request_bytes();
  std::string block(8 << 20, '\0');
  for (auto _ : state) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block.data();
    options.initial_block_size = block.size();
    google::protobuf::Arena arena(options);
    auto* const request =
        google::protobuf::Arena::CreateMessage<otlp_oracle::ExportTraceServiceRequest>(&arena);
    CHECK(request->ParseFromString(bytes));
    benchmark::DoNotOptimize(request);
  }
  count(state);
}
BENCHMARK(libprotobuf_arena);

// Which length-delimited fields of a message are messages, by the message's place in the request.
enum class Place { Request, Group, Scope, Span, Pair, Value, List };

uint64_t walk(std::string_view bytes, Place place) {
  uint64_t sum = 0;
  for (otlp::pbf_reader reader = otlp::message_of(bytes); reader.next();) {
    const uint32_t tag = reader.tag();
    if (reader.wire_type() != otlp::pbf_wire_type::length_delimited) {
      reader.skip();
      continue;
    }
    switch (place) {
      case Place::Request:
        sum += walk(otlp::view_of(reader), Place::Group);
        break;
      case Place::Group:
        if (tag == 2) {
          sum += walk(otlp::view_of(reader), Place::Scope);
        } else {
          reader.skip();
        }
        break;
      case Place::Scope:
        if (tag == 2) {
          sum += walk(otlp::view_of(reader), Place::Span);
        } else {
          reader.skip();
        }
        break;
      case Place::Span:
        sum += tag == 9   ? walk(otlp::view_of(reader), Place::Pair)
               : tag == 5 ? otlp::text_of(reader).size()
                          : otlp::view_of(reader).size();
        break;
      case Place::Pair:
        sum += tag == 2 ? walk(otlp::view_of(reader), Place::Value) : otlp::text_of(reader).size();
        break;
      case Place::Value:
        sum += tag == 5 ? walk(otlp::view_of(reader), Place::List) : otlp::text_of(reader).size();
        break;
      case Place::List:
        sum += walk(otlp::view_of(reader), Place::Value);
        break;
    }
  }
  return sum;
}

void wire_walk(benchmark::State& state) {
  const std::string& bytes = request_bytes();
  for (auto _ : state) benchmark::DoNotOptimize(walk(bytes, Place::Request));
  count(state);
}
BENCHMARK(wire_walk);

class Sink final : public SpanSink {
 public:
  explicit Sink(const Normalizer* normalizer) : normalizer_(normalizer) {}
  void add(Span& span) override {
    if (normalizer_ != nullptr) {
      normalizer_->apply(span);
      CHECK(span.input_tokens && span.output_form == Form::Messages);
    }
    benchmark::DoNotOptimize(span);
  }

 private:
  const Normalizer* normalizer_;
};

void read(benchmark::State& state, const Normalizer* normalizer) {
  const std::string& bytes = request_bytes();
  const ReadOptions options;
  Notes notes;
  DifyJoin join(options);
  Sink sink(normalizer);
  ReadContext context{options, sink, notes, join, {}, bytes, 0, 0, {}};
  for (auto _ : state) CHECK(read_otlp_protobuf(bytes, OtlpSignal::Traces, context));
  count(state);
}

void decode(benchmark::State& state) { read(state, nullptr); }
BENCHMARK(decode);

void decode_and_normalize(benchmark::State& state) {
  static const Normalizer kNormalizer;
  read(state, &kNormalizer);
}
BENCHMARK(decode_and_normalize);

}  // namespace
}  // namespace sonde

BENCHMARK_MAIN();
