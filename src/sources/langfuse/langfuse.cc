#include "sources/langfuse/langfuse.h"

#include <algorithm>
#include <string>

#include "sources/langfuse/export.h"
#include "sources/value.h"

namespace sonde {

using langfuse::Export;
using langfuse::Row;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

template <class Visit>
void for_each_object(object parent, std::string_view key, const Visit& visit) {
  array items;
  if (parent.at_key(key).get_array().get(items) != simdjson::SUCCESS) return;
  for (const element item : items) {
    object value;
    if (item.get_object().get(value) == simdjson::SUCCESS) visit(value);
  }
}

bool is_observation(object row) {
  return row.at_key("traceId").is_string() && row.at_key("type").is_string() &&
         row.at_key("startTime").error() == simdjson::SUCCESS;
}

bool is_trace(object row) {
  return row.at_key("id").is_string() && row.at_key("timestamp").is_string() &&
         row.at_key("sessionId").error() == simdjson::SUCCESS &&
         row.at_key("userId").error() == simdjson::SUCCESS;
}

void add_row(object row, Export& rows) {
  if (is_observation(row)) {
    rows.observations.push_back({upper(view_of(row, "type")), {row}});
  } else {
    rows.traces.push_back({{}, {row}});
    for_each_object(row, "observations", [&](object inner) {
      if (is_observation(inner)) add_row(inner, rows);
    });
    for_each_object(row, "scores", [&](object score) { rows.scores.push_back({score, {}}); });
  }
}

bool matches_trace(const Keys& keys, object document) {
  if (!keys.has("observations") || !document.at_key("observations").is_array()) return false;
  return (keys.has("trace") && document.at_key("trace").is_object()) || is_trace(document);
}

Result<> read_trace(object document, ReadContext& context) {
  Export rows;
  object trace;
  if (document.at_key("trace").get_object().get(trace) == simdjson::SUCCESS) {
    add_row(trace, rows);
    for_each_object(document, "observations", [&](object row) {
      if (is_observation(row)) add_row(row, rows);
    });
    for_each_object(document, "scores", [&](object score) { rows.scores.push_back({score, {}}); });
  } else {
    add_row(document, rows);
  }
  langfuse::emit(rows, kLangfuseTrace.name, context);
  return {};
}

bool matches_rows(const Keys& keys, object document) {
  if (keys.has("data")) {
    object first;
    return document.at_pointer("/data/0").get_object().get(first) == simdjson::SUCCESS &&
           (is_observation(first) || is_trace(first));
  }
  return is_observation(document) || is_trace(document);
}

Result<> read_rows(object document, ReadContext& context) {
  Export rows;
  if (document.at_key("data").is_array()) {
    for_each_object(document, "data", [&](object row) { add_row(row, rows); });
  } else {
    add_row(document, rows);
  }
  langfuse::emit(rows, kLangfuseRows.name, context);
  return {};
}

bool matches_batch(const Keys& keys, object document) {
  if (!keys.has("batch")) return false;
  object first;
  return document.at_pointer("/batch/0").get_object().get(first) == simdjson::SUCCESS &&
         first.at_key("type").is_string() && first.at_key("body").is_object();
}

Row& row_of(std::vector<Row>& rows, object event, object body) {
  const std::string_view id = view_of(body, "id");
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return !id.empty() && view_of(row.bodies.front(), "id") == id;
  });
  const bool is_new = found == rows.end();
  Row& row = is_new ? rows.emplace_back() : *found;
  if (is_new) row.event_id = view_of(event, "id");
  if (view_of(event, "type").ends_with("-create")) row.begins = true;
  row.bodies.push_back(body);
  return row;
}

// generation-create -> GENERATION; observation-create says its type in the body.
std::string observation_type(std::string_view event, object body) {
  const std::string_view type = event.substr(0, event.find('-'));
  return upper(type == "observation" ? view_of(body, "type") : type);
}

constexpr std::string_view kEventTypes[] = {
    "trace-create",       "span-create",      "span-update",      "generation-create",
    "generation-update",  "event-create",     "score-create",     "sdk-log",
    "agent-create",       "tool-create",      "chain-create",     "retriever-create",
    "evaluator-create",   "embedding-create", "guardrail-create", "observation-create",
    "observation-update",
};

// What is wrong with an event; empty when it can be read.
std::string fault_of(object event) {
  const std::string_view type = view_of(event, "type");
  if (std::find(std::begin(kEventTypes), std::end(kEventTypes), type) == std::end(kEventTypes))
    return fmt::format("'{}' is no type of event", type.substr(0, 100));
  if (!event.at_key("body").is_object()) return "the event has no body";
  return {};
}

Result<> read_batch(object document, ReadContext& context) {
  Export rows;
  for_each_object(document, "batch", [&](object event) {
    const std::string_view type = view_of(event, "type");
    object body;
    if (!fault_of(event).empty()) return;
    if (event.at_key("body").get_object().get(body) != simdjson::SUCCESS) return;
    if (type == "score-create") {
      rows.scores.push_back({body, view_of(event, "id"), time_of(event, "timestamp")});
    } else if (type == "trace-create") {
      row_of(rows.traces, event, body);
    } else if (type != "sdk-log") {
      Row& row = row_of(rows.observations, event, body);
      if (row.type.empty()) row.type = observation_type(type, body);
    }
  });
  const bool only_scores = rows.traces.empty() && rows.observations.empty();
  if (only_scores && context.options.strays == Strays::Exclude) {
    add_note(context.notes, "scores whose trace is not in the same document", context.location);
    context.excluded += rows.scores.size();
  }
  langfuse::emit(rows, kLangfuseBatch.name, context);
  return {};
}

}  // namespace

constinit const Source kLangfuseTrace{
    .name = "langfuse-trace",
    .title = "Langfuse traces with their observations",
    .matches = matches_trace,
    .read = read_trace,
    .vocabulary = Vocabulary::Attributes,
};

constinit const Source kLangfuseRows{
    .name = "langfuse-rows",
    .title = "Langfuse traces or observations, as its API lists them",
    .matches = matches_rows,
    .read = read_rows,
    .vocabulary = Vocabulary::Attributes,
};

constinit const Source kLangfuseBatch{
    .name = "langfuse-batch",
    .title = "Langfuse ingestion batches",
    .matches = matches_batch,
    .read = read_batch,
    .vocabulary = Vocabulary::Attributes,
};

Result<std::vector<LangfuseEvent>> list_langfuse_events(object document) {
  array batch;
  if (document.at_key("batch").get_array().get(batch) != simdjson::SUCCESS)
    return fail(Code::InvalidInput, "the body has no array 'batch'");
  std::vector<LangfuseEvent> events;
  for (const element item : batch) {
    object event;
    if (item.get_object().get(event) != simdjson::SUCCESS) {
      events.push_back({"", "the event is no JSON object"});
    } else {
      events.push_back({text_of(event, "id"), fault_of(event)});
    }
  }
  return events;
}

std::span<const Source* const> langfuse_sources() {
  static constexpr const Source* kSources[] = {&kLangfuseTrace, &kLangfuseBatch, &kLangfuseRows};
  return kSources;
}

}  // namespace sonde
