#include "sources/otlp/protobuf.h"

#include "sources/otlp/any_value.h"
#include "sources/otlp/request.h"
#include "sources/otlp/wire.h"
#include "sources/otlp/wire_value.h"

namespace sonde {
namespace {

using otlp::bytes_at;
using otlp::fixed64_at;
using otlp::message_of;
using otlp::pbf_reader;
using otlp::Range;
using otlp::text_of;
using otlp::varint_at;
using otlp::view_of;

constexpr int kStatusError = 2;

template <class T>
uint32_t count(const std::vector<T>& all) {
  return static_cast<uint32_t>(all.size());
}

// Reads the bytes of a request into the request.
class Decoder {
 public:
  Decoder(std::string_view bytes, otlp::Request& request, ReadContext& context)
      : bytes_(bytes), request_(request), context_(context) {}

  // Throws what protozero throws when the bytes around spans are malformed; at() is then where.
  void read(OtlpSignal signal) {
    for (pbf_reader request = message_of(bytes_); next(request);) {
      if (request.tag_and_type() == bytes_at(1)) {
        read_group(view_of(request), signal);
      } else {
        request.skip();
      }
    }
  }

  uint64_t at() const { return static_cast<uint64_t>(at_ - bytes_.data()); }

 private:
  // Marks where the field begins, for errors.
  bool next(pbf_reader& reader) {
    at_ = reader.data().data();
    return reader.next();
  }

  uint64_t place(std::string_view part) const {
    return static_cast<uint64_t>(part.data() - bytes_.data());
  }

  // A ResourceSpans, ResourceLogs or ResourceMetrics: {resource, scopes}.
  void read_group(std::string_view bytes, OtlpSignal signal) {
    const uint32_t resource = count(request_.resources);
    request_.resources.emplace_back();
    for (pbf_reader group = message_of(bytes); next(group);) {
      if (group.tag_and_type() == bytes_at(1)) {
        const std::string_view part = view_of(group);
        attempt("resource", part, [&] { read_resource(part, resource); });
      } else if (group.tag_and_type() == bytes_at(2)) {
        read_scope(view_of(group), resource, signal);
      } else {
        group.skip();
      }
    }
  }

  // {scope, spans}, or log records or metrics.
  void read_scope(std::string_view bytes, uint32_t resource, OtlpSignal signal) {
    const uint32_t scope = count(request_.scopes);
    request_.scopes.emplace_back();
    for (pbf_reader group = message_of(bytes); next(group);) {
      if (group.tag_and_type() == bytes_at(1)) {
        const std::string_view part = view_of(group);
        attempt("scope", part, [&] { read_scope_name(part, request_.scopes[scope]); });
      } else if (group.tag_and_type() == bytes_at(2)) {
        const std::string_view part = view_of(group);
        if (signal == OtlpSignal::Metrics) {
          ++request_.metrics;
        } else if (signal == OtlpSignal::Logs) {
          attempt("log record", part, [&] { read_log(part); });
        } else if (request_.spans.size() >= context_.options.spans_max) {
          otlp::reject_beyond_limit(context_);
        } else {
          attempt("span", part, [&] { read_span(part, resource, scope); });
        }
      } else {
        group.skip();
      }
    }
  }

  // One part, which is left out whole when it is broken.
  template <class Read>
  void attempt(std::string_view what, std::string_view part, const Read& read) {
    const size_t spans = request_.spans.size();
    const size_t events = request_.events.size();
    const size_t links = request_.links.size();
    const size_t logs = request_.logs.size();
    const size_t span_values = request_.span_values.size();
    const size_t inner_values = request_.inner_values.size();
    try {
      read();
    } catch (const protozero::exception& error) {
      request_.spans.resize(spans);
      request_.events.resize(events);
      request_.links.resize(links);
      request_.logs.resize(logs);
      request_.span_values.resize(span_values);
      request_.inner_values.resize(inner_values);
      otlp::reject(context_, what, place(part), error.what());
    }
  }

  void add(std::string_view bytes, std::vector<otlp::KeyValue>& into) {
    std::string_view key;
    std::string_view value;
    bool has_value = false;
    for (pbf_reader pair = message_of(bytes); pair.next();) {
      if (pair.tag_and_type() == bytes_at(1)) {
        key = text_of(pair);
      } else if (pair.tag_and_type() == bytes_at(2)) {
        value = value_text(view_of(pair));
        has_value = true;
      } else {
        pair.skip();
      }
    }
    if (!key.empty() && has_value) into.push_back({key, value});
  }

  void read_resource(std::string_view bytes, uint32_t index) {
    Range range;
    range.begin = count(request_.inner_values);
    for (pbf_reader resource = message_of(bytes); resource.next();) {
      if (resource.tag_and_type() == bytes_at(1)) {
        add(view_of(resource), request_.inner_values);
      } else {
        resource.skip();
      }
    }
    range.end = count(request_.inner_values);
    request_.resources[index] = range;  // Now that it is whole.
  }

  static void read_scope_name(std::string_view bytes, otlp::Scope& scope) {
    otlp::Scope read;
    for (pbf_reader message = message_of(bytes); message.next();) {
      if (message.tag_and_type() == bytes_at(1)) {
        read.name = text_of(message);
      } else if (message.tag_and_type() == bytes_at(2)) {
        read.version = text_of(message);
      } else {
        message.skip();
      }
    }
    scope = read;
  }

  std::string_view value_text(std::string_view bytes) {
    return otlp::wire_value_text(bytes, request_.texts);
  }

  std::string_view id(pbf_reader& reader, size_t size) {
    return otlp::id_of_bytes(view_of(reader), size, request_.texts);
  }

  void read_span(std::string_view bytes, uint32_t resource, uint32_t scope) {
    otlp::RawSpan span;
    span.resource = resource;
    span.scope = scope;
    span.values.begin = count(request_.span_values);
    span.events.begin = count(request_.events);
    span.links.begin = count(request_.links);
    for (pbf_reader message = message_of(bytes); message.next();) {
      switch (message.tag_and_type()) {
        case bytes_at(1):
          span.trace_id = id(message, 16);
          break;
        case bytes_at(2):
          span.span_id = id(message, 8);
          break;
        case bytes_at(4):
          span.parent_span_id = id(message, 8);
          break;
        case bytes_at(5):
          span.name = text_of(message);
          break;
        case fixed64_at(7):
          span.start = message.get_fixed64();
          break;
        case fixed64_at(8):
          span.end = message.get_fixed64();
          break;
        case bytes_at(9):
          add(view_of(message), request_.span_values);
          break;
        case bytes_at(11):
          read_event(view_of(message));
          break;
        case bytes_at(13):
          read_link(view_of(message));
          break;
        case bytes_at(15):
          read_status(view_of(message), span);
          break;
        default:
          message.skip();
      }
    }
    span.values.end = count(request_.span_values);
    span.events.end = count(request_.events);
    span.links.end = count(request_.links);
    request_.spans.push_back(span);
  }

  void read_event(std::string_view bytes) {
    otlp::Event event;
    event.values.begin = count(request_.inner_values);
    for (pbf_reader message = message_of(bytes); message.next();) {
      switch (message.tag_and_type()) {
        case fixed64_at(1):
          event.time = message.get_fixed64();
          break;
        case bytes_at(2):
          event.name = text_of(message);
          break;
        case bytes_at(3):
          add(view_of(message), request_.inner_values);
          break;
        default:
          message.skip();
      }
    }
    event.values.end = count(request_.inner_values);
    request_.events.push_back(event);
  }

  void read_link(std::string_view bytes) {
    otlp::Link link;
    link.values.begin = count(request_.inner_values);
    for (pbf_reader message = message_of(bytes); message.next();) {
      switch (message.tag_and_type()) {
        case bytes_at(1):
          link.trace_id = id(message, 16);
          break;
        case bytes_at(2):
          link.span_id = id(message, 8);
          break;
        case bytes_at(4):
          add(view_of(message), request_.inner_values);
          break;
        default:
          message.skip();
      }
    }
    link.values.end = count(request_.inner_values);
    request_.links.push_back(link);
  }

  static void read_status(std::string_view bytes, otlp::RawSpan& span) {
    for (pbf_reader status = message_of(bytes); status.next();) {
      if (status.tag_and_type() == bytes_at(2)) {
        span.status_message = text_of(status);
      } else if (status.tag_and_type() == varint_at(3)) {
        span.failed = status.get_enum() == kStatusError;
      } else {
        status.skip();
      }
    }
  }

  void read_log(std::string_view bytes) {
    otlp::RawLog log;
    std::string_view body;
    bool has_body = false;
    log.values.begin = count(request_.inner_values);
    for (pbf_reader record = message_of(bytes); record.next();) {
      switch (record.tag_and_type()) {
        case fixed64_at(1):
          log.time = record.get_fixed64();
          break;
        case bytes_at(5):
          body = view_of(record);
          has_body = true;
          break;
        case bytes_at(6):
          add(view_of(record), request_.inner_values);
          break;
        case bytes_at(9):
          log.trace_id = id(record, 16);
          break;
        case bytes_at(10):
          log.span_id = id(record, 8);
          break;
        case bytes_at(12):
          log.name = text_of(record);
          break;
        default:
          record.skip();
      }
    }
    if (has_body) read_body(body);
    log.values.end = count(request_.inner_values);
    if (!otlp::take_log(log, request_, context_)) request_.inner_values.resize(log.values.begin);
  }

  // The members of a map, or the whole of another value.
  void read_body(std::string_view bytes) {
    bool is_map = false;
    for (pbf_reader value = message_of(bytes); value.next();) {
      if (value.tag_and_type() != bytes_at(6)) {
        value.skip();
        continue;
      }
      is_map = true;
      for (pbf_reader list = value.get_message(); list.next();) {
        if (list.tag_and_type() == bytes_at(1)) {
          add(view_of(list), request_.inner_values);
        } else {
          list.skip();
        }
      }
    }
    if (!is_map) request_.inner_values.push_back({"body", value_text(bytes)});
  }

  std::string_view bytes_;
  otlp::Request& request_;
  ReadContext& context_;
  const char* at_ = nullptr;
};

// What distinguishes the three: a span begins with bytes (its trace id), or has its ids and times
// where the others have none; a log record has its time first; a metric its name and data.
std::optional<OtlpSignal> signal_of(std::string_view bytes) {
  bool has_name = false;
  for (pbf_reader message = message_of(bytes); message.next(); message.skip()) {
    switch (message.tag_and_type()) {
      case fixed64_at(1):   // LogRecord.time_unix_nano
      case varint_at(2):    // LogRecord.severity_number
      case fixed64_at(11):  // LogRecord.observed_time_unix_nano
        return OtlpSignal::Logs;
      case fixed64_at(7):  // Span.start_time_unix_nano
        return has_name ? std::optional(OtlpSignal::Traces) : std::nullopt;
      case bytes_at(1):  // Span.trace_id, Metric.name
        has_name = true;
        break;
      default:
        break;
    }
  }
  return has_name ? std::optional(OtlpSignal::Metrics) : std::nullopt;
}

std::optional<std::string_view> first_part(std::string_view bytes) {
  for (pbf_reader message = message_of(bytes); message.next(); message.skip()) {
    if (message.tag_and_type() == bytes_at(2)) return view_of(message);
    if (message.tag() > 3) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<OtlpSignal> detect_otlp_protobuf(std::string_view bytes) {
  try {
    std::optional<OtlpSignal> found;
    for (pbf_reader request = message_of(bytes); request.next();) {
      if (request.tag_and_type() != bytes_at(1)) return std::nullopt;
      const std::string_view group = view_of(request);
      if (found) continue;  // The rest is looked at for its framing alone.
      const auto scope = first_part(group);
      const auto part = scope ? first_part(*scope) : std::nullopt;
      if (part) found = signal_of(*part);
      if (part && !found) return std::nullopt;
    }
    return found;
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
}

Result<> read_otlp_protobuf(std::string_view bytes, OtlpSignal signal, ReadContext& context) {
  otlp::Request request;
  Decoder decoder(bytes, request, context);
  try {
    decoder.read(signal);
  } catch (const protozero::exception& error) {
    return fail(Code::InvalidInput, "malformed protobuf at byte {}: {}", decoder.at(),
                error.what());
  }
  otlp::emit_request(request, context);
  return {};
}

}  // namespace sonde
