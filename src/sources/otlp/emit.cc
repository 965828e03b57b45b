#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "sources/otlp/otlp.h"
#include "sources/otlp/request.h"

namespace sonde::otlp {
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

constexpr std::string_view kEvaluation = "gen_ai.evaluation.result";

template <size_t N>
bool is_one_of(std::string_view key, const std::string_view (&keys)[N]) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

std::optional<int64_t> micros(uint64_t nanos) {
  if (nanos == 0) return std::nullopt;
  return static_cast<int64_t>(nanos / 1000);
}

template <class T>
std::span<const T> part(const std::vector<T>& all, Range range) {
  return {all.data() + range.begin, all.data() + range.end};
}

class Emitter {
 public:
  Emitter(const Request& request, ReadContext& context)
      : request_(request),
        context_(context),
        wants_attributes_(context.options.fields.has(Field::Attributes)),
        wants_content_(wants_attributes_ || context.options.fields.has(Field::Input) ||
                       context.options.fields.has(Field::Output) ||
                       context.options.fields.has(Field::Documents) ||
                       context.options.fields.has(Field::System) ||
                       context.options.fields.has(Field::Tools)) {}

  void run() {
    for (const RawSpan& span : request_.spans) collect_trace(span);
    collect_logs();
    for (const Range& resource : request_.resources) read_resource(resource);
    for (const RawSpan& span : request_.spans) emit_span(span);
    emit_strays();
    if (request_.metrics > 0) exclude("metrics carry no prompts", request_.metrics);
  }

 private:
  struct Log {
    const RawLog* record;
    bool is_joined = false;
  };

  // The root's word counts before that of other spans, the first one's otherwise.
  void collect_trace(const RawSpan& span) {
    for (const KeyValue& value : part(request_.span_values, span.values)) {
      if (!is_one_of(value.key, kTraceKeys)) continue;
      auto& values = traces_[span.trace_id];
      if (span.parent_span_id.empty()) {
        values[value.key] = value.value;
      } else {
        values.try_emplace(value.key, value.value);
      }
    }
  }

  void inherit(const RawSpan& raw) {
    if (traces_.empty()) return;
    const auto found = traces_.find(raw.trace_id);
    if (found == traces_.end()) return;
    const auto own = part(request_.span_values, raw.values);
    for (const auto& [key, value] : found->second) {
      const bool said = std::any_of(own.begin(), own.end(),
                                    [&, name = key](const KeyValue& v) { return v.key == name; });
      if (!said) add({}, key, value);
    }
  }

  void collect_logs() {
    for (const RawLog& log : request_.logs) logs_[log.span_id].push_back({&log});
  }

  void exclude(std::string_view sentence, uint64_t count = 1) {
    for (uint64_t i = 0; i < count; ++i) add_note(context_.notes, sentence, context_.location);
    context_.excluded += count;
  }

  void read_resource(Range range) {
    std::vector<Attribute>& values = resources_.emplace_back();
    for (const KeyValue& value : part(request_.inner_values, range)) {
      // SDKs make up "unknown_service:node" when nobody named the service.
      const bool plain =
          is_one_of(value.key, kServiceKeys) && !value.value.starts_with("unknown_service");
      if (!plain && !wants_attributes_) continue;
      values.push_back(
          {(plain ? "" : "resource.") + std::string(value.key), std::string(value.value)});
    }
  }

  void add(std::string_view start, std::string_view key, std::string_view value) {
    if (!wants_content_ && value.size() > kShortValueBytes) return;
    Attribute& attribute = context_.span.attributes.emplace_back();
    attribute.key.reserve(start.size() + key.size());
    attribute.key.append(start).append(key);
    attribute.value = value;
  }

  void start_span(std::string_view trace_id, std::string_view span_id) {
    Span& span = context_.span;
    span.clear();
    span.source = kOtlp.name;
    span.location = context_.location;
    span.trace_id = trace_id;
    span.span_id = span_id;
    numbers_.clear();
  }

  void emit_span(const RawSpan& raw) {
    start_span(raw.trace_id, raw.span_id);
    Span& span = context_.span;
    span.parent_span_id = raw.parent_span_id;
    span.name = raw.name;
    if (span.parent_span_id.empty()) span.levels = bit(Level::Run);
    span.start_time = micros(raw.start);
    const auto end = micros(raw.end);
    if (span.start_time && end && *end >= *span.start_time) span.duration = *end - *span.start_time;
    // Unset means that the instrumentation saw no error.
    span.status = raw.failed ? Status::Error : end ? Status::Ok : Status::Pending;
    if (raw.failed) span.status_message = raw.status_message;
    for (const KeyValue& value : part(request_.span_values, raw.values)) {
      add({}, value.key, value.value);
    }
    inherit(raw);
    for (const Event& event : part(request_.events, raw.events)) {
      add_event(event.name, event.time, event.values);
    }
    join_logs(raw);
    add_links(raw);
    add_scope(raw);
    const std::vector<Attribute>& resource = resources_[raw.resource];
    span.attributes.insert(span.attributes.end(), resource.begin(), resource.end());
    context_.sink.add(span);
  }

  void add_links(const RawSpan& raw) {
    if (!wants_attributes_) return;
    unsigned number = 0;
    for (const Link& link : part(request_.links, raw.links)) {
      const std::string start = "link." + std::to_string(number++) + ".";
      add(start, "trace_id", link.trace_id);
      add(start, "span_id", link.span_id);
      for (const KeyValue& value : part(request_.inner_values, link.values)) {
        add(start, value.key, value.value);
      }
    }
  }

  // OpenTelemetry's names for what formats without scopes say of them.
  void add_scope(const RawSpan& raw) {
    if (!wants_attributes_) return;
    const Scope& scope = request_.scopes[raw.scope];
    if (!scope.name.empty()) add({}, "otel.scope.name", scope.name);
    if (!scope.version.empty()) add({}, "otel.scope.version", scope.version);
  }

  void add_event(std::string_view name, uint64_t time, Range values) {
    const unsigned number = numbers_[name]++;
    std::string start = "event.";
    start.append(name).append(".");
    if (number > 0) start.append(std::to_string(number)).append(".");
    if (const auto moment = micros(time); moment && number == 0) {
      add(start, "time", std::to_string(*moment));
    }
    for (const KeyValue& value : part(request_.inner_values, values)) {
      if (value.key != "event.name") add(start, value.key, value.value);
    }
    if (name == kEvaluation) add_score(time, values);
  }

  void add_score(uint64_t time, Range values) {
    Score score;
    score.trace_id = context_.span.trace_id;
    score.span_id = context_.span.span_id;
    score.source = "otlp";
    score.time = micros(time);
    for (const KeyValue& value : part(request_.inner_values, values)) {
      if (value.key == "gen_ai.evaluation.name") score.name = value.value;
      if (value.key == "gen_ai.evaluation.score.label") score.label = value.value;
      if (value.key == "gen_ai.evaluation.explanation") score.comment = value.value;
      if (value.key != "gen_ai.evaluation.score.value") continue;
      double number = 0;
      const char* const end = value.value.data() + value.value.size();
      const auto read = std::from_chars(value.value.data(), end, number);
      if (read.ec == std::errc{} && read.ptr == end) score.value = number;
    }
    if (!score.name.empty()) context_.sink.add_score(score);
  }

  static bool is_same_trace(const RawLog& log, std::string_view trace_id) {
    return log.trace_id.empty() || log.trace_id == trace_id;
  }

  void join_logs(const RawSpan& raw) {
    if (logs_.empty()) return;
    const auto found = logs_.find(raw.span_id);
    if (found == logs_.end()) return;
    for (Log& log : found->second) {
      if (log.is_joined || !is_same_trace(*log.record, raw.trace_id)) continue;
      add_event(log.record->name, log.record->time, log.record->values);
      log.is_joined = true;
    }
  }

  // Log records whose span came, or comes, in another request.
  void emit_strays() {
    for (auto& [span_id, logs] : logs_) {
      for (Log& first : logs) {
        if (first.is_joined) continue;
        if (context_.options.strays == Strays::Exclude || first.record->trace_id.empty()) {
          exclude("log records whose span is not in the same document");
          continue;
        }
        start_span(first.record->trace_id, span_id);
        for (Log& log : logs) {
          if (log.is_joined || log.record->trace_id != first.record->trace_id) continue;
          add_event(log.record->name, log.record->time, log.record->values);
          log.is_joined = true;
        }
        context_.sink.add(context_.span);
      }
    }
  }

  const Request& request_;
  ReadContext& context_;
  bool wants_attributes_;
  bool wants_content_;
  std::vector<std::vector<Attribute>> resources_;
  std::map<std::string_view, std::vector<Log>> logs_;  // By span id.
  // kTraceKeys, by trace id.
  std::map<std::string_view, std::map<std::string_view, std::string_view>> traces_;
  std::map<std::string_view, unsigned> numbers_;  // Events seen of the current span, by name.
};

}  // namespace

void emit_request(const Request& request, ReadContext& context) { Emitter(request, context).run(); }

}  // namespace sonde::otlp
