#include "sources/provider/call.h"

#include <cmath>
#include <string>

#include "base/time.h"
#include "model/error_class.h"
#include "model/finish_reason.h"
#include "model/json_text.h"
#include "model/message.h"
#include "sources/provider/answer.h"
#include "sources/provider/endpoint.h"
#include "sources/provider/path.h"
#include "sources/provider/request.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::element;
using simdjson::dom::object;

namespace {

constexpr std::string_view kTimes[] = {"start_time", "started_at",   "created_at",
                                       "timestamp",  "request_time", "time"};

struct DurationKey {
  std::string_view key;
  TimeUnit unit;  // Infer: the key does not say.
};
constexpr DurationKey kDurations[] = {
    {"duration_ms", TimeUnit::Milliseconds},
    {"latency_ms", TimeUnit::Milliseconds},
    {"response_time_ms", TimeUnit::Milliseconds},
    {"elapsed_ms", TimeUnit::Milliseconds},
    {"duration_s", TimeUnit::Seconds},
    {"latency_s", TimeUnit::Seconds},
    {"duration_seconds", TimeUnit::Seconds},
    {"latency_seconds", TimeUnit::Seconds},
    {"duration", TimeUnit::Infer},
    {"latency", TimeUnit::Infer},
    {"response_time", TimeUnit::Infer},
    {"elapsed", TimeUnit::Infer},
};

// Members of the record that are read elsewhere, or are too big for an attribute.
constexpr std::string_view kNoAttributes[] = {
    "body",     "choices",       "completion", "content",  "candidates",   "error",
    "messages", "output",        "request",    "response", "tools",        "usage",
    "url",      "usageMetadata", "input",      "prompt",   "instructions",
};

double micros_per(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Seconds:
      return 1e6;
    case TimeUnit::Milliseconds:
      return 1e3;
    case TimeUnit::Microseconds:
      return 1;
    case TimeUnit::Infer:
      break;
  }
  return 0;
}

void read_duration(object record, ReadContext& context) {
  for (const DurationKey& row : kDurations) {
    const auto number = number_of(record, row.key);
    if (!number || *number < 0) continue;
    TimeUnit unit = row.unit == TimeUnit::Infer ? context.options.time_unit : row.unit;
    if (unit == TimeUnit::Infer) {
      // Nobody writes a fraction of a millisecond, and no call takes 1,000 seconds.
      if (*number != std::floor(*number) && *number < 100) unit = TimeUnit::Seconds;
      if (*number >= 1000) unit = TimeUnit::Milliseconds;
      add_note(context.notes,
               unit == TimeUnit::Infer
                   ? "response times without a unit were left out; --time-unit gives it"
                   : "the unit of response times was inferred from their size",
               context.location);
    }
    const double micros = *number * micros_per(unit);
    if (unit != TimeUnit::Infer && micros < 9e18) context.span.duration = std::llround(micros);
    return;
  }
}

void read_record(const CallRecord& call, ReadContext& context) {
  Span& span = context.span;
  const object record = call.record;
  if (!call.bare_answer) {
    for (const std::string_view key : kTimes) {
      if (!span.start_time) span.start_time = time_of(record, key);
    }
  }
  read_duration(record, context);
  for (const std::string_view key : {"id", "request_id", "custom_id"}) {
    if (span.span_id.empty()) span.span_id = text_of(record, key);
  }
  const auto fill = [&](std::string& field, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      const auto value = member(record, key);
      if (field.empty() && value && !value->is_object() && !value->is_array()) {
        field = text_of(*value);
      }
    }
  };
  fill(span.user_id, {"user_id", "user"});
  fill(span.session_id, {"session_id", "conversation_id"});
  fill(span.trace_id, {"trace_id"});
  fill(span.category, {"category"});
  fill(span.environment, {"environment"});
  fill(span.provider, {"provider"});
  fill(span.app_name, {"app", "app_name", "service"});
}

void read_attributes(const CallRecord& call, ReadContext& context) {
  if (!context.options.fields.has(Field::Attributes)) return;
  for (const auto& [key, value] : call.record) {
    bool known = value.is_null();
    for (const std::string_view name : kNoAttributes) known = known || name == key;
    if (!known) context.span.attributes.push_back({std::string(key), text_of(value)});
  }
}

void set_output(const Answer& answer, FieldSet wanted, Span& span) {
  span.content_truncated = span.content_truncated || answer.cut;
  if (answer.shape == nullptr || answer.shape->kind == Kind::Embedding) return;
  if (!wanted.has(Field::Output)) return;
  if (!answer.calls.empty()) {
    span.output = to_json({Message{"assistant", answer.text, to_json(answer.calls)}});
    span.output_form = Form::Messages;
  } else {
    span.output = answer.text;
    span.output_form = Form::Text;
  }
}

void set_usage(const Answer& answer, Span& span) {
  span.input_tokens = answer.input_tokens;
  span.output_tokens = answer.output_tokens;
  span.total_tokens = answer.total_tokens;
  span.cache_read_tokens = answer.cache_read_tokens;
  span.cache_write_tokens = answer.cache_write_tokens;
  span.reasoning_tokens = answer.reasoning_tokens;
  if (answer.shape == nullptr) return;
  if (answer.shape->cache_separate && span.input_tokens) {
    *span.input_tokens += span.cache_read_tokens.value_or(0) + span.cache_write_tokens.value_or(0);
  }
  if (answer.shape->reasoning_separate && span.output_tokens) {
    *span.output_tokens += span.reasoning_tokens.value_or(0);
  }
}

bool is_pending(std::string_view status) {
  return status == "in_progress" || status == "queued" || status == "starting" ||
         status == "processing";
}

void set_status(const Answer& answer, int http_status, Span& span) {
  if (http_status >= 400 || !answer.error.empty() || answer.status == "failed") {
    span.status = Status::Error;
    span.status_message = answer.error;
    if (span.status_message.empty() && http_status >= 400) {
      span.status_message = "HTTP " + std::to_string(http_status);
    }
    span.error_class = classify_error(span.status_message, http_status >= 400 ? http_status : 0);
  } else if (is_pending(answer.status)) {
    span.status = Status::Pending;
  } else if (answer.status == "cancelled" || answer.status == "canceled") {
    span.status = Status::Cancelled;
  } else if (http_status >= 200 || answer.shape != nullptr) {
    span.status = Status::Ok;
  }
}

void set_answer(const Answer& answer, ReadContext& context) {
  Span& span = context.span;
  set_output(answer, context.options.fields, span);
  set_usage(answer, span);
  span.model = answer.model.empty() ? span.model_requested : answer.model;
  span.finish_reason = normal_finish_reason(answer.finish);
  // Some finish with "stop" although they ask for a tool.
  if (!answer.calls.empty() && span.finish_reason == "stop") span.finish_reason = "tool_calls";
  if (!answer.finish.empty() && answer.finish != span.finish_reason) {
    span.attributes.push_back({"finish_reason", answer.finish});
  }
  if (answer.shape != nullptr) span.refusal = answer.refusal || answer.finish == "refusal";
  if (!answer.id.empty()) {
    if (span.span_id.empty() || span.source == "openai-batch") {
      span.span_id = answer.id;
    } else if (answer.id != span.span_id) {
      span.attributes.push_back({"response_id", answer.id});
    }
  }
  if (!span.duration) span.duration = answer.duration;
}

// A plain answer beside its messages: {"messages": [...], "response": "text"}.
Answer plain_answer(std::string_view text) {
  static constexpr AnswerShape kPlain{.name = "plain", .marker = "text"};
  Answer answer;
  answer.shape = &kPlain;
  answer.text = text;
  return answer;
}

Answer answer_of(const CallRecord& call, std::string_view raw) {
  if (call.bare_answer) return read_answer(raw);
  if (!call.response) return {};
  std::string_view text;
  if (call.source == "provider-answers" &&
      call.response->get_string().get(text) == simdjson::SUCCESS) {
    return plain_answer(text);
  }
  return read_answer(*call.response);
}

std::optional<object> request_of(const CallRecord& call) {
  if (call.bare_request) return call.record;
  if (!call.request) return std::nullopt;
  object request;
  if (call.request->get_object().get(request) == simdjson::SUCCESS) return request;
  std::string_view text;
  if (call.request->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  thread_local simdjson::dom::parser parser;
  if (parse_text(parser, text).get_object().get(request) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return request;
}

Result<> exclude(const CallRecord& call, std::string_view path, ReadContext& context) {
  const std::string_view method = call.method.empty() ? "POST" : call.method;
  add_note(context.notes, "not a model call: " + std::string(method) + " " + generic_path(path),
           context.location);
  ++context.excluded;
  return {};
}

}  // namespace

int http_status_of(object record) {
  for (const std::string_view key : {"status_code", "http_status", "status"}) {
    const auto status = count_of(record, key);
    if (status && *status >= 100 && *status < 600) return static_cast<int>(*status);
  }
  return 0;
}

Result<> read_call(const CallRecord& call, ReadContext& context) {
  const Address address = split_url(call.url);
  const std::string_view path = call.path.empty() ? address.path : call.path;
  const std::string_view host = call.host.empty() ? address.host : call.host;
  if (is_administration(path) || call.method == "GET" || call.method == "DELETE") {
    return exclude(call, path, context);
  }
  const auto request = request_of(call);
  const Answer answer = answer_of(call, context.raw);
  if ((!request || !has_prompt(*request)) && answer.shape == nullptr) {
    if (!path.empty()) return exclude(call, path, context);
    return fail(Code::InvalidInput, "neither a prompt nor an answer that sonde knows");
  }
  Span& span = context.span;
  span.clear();
  span.source = call.source;
  span.location = context.location;
  span.kind = answer.shape != nullptr ? answer.shape->kind : Kind::Llm;
  if (is_embedding(path)) span.kind = Kind::Embedding;
  if (is_agent(path)) span.kind = Kind::Agent;
  span.levels = bit(Level::Call);
  span.name = generic_path(path);
  read_record(call, context);
  if (request) {
    read_request(*request, context.options.fields, span);
  } else if (call.request && call.request->is_string()) {
    span.input = text_of(*call.request);
    span.input_form = Form::Text;
    add_note(context.notes, "request bodies that are no JSON are kept as text", context.location);
  }
  if (span.model_requested.empty()) span.model_requested = model_in_path(path);
  read_attributes(call, context);
  set_answer(answer, context);
  set_status(answer, call.http_status, span);
  if (span.provider.empty()) span.provider = provider_of_host(host);
  if (span.provider.empty() && answer.shape != nullptr) span.provider = answer.shape->provider;
  if (span.provider.empty()) span.provider = provider_of_model(span.model);
  context.sink.add(span);
  return {};
}

}  // namespace sonde
