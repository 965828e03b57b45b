// An OTLP request between its encoding and its spans: what OTLP/JSON and OTLP protobuf both say,
// as views. The decoders (otlp.cc, protobuf.cc) fill it, and emit_request() makes spans of it: it
// alone knows what becomes of resources, scopes, events, links, status and log records.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "sources/source.h"

namespace sonde::otlp {

// Texts that stand nowhere in the request: ids in hex, numbers, lists as JSON.
class Texts {
 public:
  char* room(size_t bytes) { return static_cast<char*>(memory_.allocate(bytes, 1)); }
  std::string_view add(std::string_view text);

 private:
  std::pmr::monotonic_buffer_resource memory_{4096};
};

struct KeyValue {
  std::string_view key;    // Never empty.
  std::string_view value;  // Text as it is; numbers and flags as text; lists and maps as JSON.
};

// Of one of Request's vectors.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct Event {
  std::string_view name;
  uint64_t time = 0;  // Nanoseconds since the epoch; 0: not said.
  Range values;       // Of inner_values.
};

struct Link {
  std::string_view trace_id;
  std::string_view span_id;
  Range values;  // Of inner_values.
};

// Ids are lower-case hex, or what was sent in their place; empty: none.
struct RawSpan {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view parent_span_id;
  std::string_view name;
  std::string_view status_message;
  uint64_t start = 0;  // Nanoseconds since the epoch; 0: not said.
  uint64_t end = 0;
  bool failed = false;  // Its status is an error.
  Range values;         // Of span_values.
  Range events;
  Range links;
  uint32_t resource = 0;
  uint32_t scope = 0;
};

struct RawLog {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view name;
  uint64_t time = 0;
  Range values;  // Of inner_values: its attributes, then the members of its body.
};

struct Scope {
  std::string_view name;
  std::string_view version;
};

// Views last as long as the bytes of the request, and this.
struct Request {
  Texts texts;
  std::vector<Range> resources;  // Of inner_values.
  std::vector<Scope> scopes;
  std::vector<RawSpan> spans;
  std::vector<Event> events;
  std::vector<Link> links;
  std::vector<RawLog> logs;
  std::vector<KeyValue> span_values;
  std::vector<KeyValue> inner_values;
  uint64_t metrics = 0;
};

// Keeps a log record that carries a message of a model call, or a judgement of one, and gives it
// its name where an attribute has it. Others are left out, and counted so: false.
bool take_log(RawLog log, Request& request, ReadContext& context);

// Counts a part that was broken, or a span beyond ReadOptions::spans_max.
void reject(ReadContext& context, std::string_view what, uint64_t byte, std::string_view why);
void reject_beyond_limit(ReadContext& context);

// Emits the request's spans, and the scores that are in their events and in log records.
void emit_request(const Request& request, ReadContext& context);

}  // namespace sonde::otlp
