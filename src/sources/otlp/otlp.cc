#include "sources/otlp/otlp.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "sources/otlp/any_value.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// With no content wanted, longer values are content for sure and are not copied.
constexpr size_t kShortValueBytes = 4096;

// Resource attributes that fill fields, under their plain key.
constexpr std::string_view kServiceKeys[] = {
    "deployment.environment",
    "deployment.environment.name",
    "openinference.project.name",
    "service.name",
    "service.version",
};

// What holds for a whole trace although some clients say it on one span only.
constexpr std::string_view kTraceKeys[] = {
    "gen_ai.conversation.id",
    "langfuse.session.id",
    "langfuse.trace.name",
    "langfuse.trace.tags",
    "langfuse.user.id",
    "session.id",
    "user.id",
};

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

template <class Visit>
void for_each_attribute(object parent, Visit visit) {
  for_each_object(parent, "attributes", "attributes", [&](object pair) {
    const std::string_view key = view_of(pair, "key");
    const auto value = member(pair, "value");
    if (!key.empty() && value) visit(key, *value);
  });
}

// A log record that carries a message of a span.
struct Event {
  std::string name;
  object record;
};

class Reader {
 public:
  explicit Reader(ReadContext& context)
      : context_(context),
        wants_attributes_(context.options.fields.has(Field::Attributes)),
        wants_content_(wants_attributes_ || context.options.fields.has(Field::Input) ||
                       context.options.fields.has(Field::Output) ||
                       context.options.fields.has(Field::Documents) ||
                       context.options.fields.has(Field::System) ||
                       context.options.fields.has(Field::Tools)) {}

  void read(object document) {
    collect_logs(document);
    for_each_span(
        document, [](object) {}, [&](object span) { collect_trace(span); });
    for_each_span(
        document, [&](object group) { read_resource(group); },
        [&](object span) { read_span(span); });
    for (const auto& [id, events] : logs_) {
      for (size_t i = 0; i < events.size(); ++i) {
        exclude("log records whose span is not in the same document");
      }
    }
    for_each_object(document, "resourceMetrics", "resource_metrics",
                    [&](object) { exclude("metrics carry no prompts"); });
  }

 private:
  template <class VisitGroup, class VisitSpan>
  static void for_each_span(object document, VisitGroup visit_group, VisitSpan visit_span) {
    for_each_object(document, "resourceSpans", "resource_spans", [&](object group) {
      visit_group(group);
      for_each_object(group, "scopeSpans", "instrumentationLibrarySpans",
                      [&](object scope) { for_each_object(scope, "spans", "spans", visit_span); });
    });
  }

  // The root's word counts before that of other spans, the first one's otherwise.
  void collect_trace(object raw) {
    const bool root = view_of(raw, "parentSpanId").empty();
    auto& values = traces_[otlp_id(view_of(raw, "traceId"), 16)];
    for_each_attribute(raw, [&](std::string_view key, element value) {
      const auto known = std::find(std::begin(kTraceKeys), std::end(kTraceKeys), key);
      if (known == std::end(kTraceKeys)) return;
      if (root) {
        values[*known] = value;
      } else {
        values.try_emplace(*known, value);
      }
    });
  }

  void inherit() {
    Span& span = context_.span;
    const size_t own = span.attributes.size();
    for (const auto& entry : traces_[span.trace_id]) {
      const bool said = std::any_of(span.attributes.begin(),
                                    span.attributes.begin() + static_cast<std::ptrdiff_t>(own),
                                    [&](const Attribute& a) { return a.key == entry.first; });
      if (!said) add(std::string(entry.first), entry.second);
    }
  }

  void exclude(std::string_view sentence) {
    add_note(context_.notes, sentence, context_.location);
    ++context_.excluded;
  }

  void collect_logs(object document) {
    for_each_object(document, "resourceLogs", "resource_logs", [&](object group) {
      for_each_object(group, "scopeLogs", "instrumentationLibraryLogs", [&](object scope) {
        for_each_object(scope, "logRecords", "logs", [&](object record) {
          std::string name = text_of(record, "eventName");
          for_each_attribute(record, [&](std::string_view key, element value) {
            if (key == "event.name" && name.empty()) name = any_value_text(value);
          });
          const std::string span = otlp_id(view_of(record, "spanId"), 8);
          if (span.empty() || !name.starts_with("gen_ai.")) {
            exclude("log records that carry no message of a model call");
          } else {
            logs_[span].push_back({std::move(name), record});
          }
        });
      });
    });
  }

  void read_resource(object group) {
    resource_.clear();
    object resource;
    if (group.at_key("resource").get_object().get(resource) != simdjson::SUCCESS) return;
    for_each_attribute(resource, [&](std::string_view key, element value) {
      std::string text = any_value_text(value);
      // SDKs make up "unknown_service:node" when nobody named the service.
      const bool plain = std::find(std::begin(kServiceKeys), std::end(kServiceKeys), key) !=
                             std::end(kServiceKeys) &&
                         !text.starts_with("unknown_service");
      if (!plain && !wants_attributes_) return;
      resource_.push_back({(plain ? "" : "resource.") + std::string(key), std::move(text)});
    });
  }

  void add(std::string key, element value) {
    std::string text = any_value_text(value);
    if (!wants_content_ && text.size() > kShortValueBytes) return;
    context_.span.attributes.push_back({std::move(key), std::move(text)});
  }

  void read_span(object raw) {
    Span& span = context_.span;
    span.clear();
    span.source = kOtlp.name;
    span.location = context_.location;
    span.trace_id = otlp_id(view_of(raw, "traceId"), 16);
    span.span_id = otlp_id(view_of(raw, "spanId"), 8);
    span.parent_span_id = otlp_id(view_of(raw, "parentSpanId"), 8);
    span.name = text_of(raw, "name");
    if (span.parent_span_id.empty()) span.levels = bit(Level::Run);
    span.start_time = otlp_time(raw, "startTimeUnixNano");
    const auto end = otlp_time(raw, "endTimeUnixNano");
    if (span.start_time && end && *end >= *span.start_time) span.duration = *end - *span.start_time;
    read_status(raw, end.has_value());
    for_each_attribute(raw,
                       [&](std::string_view key, element value) { add(std::string(key), value); });
    inherit();
    read_events(raw);
    span.attributes.insert(span.attributes.end(), resource_.begin(), resource_.end());
    context_.sink.add(span);
  }

  void read_status(object raw, bool ended) {
    Span& span = context_.span;
    // Unset means that the instrumentation saw no error.
    span.status = ended ? Status::Ok : Status::Pending;
    object status;
    if (raw.at_key("status").get_object().get(status) != simdjson::SUCCESS) return;
    const std::string code = text_of(status, "code");
    if (code != "2" && code != "STATUS_CODE_ERROR") return;
    span.status = Status::Error;
    span.status_message = text_of(status, "message");
  }

  void read_events(object raw) {
    numbers_.clear();
    for_each_object(raw, "events", "events",
                    [&](object event) { add_event(text_of(event, "name"), event); });
    const auto found = logs_.find(context_.span.span_id);
    if (found == logs_.end()) return;
    for (const Event& event : found->second) add_event(event.name, event.record);
    logs_.erase(found);
  }

  void add_event(const std::string& name, object event) {
    const unsigned number = numbers_[name]++;
    const std::string start =
        "event." + name + "." + (number == 0 ? "" : std::to_string(number) + ".");
    if (const auto time = otlp_time(event, "timeUnixNano"); time && number == 0) {
      context_.span.attributes.push_back({start + "time", std::to_string(*time)});
    }
    for_each_attribute(event, [&](std::string_view key, element value) {
      if (key != "event.name") add(start + std::string(key), value);
    });
    const auto body = member(event, "body");
    if (!body) return;
    array members;
    if (body->at_pointer("/kvlistValue/values").get_array().get(members) != simdjson::SUCCESS) {
      add(start + "body", *body);
      return;
    }
    for (const element item : members) {
      object pair;
      if (item.get_object().get(pair) != simdjson::SUCCESS) continue;
      if (const auto value = member(pair, "value")) add(start + text_of(pair, "key"), *value);
    }
  }

  ReadContext& context_;
  bool wants_attributes_;
  bool wants_content_;
  std::vector<Attribute> resource_;
  std::map<std::string, std::vector<Event>> logs_;  // By span id; without those already joined.
  std::map<std::string, std::map<std::string_view, element>> traces_;  // kTraceKeys, by trace id.
  std::map<std::string, unsigned> numbers_;  // Events seen of the current span, by name.
};

bool matches_otlp(const Keys& keys, object document) {
  for (const std::string_view key : {"resourceSpans", "resourceLogs", "resourceMetrics",
                                     "resource_spans", "resource_logs", "resource_metrics"}) {
    if (keys.has(key) && document.at_key(key).is_array()) return true;
  }
  return false;
}

Result<> read_otlp(object document, ReadContext& context) {
  Reader(context).read(document);
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
