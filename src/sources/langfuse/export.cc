#include "sources/langfuse/export.h"

#include <algorithm>
#include <map>
#include <set>

#include "model/documents.h"
#include "sources/value.h"

namespace sonde::langfuse {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

struct Copied {
  std::string_view from;  // The row's member.
  std::string_view to;    // The dialect's key.
};

constexpr Copied kTraceMembers[] = {
    {"environment", "langfuse.environment"}, {"name", "langfuse.trace.name"},
    {"release", "langfuse.release"},         {"sessionId", "langfuse.session.id"},
    {"tags", "langfuse.trace.tags"},         {"userId", "langfuse.user.id"},
};

constexpr Copied kObservationMembers[] = {
    {"completionStartTime", "langfuse.observation.completion_start_time"},
    {"environment", "langfuse.environment"},
    {"level", "langfuse.observation.level"},
    {"model", "langfuse.observation.model.name"},
    {"modelParameters", "langfuse.observation.model.parameters"},
    {"promptName", "langfuse.observation.prompt.name"},
    {"promptVersion", "langfuse.observation.prompt.version"},
    {"statusMessage", "langfuse.observation.status_message"},
    {"version", "langfuse.version"},
};

bool is_empty(element value) {
  array list;
  object map;
  std::string_view text;
  if (value.is_null()) return true;
  if (value.get_array().get(list) == simdjson::SUCCESS) return list.size() == 0;
  if (value.get_object().get(map) == simdjson::SUCCESS) return map.size() == 0;
  return value.get_string().get(text) == simdjson::SUCCESS && text.empty();
}

// Typed so, or named so where a client knows no types: "dataset_retrieval", "retriever".
bool is_retrieval(const Row& row) {
  if (row.type == "RETRIEVER") return true;
  return row.type == "SPAN" && row.text("name").find("retriev") != std::string::npos;
}

// Of the output: documents, also in a string that holds JSON. Other text is no document's name.
std::string retrieved_documents(const Row& row) {
  const auto output = row.get("output");
  if (!output) return {};
  std::string_view text;
  return output->get_string().get(text) == simdjson::SUCCESS ? documents_of_json(text)
                                                             : documents_of(*output);
}

// 1, true and their kin are a like; 0 and below a dislike. Null for scores that are no feedback.
std::string_view feedback_of(object score) {
  const std::string name = text_of(score, "name");
  const auto has = [&](std::string_view word) { return name.find(word) != std::string::npos; };
  if (!has("feedback") && !has("thumb")) return {};
  if (const auto value = number_of(score, "value")) return *value > 0 ? "like" : "dislike";
  const std::string text = text_of(score, "stringValue") + text_of(score, "value");
  if (text.starts_with("like") || text.starts_with("up") || text.starts_with("positive")) {
    return "like";
  }
  return text.empty() ? "" : "dislike";
}

class Emitter {
 public:
  Emitter(const Export& rows, std::string_view source, ReadContext& context)
      : rows_(rows), source_(source), context_(context) {}

  void run() {
    for (const Row& trace : rows_.traces) traces_[trace.id()] = &trace;
    find_wrappers();
    for (const Row& trace : rows_.traces) emit_trace(trace);
    for (const Row& observation : rows_.observations) emit_observation(observation);
    for (const ScoreRow& score : rows_.scores) context_.sink.add_score(score_of(score));
  }

 private:
  static bool is_generation(const Row& row) {
    return row.type == "GENERATION" || row.type == "EMBEDDING";
  }

  static bool has(const Row& row, std::string_view key) {
    const auto value = row.get(key);
    return value && !is_empty(*value);
  }

  // Some instrumentation writes a generation for the start and the end of one call.
  static bool is_moment(const Row& row) {
    return !has(row, "input") && !has(row, "output") && !has(row, "usageDetails") &&
           !has(row, "usage") && row.text("level") != "ERROR";
  }

  void find_wrappers() {
    std::map<std::string, const Row*> by_id;
    for (const Row& row : rows_.observations) by_id[row.id()] = &row;
    for (const Row& row : rows_.observations) {
      if (!is_generation(row) || is_moment(row)) continue;
      std::string parent = row.text("parentObservationId");
      for (size_t steps = 0; !parent.empty() && steps < by_id.size(); ++steps) {
        const auto found = by_id.find(parent);
        if (found == by_id.end()) break;
        if (is_generation(*found->second)) wrappers_.insert(parent);
        parent = found->second->text("parentObservationId");
      }
    }
  }

  void start(const Row& row) {
    Span& span = context_.span;
    span.clear();
    span.source = source_;
    span.location = context_.location;
    span.span_id = row.id();
    span.name = row.text("name");
  }

  void add(std::string_view key, std::string value) {
    if (!value.empty()) context_.span.attributes.push_back({std::string(key), std::move(value)});
  }

  void copy(const Row& row, std::string_view from, std::string_view to) {
    const auto value = row.get(from);
    if (!value || is_empty(*value)) return;
    const auto has = [&](const Attribute& attribute) { return attribute.key == to; };
    auto& attributes = context_.span.attributes;
    if (std::none_of(attributes.begin(), attributes.end(), has)) add(to, text_of(*value));
  }

  void copy_content(const Row& row, std::string_view prefix) {
    const std::string start(prefix);
    if (context_.options.fields.has(Field::Input)) copy(row, "input", start + ".input");
    if (context_.options.fields.has(Field::Output)) copy(row, "output", start + ".output");
    if (context_.options.fields.has(Field::Attributes)) copy(row, "metadata", start + ".metadata");
  }

  void emit_trace(const Row& row) {
    start(row);
    Span& span = context_.span;
    span.trace_id = span.span_id;
    span.kind = Kind::Workflow;
    span.levels = bit(Level::Run);
    span.start_time = row.time("timestamp");
    read_outcome(span);
    for (const Copied& member : kTraceMembers) copy(row, member.from, member.to);
    copy(row, "version", "langfuse.version");
    // The dialect reads a trace's contents as it does an observation's.
    copy_content(row, "langfuse.observation");
    add_scores(span.trace_id, {});
    context_.sink.add(span);
  }

  // A trace fails when one of its root observations did; it lasts from the first start to the last
  // end, as Langfuse reckons it.
  void read_outcome(Span& span) {
    std::optional<int64_t> start;
    std::optional<int64_t> end;
    for (const Row& row : rows_.observations) {
      if (row.text("traceId") != span.trace_id) continue;
      const auto from = row.time("startTime");
      const auto to = row.time("endTime");
      if (from && (!start || *from < *start)) start = from;
      for (const auto& time : {from, to}) {
        if (time && (!end || *time > *end)) end = time;
      }
      if (span.status == Status::Unknown) span.status = Status::Ok;
      if (row.text("parentObservationId").empty() && row.text("level") == "ERROR") {
        span.status = Status::Error;
        if (span.status_message.empty()) span.status_message = row.text("statusMessage");
      }
    }
    if (start && end) span.duration = *end - *start;
    if (start && !span.start_time) span.start_time = start;
  }

  void emit_observation(const Row& row) {
    start(row);
    Span& span = context_.span;
    span.trace_id = row.text("traceId");
    span.parent_span_id = row.text("parentObservationId");
    const auto trace = traces_.find(span.trace_id);
    // Where events come one by one, the trace's own came or comes in another request.
    const bool has_trace =
        trace != traces_.end() || (context_.options.strays == Strays::Emit && row.begins);
    if (span.parent_span_id.empty() && has_trace) span.parent_span_id = span.trace_id;
    span.start_time = row.time("startTime");
    const auto end = row.time("endTime");
    if (span.start_time && end && *end >= *span.start_time) span.duration = *end - *span.start_time;
    if (end || has(row, "output") || row.type == "EVENT") span.status = Status::Ok;
    add("langfuse.observation.type", row.type);
    for (const Copied& member : kObservationMembers) copy(row, member.from, member.to);
    // Only an update says an end without a start; the two meet when the events are merged.
    if (!span.start_time) copy(row, "endTime", "langfuse.observation.end_time");
    add_usage(row);
    copy_content(row, "langfuse.observation");
    if (context_.options.fields.has(Field::Documents) && is_retrieval(row)) {
      span.documents = retrieved_documents(row);
    }
    mark(row);
    if (trace != traces_.end()) {
      for (const Copied& member : kTraceMembers) copy(*trace->second, member.from, member.to);
    }
    add_scores(span.trace_id, span.span_id);
    context_.sink.add(span);
  }

  void add_usage(const Row& row) {
    const size_t before = context_.span.attributes.size();
    copy(row, "usageDetails", "langfuse.observation.usage_details");
    object usage;
    const auto old = row.get("usage");
    const bool has_usage = old && old->get_object().get(usage) == simdjson::SUCCESS;
    if (context_.span.attributes.size() == before && is_generation(row) && has_usage &&
        counts_tokens(usage)) {
      copy(row, "usage", "langfuse.observation.usage_details");
    }
    const auto cost = row.get("costDetails");
    if (cost && !is_empty(*cost)) {
      if (is_generation(row)) add("langfuse.observation.cost_details", text_of(*cost));
      return;
    }
    for (const std::string_view key : {"calculatedTotalCost", "totalCost"}) {
      const auto total = row.get(key);
      if (total && add_total_cost(text_of(*total))) return;
    }
    if (has_usage && is_generation(row) && add_total_cost(text_of(usage, "totalCost"))) return;
    add_dify_price(row);
  }

  static bool counts_tokens(object usage) {
    const std::string unit = text_of(usage, "unit");
    return unit.empty() || unit == "TOKENS" || unit == "tokens";
  }

  bool add_total_cost(const std::string& amount) {
    if (amount.empty() || amount == "0") return false;
    add("langfuse.observation.cost_details", "{\"total\":\"" + amount + "\"}");
    return true;
  }

  // Dify says what a node's model call cost in the node's metadata.
  void add_dify_price(const Row& row) {
    const auto metadata = row.get("metadata");
    object details;
    if (!is_generation(row) || !metadata ||
        metadata->get_object().get(details) != simdjson::SUCCESS) {
      return;
    }
    const auto price = money_of(details, "total_price");
    Span& span = context_.span;
    if (!price || *price == 0) return;
    span.cost = price;
    span.currency = text_of(details, "currency");
    if (span.currency.empty()) span.currency = "USD";
    span.cost_origin = "reported";
  }

  void mark(const Row& row) {
    if (!is_generation(row)) return;
    if (wrappers_.count(context_.span.span_id) != 0) {
      add_note(context_.notes, "generations that hold another generation are not counted as calls",
               context_.location);
    } else if (is_moment(row)) {
      add_note(context_.notes, "generations without content and usage are not counted as calls",
               context_.location);
    } else {
      return;
    }
    add("sonde.no_call", "true");
  }

  void add_scores(std::string_view trace, std::string_view observation) {
    for (const ScoreRow& row : rows_.scores) {
      const object score = row.body;
      if (view_of(score, "traceId") != trace) continue;
      if (view_of(score, "observationId") != observation) continue;
      if (const auto feedback = feedback_of(score); !feedback.empty()) {
        context_.span.feedback = feedback;
        continue;
      }
      std::string value = text_of(score, "stringValue");
      if (value.empty()) value = text_of(score, "value");
      add("score." + text_of(score, "name"), std::move(value));
    }
  }

  const Export& rows_;
  std::string_view source_;
  ReadContext& context_;
  std::map<std::string, const Row*> traces_;
  std::set<std::string> wrappers_;
};

}  // namespace

std::optional<element> Row::get(std::string_view key) const {
  for (auto body = bodies.rbegin(); body != bodies.rend(); ++body) {
    if (auto value = member(*body, key)) return value;
  }
  return std::nullopt;
}

std::string Row::id() const {
  std::string own = text("id");
  return own.empty() ? std::string(event_id) : own;
}

std::string Row::text(std::string_view key) const {
  const auto value = get(key);
  return value ? text_of(*value) : std::string();
}

std::optional<int64_t> Row::time(std::string_view key) const {
  for (auto body = bodies.rbegin(); body != bodies.rend(); ++body) {
    if (const auto value = time_of(*body, key)) return value;
  }
  return std::nullopt;
}

Score score_of(const ScoreRow& row) {
  Score score;
  score.id = text_of(row.body, "id");
  if (score.id.empty()) score.id = row.event_id;
  score.trace_id = text_of(row.body, "traceId");
  score.span_id = text_of(row.body, "observationId");
  score.session_id = text_of(row.body, "sessionId");
  score.name = text_of(row.body, "name");
  score.comment = text_of(row.body, "comment");
  score.source = text_of(row.body, "source");
  std::transform(score.source.begin(), score.source.end(), score.source.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (score.source.empty()) score.source = "api";
  score.label = text_of(row.body, "stringValue");
  const auto value = member(row.body, "value");
  double number = 0;
  if (value && value->get_double().get(number) == simdjson::SUCCESS) {
    score.value = number;
  } else if (value && score.label.empty()) {
    score.label = text_of(*value);
  }
  score.time = time_of(row.body, "timestamp");
  if (!score.time) score.time = row.time;
  return score;
}

void emit(const Export& rows, std::string_view source, ReadContext& context) {
  Emitter(rows, source, context).run();
}

}  // namespace sonde::langfuse
