#include "sources/provider/answer.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "model/json_text.h"
#include "sources/provider/base64.h"
#include "sources/provider/frames.h"
#include "sources/provider/path.h"
#include "sources/provider/shapes.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

constexpr size_t kErrorBytesMax = 2000;
constexpr std::string_view kBase64 = "base64:";

// Members that hold an error's text, by how well they explain it.
constexpr std::string_view kErrorPaths[] = {
    "error.message",
    "response.error.message",
    "interaction.error.message",
    "error.0.message",
    "error.detail",
    "errorMessage",
    "error",
    "detail",
};

bool has_marker(const AnswerShape& shape, element event) {
  const auto value = at_path(event, shape.marker);
  if (!value) return false;
  if (shape.marker_value.empty()) return true;
  std::string_view text;
  return value->get_string().get(text) == simdjson::SUCCESS && text.starts_with(shape.marker_value);
}

std::optional<element> unwrapped(const AnswerShape& shape, element event) {
  for (const std::string_view path : shape.unwrap) {
    const auto inner = at_path(event, path);
    if (inner && inner->is_object()) return inner;
  }
  return std::nullopt;
}

const AnswerShape* find_shape(element event) {
  for (const AnswerShape& shape : answer_shapes()) {
    if (has_marker(shape, event)) return &shape;
    const auto inner = unwrapped(shape, event);
    if (inner && has_marker(shape, *inner)) return &shape;
  }
  return nullptr;
}

// Text, or the text of a list of parts; reasoning parts are no answer.
void append_text(element value, std::string& text) {
  std::string_view plain;
  array parts;
  if (value.get_string().get(plain) == simdjson::SUCCESS) {
    text += plain;
  } else if (value.get_array().get(parts) == simdjson::SUCCESS) {
    for (const element part : parts) {
      object fields;
      if (part.is_string()) {
        append_text(part, text);
      } else if (part.get_object().get(fields) == simdjson::SUCCESS) {
        text += view_of(fields, "text");
      }
    }
  }
}

class Assembler {
 public:
  explicit Assembler(Answer& answer) : answer_(answer) {}

  void add(element event) {
    read_errors(event);
    if (answer_.shape == nullptr) return;
    const AnswerShape& shape = *answer_.shape;
    if (const auto whole = unwrapped(shape, event)) {
      read_whole(shape, *whole);
    } else {
      read_text(shape, event);
      read_calls(shape, event);
      read_numbers(shape, event);
    }
  }

 private:
  // The whole answer that ends a stream replaces what its events gave.
  void read_whole(const AnswerShape& shape, element whole) {
    std::string text = std::move(answer_.text);
    std::vector<ToolCall> calls = std::move(answer_.calls);
    answer_.text.clear();
    std::vector<int64_t> indexes = std::exchange(call_indexes_, {});
    answer_.calls.clear();
    read_text(shape, whole);
    read_calls(shape, whole);
    if (answer_.text.empty()) answer_.text = std::move(text);
    if (answer_.calls.empty()) {
      answer_.calls = std::move(calls);
      call_indexes_ = std::move(indexes);
    }
    read_numbers(shape, whole);
  }

  void read_text(const AnswerShape& shape, element event) {
    const auto type = at_path(
        event, shape.marker == "generation_id" || shape.name == "gemini-interactions" ? "event_type"
                                                                                      : "type");
    const bool typed = type && type->is_string();
    const std::string name = typed ? text_of(*type) : std::string();
    for (const std::string_view path : shape.text) {
      if (path.empty()) return;
      const bool delta = !shape.delta_type.empty() && path.starts_with("delta");
      if ((delta || (typed && shape.delta_type == "text-generation")) && name != shape.delta_type) {
        continue;
      }
      const size_t before = answer_.text.size();
      visit_path(event, path, [&](element value) { append_text(value, answer_.text); });
      if (answer_.text.size() != before) return;
    }
  }

  void read_calls(const AnswerShape& shape, element event) {
    const auto index = at_path(event, "index");
    for (const std::string_view path : shape.calls) {
      if (path.empty()) return;
      visit_path(event, path, [&](element value) { add_call(value, index); });
    }
  }

  void add_call(element value, std::optional<element> event_index) {
    object outer;
    if (value.get_object().get(outer) != simdjson::SUCCESS) return;
    object call = outer;
    for (const std::string_view key : {"function", "functionCall", "toolUse"}) {
      if (outer.at_key(key).get_object().get(call) == simdjson::SUCCESS) break;
    }
    const std::string name = text_of(call, "name");
    std::string arguments;
    for (const std::string_view key :
         {"arguments", "args", "input", "parameters", "partial_json"}) {
      const auto found = member(call, key);
      // An Anthropic stream announces a call with {} and sends its input afterwards.
      if (!found || (event_index && found->is_object() && text_of(*found) == "{}")) continue;
      arguments = text_of(*found);
      break;
    }
    int64_t index = count_of(outer, "index").value_or(-1);
    if (index < 0 && event_index) index = event_index->get_int64().value_unsafe();
    if (!name.empty()) {
      std::string id = text_of(outer, "id");
      for (const std::string_view key : {"call_id", "id", "toolUseId"}) {
        if (const std::string inner = text_of(call, key); !inner.empty()) {
          id = inner;
          break;
        }
      }
      answer_.calls.push_back({std::move(id), name, std::move(arguments)});
      call_indexes_.push_back(index);
    } else if (!arguments.empty()) {
      const auto last = std::find(call_indexes_.rbegin(), call_indexes_.rend(), index);
      if (last != call_indexes_.rend()) {
        answer_.calls[static_cast<size_t>(call_indexes_.rend() - last - 1)].arguments += arguments;
      }
    }
  }

  static void raise(std::optional<int64_t>& field, element event, std::string_view path) {
    const auto found = at_path(event, path);
    double number = 0;
    if (!found || found->get_double().get(number) != simdjson::SUCCESS) return;
    if (number < 0 || number > 9e15) return;
    // A stream repeats counts as they grow.
    field = std::max(field.value_or(0), static_cast<int64_t>(number));
  }

  template <size_t N>
  static void raise_first(std::optional<int64_t>& field, element event,
                          const std::string_view (&paths)[N]) {
    for (const std::string_view path : paths) {
      if (!path.empty() && at_path(event, path)) return raise(field, event, path);
    }
  }

  void read_numbers(const AnswerShape& shape, element event) {
    raise_first(answer_.input_tokens, event, shape.input_tokens);
    raise_first(answer_.output_tokens, event, shape.output_tokens);
    raise(answer_.total_tokens, event, shape.total_tokens);
    raise_first(answer_.cache_read_tokens, event, shape.cache_read);
    raise(answer_.cache_write_tokens, event, shape.cache_write);
    raise_first(answer_.reasoning_tokens, event, shape.reasoning);
    for (const std::string_view path : shape.finish) {
      const auto found = at_path(event, path);
      if (!found) continue;
      answer_.finish = text_of(*found);
      break;
    }
    if (const auto refusal = at_path(event, shape.refusal); refusal && !text_of(*refusal).empty()) {
      answer_.refusal = true;
      if (answer_.text.empty()) append_text(*refusal, answer_.text);
    }
    read_identity(event);
  }

  void read_identity(element event) {
    const auto set = [&](std::string& field, std::initializer_list<std::string_view> paths) {
      for (const std::string_view path : paths) {
        const auto found = at_path(event, path);
        if (field.empty() && found && !found->is_object()) field = text_of(*found);
      }
    };
    set(answer_.model, {"model", "message.model", "modelVersion", "model_id"});
    set(answer_.id, {"id", "message.id", "responseId", "response_id", "generation_id"});
    if (const auto status = at_path(event, "status"); status && status->is_string()) {
      answer_.status = text_of(*status);
    }
    std::optional<int64_t> nanos;
    raise(nanos, event, "total_duration");
    std::optional<int64_t> millis;
    raise(millis, event, "metrics.latencyMs");
    if (nanos) answer_.duration = *nanos / 1000;
    if (millis) answer_.duration = *millis * 1000;
  }

  void read_errors(element event) {
    if (!answer_.error.empty()) return;
    for (const std::string_view path : kErrorPaths) {
      const auto found = at_path(event, path);
      if (!found || (found->is_bool() && !found->get_bool().value_unsafe())) continue;
      answer_.error = text_of(*found).substr(0, kErrorBytesMax);
      if (!answer_.error.empty()) return;
    }
  }

  Answer& answer_;
  std::vector<int64_t> call_indexes_;  // Of answer_.calls, by which a stream names them; -1: none.
};

simdjson::dom::parser& event_parser() {
  thread_local simdjson::dom::parser parser;
  return parser;
}

template <class Text>
Answer read_events(const std::vector<Text>& events) {
  Answer answer;
  simdjson::dom::parser& parser = event_parser();
  element event;
  for (const std::string_view text : events) {
    if (answer.shape != nullptr) break;
    if (parse_text(parser, text).get(event) == simdjson::SUCCESS) {
      answer.shape = find_shape(event);
    }
  }
  Assembler assembler(answer);
  for (const std::string_view text : events) {
    if (parse_text(parser, text).get(event) == simdjson::SUCCESS) {
      assembler.add(event);
    }
  }
  return answer;
}

Answer read_frames(std::string_view encoded) {
  const auto bytes = decode_base64(encoded);
  Answer answer;
  if (bytes) answer = read_events(decode_aws_frames(*bytes));
  answer.cut = !bytes;
  return answer;
}

}  // namespace

Answer read_answer(element body) {
  Answer answer;
  array events;
  std::string_view text;
  if (body.get_string().get(text) == simdjson::SUCCESS) return read_answer(text);
  // Vertex streams one JSON array; Hugging Face answers with one.
  if (body.get_array().get(events) == simdjson::SUCCESS) {
    for (const element event : events) {
      if (answer.shape == nullptr) answer.shape = find_shape(event);
    }
    Assembler assembler(answer);
    for (const element event : events) assembler.add(event);
    return answer;
  }
  answer.shape = find_shape(body);
  Assembler(answer).add(body);
  // Cohere's errors are a message beside nothing else.
  if (answer.shape == nullptr && answer.error.empty()) {
    const auto message = at_path(body, "message");
    if (message && message->is_string()) answer.error = text_of(*message);
  }
  return answer;
}

Answer read_answer(std::string_view body) {
  const size_t start = body.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  if (body.starts_with(kBase64)) return read_frames(body.substr(kBase64.size()));
  if (body[start] == '{' || body[start] == '[') {
    // Its own parser: the answer's events are views into the document.
    thread_local simdjson::dom::parser parser;
    element whole;
    if (parse_text(parser, body).get(whole) == simdjson::SUCCESS) {
      return read_answer(whole);
    }
  }
  const auto events = split_events(body);
  if (!events.empty()) return read_events(events);
  Answer answer;
  answer.error = std::string(body.substr(0, kErrorBytesMax));
  return answer;
}

}  // namespace sonde
