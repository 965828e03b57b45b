// Reads a document in a test.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "sources/dify/join.h"
#include "sources/source.h"

namespace sonde {

struct Collector : SpanSink {
  void add(Span& span) override { spans.push_back(span); }
  std::vector<Span> spans;
};

struct Reading {
  std::vector<Span> spans;
  Notes notes;
  uint64_t excluded = 0;
  bool matched = false;
  bool failed = false;
};

inline Reading read_json(const Source& source, std::string_view json,
                         const ReadOptions& options = {}) {
  Reading reading;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string padded(json);
  EXPECT_EQ(parser.parse(padded).get_object().get(object), simdjson::SUCCESS) << json;
  Keys keys;
  keys.assign(object);
  reading.matched = source.matches(keys, object);
  Collector collector;
  DifyJoin join(options);
  ReadContext context{options, collector, reading.notes, join, {}, json, 0, 0, {}};
  reading.failed = !source.read(object, context);
  reading.spans = std::move(collector.spans);
  reading.excluded = context.excluded;
  return reading;
}

}  // namespace sonde
