#include "sources/otlp/otlp.h"

#include <string>

#include "sources/otlp/any_value.h"
#include "sources/otlp/request.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// Calls visit(object) for each object in the array under the first of the two keys that is there.
template <class Visit>
void for_each_object(object parent, std::string_view key, std::string_view old_key, Visit visit) {
  for (const std::string_view name : {key, old_key}) {
    array items;
    if (parent.at_key(name).get_array().get(items) != simdjson::SUCCESS) continue;
    for (const element item : items) {
      object value;
      if (item.get_object().get(value) == simdjson::SUCCESS) visit(value);
    }
    return;
  }
}

// Reads a document into a request.
class Decoder {
 public:
  Decoder(otlp::Request& request, ReadContext& context) : request_(request), context_(context) {}

  void read(object document) {
    for_each_object(document, "resourceSpans", "resource_spans", [&](object group) {
      read_resource(group);
      for_each_object(group, "scopeSpans", "instrumentationLibrarySpans", [&](object scope) {
        read_scope(scope);
        for_each_object(scope, "spans", "spans", [&](object span) { read_span(span); });
      });
    });
    for_each_object(document, "resourceLogs", "resource_logs", [&](object group) {
      for_each_object(group, "scopeLogs", "instrumentationLibraryLogs", [&](object scope) {
        for_each_object(scope, "logRecords", "logs", [&](object record) { read_log(record); });
      });
    });
    for_each_object(document, "resourceMetrics", "resource_metrics", [&](object group) {
      for_each_object(group, "scopeMetrics", "instrumentationLibraryMetrics", [&](object scope) {
        for_each_object(scope, "metrics", "metrics", [&](object) { ++request_.metrics; });
      });
    });
  }

 private:
  template <class T>
  static uint32_t count(const std::vector<T>& all) {
    return static_cast<uint32_t>(all.size());
  }

  otlp::Range read_attributes(object parent, std::vector<otlp::KeyValue>& into) {
    const uint32_t begin = count(into);
    for_each_object(parent, "attributes", "attributes", [&](object pair) { add(pair, into); });
    return {begin, count(into)};
  }

  void add(object pair, std::vector<otlp::KeyValue>& into) {
    const std::string_view key = view_of(pair, "key");
    const auto value = member(pair, "value");
    if (!key.empty() && value) {
      into.push_back({key, otlp::any_value_text(*value, request_.texts)});
    }
  }

  void read_resource(object group) {
    object resource;
    otlp::Range values;
    if (group.at_key("resource").get_object().get(resource) == simdjson::SUCCESS) {
      values = read_attributes(resource, request_.inner_values);
    }
    request_.resources.push_back(values);
  }

  void read_scope(object group) {
    otlp::Scope& scope = request_.scopes.emplace_back();
    for (const std::string_view key : {"scope", "instrumentationLibrary"}) {
      object value;
      if (group.at_key(key).get_object().get(value) != simdjson::SUCCESS) continue;
      scope = {view_of(value, "name"), view_of(value, "version")};
    }
  }

  std::string_view id(object parent, std::string_view key, size_t bytes) {
    return otlp::id_of_text(view_of(parent, key), bytes, request_.texts);
  }

  // Numbers and the like in its place are kept as text.
  std::string_view text(object parent, std::string_view key) {
    const auto value = member(parent, key);
    std::string_view text;
    if (!value || value->get_string().get(text) == simdjson::SUCCESS) return text;
    return request_.texts.add(text_of(*value));
  }

  void read_span(object raw) {
    if (request_.spans.size() >= context_.options.spans_max) {
      return otlp::reject_beyond_limit(context_);
    }
    otlp::RawSpan& span = request_.spans.emplace_back();
    span.trace_id = id(raw, "traceId", 16);
    span.span_id = id(raw, "spanId", 8);
    span.parent_span_id = id(raw, "parentSpanId", 8);
    span.name = text(raw, "name");
    span.start = otlp::nanos_of(raw, "startTimeUnixNano");
    span.end = otlp::nanos_of(raw, "endTimeUnixNano");
    span.resource = count(request_.resources) - 1;
    span.scope = count(request_.scopes) - 1;
    object status;
    if (raw.at_key("status").get_object().get(status) == simdjson::SUCCESS) {
      const std::string_view code = text(status, "code");
      span.failed = code == "2" || code == "STATUS_CODE_ERROR";
      span.status_message = text(status, "message");
    }
    span.values = read_attributes(raw, request_.span_values);
    span.events.begin = count(request_.events);
    for_each_object(raw, "events", "events", [&](object event) {
      request_.events.push_back({text(event, "name"), otlp::nanos_of(event, "timeUnixNano"),
                                 read_attributes(event, request_.inner_values)});
    });
    span.events.end = count(request_.events);
    span.links.begin = count(request_.links);
    for_each_object(raw, "links", "links", [&](object link) {
      request_.links.push_back({id(link, "traceId", 16), id(link, "spanId", 8),
                                read_attributes(link, request_.inner_values)});
    });
    span.links.end = count(request_.links);
  }

  void read_log(object record) {
    otlp::RawLog log;
    const size_t before = request_.inner_values.size();
    log.values = read_attributes(record, request_.inner_values);
    log.trace_id = id(record, "traceId", 16);
    log.span_id = id(record, "spanId", 8);
    log.time = otlp::nanos_of(record, "timeUnixNano");
    log.name = text(record, "eventName");
    read_body(record);
    log.values.end = count(request_.inner_values);
    if (!otlp::take_log(log, request_, context_)) request_.inner_values.resize(before);
  }

  void read_body(object record) {
    const auto body = member(record, "body");
    if (!body) return;
    element map;
    array members;
    if (body->at_pointer("/kvlistValue").get(map) != simdjson::SUCCESS) {
      request_.inner_values.push_back({"body", otlp::any_value_text(*body, request_.texts)});
      return;
    }
    if (map.at_pointer("/values").get_array().get(members) != simdjson::SUCCESS) return;
    for (const element item : members) {
      object pair;
      if (item.get_object().get(pair) == simdjson::SUCCESS) add(pair, request_.inner_values);
    }
  }

  otlp::Request& request_;
  ReadContext& context_;
};

bool matches_otlp(const Keys& keys, object document) {
  for (const std::string_view key : {"resourceSpans", "resourceLogs", "resourceMetrics",
                                     "resource_spans", "resource_logs", "resource_metrics"}) {
    if (keys.has(key) && document.at_key(key).is_array()) return true;
  }
  return false;
}

Result<> read_otlp(object document, ReadContext& context) {
  otlp::Request request;
  Decoder(request, context).read(document);
  otlp::emit_request(request, context);
  return {};
}

}  // namespace

constinit const Source kOtlp{
    .name = "otlp",
    .title = "OpenTelemetry spans (OTLP/JSON)",
    .matches = matches_otlp,
    .read = read_otlp,
    .vocabulary = Vocabulary::Attributes,
};

}  // namespace sonde
