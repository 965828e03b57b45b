#include "analysis/execution.h"

#include <rapidjson/document.h>

#include <array>

#include "analysis/text.h"
#include "model/error_class.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 8> kMaxTokensNames = {
    "max_tokens", "max_completion_tokens", "max_output_tokens",    "maxOutputTokens",
    "maxTokens",  "num_predict",           "max_tokens_to_sample", "max_new_tokens"};
constexpr std::array<std::string_view, 7> kJsonModeNames = {
    "response_format", "responseMimeType",  "response_mime_type", "json_schema",
    "format",          "structured_output", "response_schema"};
constexpr std::array<std::string_view, 3> kNestedNames = {"generationConfig", "inferenceConfig",
                                                          "completion_params"};

bool is_system(const Message& message) {
  return message.role == "system" || message.role == "developer";
}

// Objects inside objects are followed this far.
constexpr int kDepthMax = 4;

bool asks_json(const rapidjson::Value& value, int depth = 0) {
  if (value.IsString()) {
    return find_ignoring_case({value.GetString(), value.GetStringLength()}, "json") !=
           std::string_view::npos;
  }
  if (!value.IsObject() || depth > kDepthMax) return false;
  const auto type = value.FindMember("type");
  return type == value.MemberEnd() || asks_json(type->value, depth + 1);
}

void read_object(const rapidjson::Value& object, Parameters& parameters, int depth = 0) {
  if (depth > kDepthMax) return;
  for (const auto& [key, value] : object.GetObject()) {
    const std::string_view name(key.GetString(), key.GetStringLength());
    for (const std::string_view known : kMaxTokensNames) {
      if (name == known && value.IsInt64() && value.GetInt64() > 0) {
        parameters.max_tokens = value.GetInt64();
        parameters.max_tokens_name = known;
      }
    }
    for (const std::string_view known : kJsonModeNames) {
      if (name == known && asks_json(value)) parameters.json_mode = true;
    }
    for (const std::string_view known : kNestedNames) {
      if (name == known && value.IsObject()) read_object(value, parameters, depth + 1);
    }
  }
}

}  // namespace

Parameters parse_parameters(std::string_view json) {
  Parameters parameters;
  if (json.empty()) return parameters;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (!document.HasParseError() && document.IsObject()) read_object(document, parameters);
  return parameters;
}

Execution::Execution(const Span& span, Outcome outcome, Repeats repeats, PromptSizes sizes)
    : span_(span), outcome_(outcome), repeats_(repeats), sizes_(sizes) {}

const std::vector<Message>& Execution::messages() const {
  if (!messages_) messages_ = input_messages(span_);
  return *messages_;
}

const std::string& Execution::system() const {
  if (!system_) {
    system_.emplace();
    for (const Message& message : messages()) {
      if (!is_system(message)) continue;
      if (!system_->empty()) *system_ += "\n\n";
      *system_ += message.content;
    }
  }
  return *system_;
}

const std::string& Execution::user() const {
  if (!user_) {
    user_.emplace();
    for (const Message& message : messages()) {
      if (message.role == "user") *user_ = message.content;
    }
  }
  return *user_;
}

const std::string& Execution::prompt() const {
  if (!prompt_) {
    prompt_.emplace();
    for (const Message& message : messages()) {
      if (message.content.empty()) continue;
      if (!prompt_->empty()) *prompt_ += "\n\n";
      *prompt_ += message.content;
    }
  }
  return *prompt_;
}

void Execution::read_answer() const {
  if (answer_) return;
  answer_.emplace();
  for (const Message& message : output_messages(span_)) {
    has_tool_calls_ = has_tool_calls_ || !message.tool_calls.empty();
    if (message.content.empty()) continue;
    if (!answer_->empty()) *answer_ += "\n\n";
    *answer_ += message.content;
  }
}

const std::string& Execution::answer() const {
  read_answer();
  return *answer_;
}

bool Execution::has_tool_calls() const {
  read_answer();
  return has_tool_calls_ || span_.finish_reason == "tool_calls" ||
         span_.finish_reason == "tool_use" || span_.finish_reason == "function_call";
}

const Parameters& Execution::parameters() const {
  if (!parameters_) parameters_ = parse_parameters(span_.parameters);
  return *parameters_;
}

std::string_view Execution::error_class() const {
  if (!span_.error_class.empty() && span_.error_class != "unknown") return span_.error_class;
  return span_.status_message.empty() ? std::string_view() : classify_error(span_.status_message);
}

bool Execution::has_wording() const {
  const bool model_call =
      span_.kind == Kind::Span || span_.kind == Kind::Llm || span_.kind == Kind::Agent;
  const bool worded = span_.input_form == Form::Text || span_.input_form == Form::Messages;
  return model_call && (worded || !span_.system.empty()) && !trimmed(prompt()).empty();
}

const std::string& Execution::instructions() const {
  return trimmed(system()).empty() ? user() : system();
}

std::string_view Execution::instructions_name() const {
  return trimmed(system()).empty() ? "prompt" : "system-prompt";
}

uint64_t Execution::prompt_tokens() const {
  if (!tokens_) {
    tokens_ = span_.input_tokens && *span_.input_tokens > 0
                  ? static_cast<uint64_t>(*span_.input_tokens)
                  : estimated_tokens(prompt());
  }
  return *tokens_;
}

}  // namespace sonde
