// Reads a document in a test.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "sources/dify/join.h"
#include "sources/otlp/protobuf.h"
#include "sources/source.h"

namespace sonde {

struct Collector : SpanSink {
  void add(Span& span) override { spans.push_back(span); }
  void add_score(const Score& score) override { scores.push_back(score); }
  std::vector<Span> spans;
  std::vector<Score> scores;
};

struct Reading {
  std::vector<Span> spans;
  std::vector<Score> scores;
  Notes notes;
  uint64_t excluded = 0;
  uint64_t rejected = 0;
  std::string rejection;
  std::string error;
  bool matched = false;
  bool failed = false;
};

// What `read` does to a context, as a reading.
template <class Read>
Reading reading_of(const ReadOptions& options, std::string_view raw, const Read& read) {
  Reading reading;
  Collector collector;
  DifyJoin join(options);
  ReadContext context{options, collector, reading.notes, join, {}, raw, 0, 0, {}};
  const Result<> done = read(context);
  reading.failed = !done;
  if (!done) reading.error = done.error().message;
  reading.spans = std::move(collector.spans);
  reading.scores = std::move(collector.scores);
  reading.excluded = context.excluded;
  reading.rejected = context.rejected;
  reading.rejection = context.rejection;
  return reading;
}

inline Reading read_json(const Source& source, std::string_view json,
                         const ReadOptions& options = {}) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string padded(json);
  EXPECT_EQ(parser.parse(padded).get_object().get(object), simdjson::SUCCESS) << json;
  Keys keys;
  keys.assign(object);
  Reading reading =
      reading_of(options, json, [&](ReadContext& context) { return source.read(object, context); });
  reading.matched = source.matches(keys, object);
  return reading;
}

inline Reading read_protobuf(std::string_view bytes, OtlpSignal signal = OtlpSignal::Traces,
                             const ReadOptions& options = {}) {
  return reading_of(options, bytes, [&](ReadContext& context) {
    return read_otlp_protobuf(bytes, signal, context);
  });
}

}  // namespace sonde
