#include "sources/provider/request.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string>

#include "model/message.h"
#include "sources/provider/path.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// Where the prompt is; the first that has a value counts.
constexpr std::string_view kPrompts[] = {
    "messages",      // OpenAI chat, Anthropic, Cohere v2, Bedrock converse, Ollama, Mistral
    "contents",      // Gemini
    "prompt",        // completions, Anthropic complete, Ollama generate, Llama
    "input.prompt",  // Replicate
    "input.text",    // Bedrock knowledge bases
    "input",         // OpenAI responses and embeddings, watsonx
    "inputText",     // Titan, Bedrock agents
    "inputs",        // Hugging Face, SageMaker
    "message",       // Cohere v1
    "texts",         // Cohere embed
    "content",       // Gemini embedContent
    "variables",     // Prompts that the provider keeps
};

constexpr std::string_view kSystems[] = {
    "system", "instructions", "systemInstruction", "system_instruction", "preamble", "instruction",
};

constexpr std::string_view kTools[] = {
    "tools",
    "toolConfig.tools",
    "tool_config.tools",
    "functions",
};

// Objects that hold settings; their members count as the request's own.
constexpr std::string_view kSettings[] = {
    "generationConfig", "generation_config", "inferenceConfig",
    "options",          "parameters",        "textGenerationConfig",
};

// Members that are no parameters.
constexpr std::string_view kNoParameters[] = {
    "chat_history",
    "content",
    "contents",
    "context",
    "documents",
    "functions",
    "input",
    "inputText",
    "input_type",
    "inputs",
    "instruction",
    "instructions",
    "message",
    "messages",
    "metadata",
    "model",
    "modelId",
    "model_id",
    "preamble",
    "project_id",
    "prompt",
    "system",
    "systemInstruction",
    "system_instruction",
    "template",
    "texts",
    "toolConfig",
    "tool_config",
    "tools",
    "user",
    "variables",
};

template <size_t N>
bool is_in(const std::string_view (&table)[N], std::string_view key) {
  return std::find(std::begin(table), std::end(table), key) != std::end(table);
}

template <size_t N>
std::optional<element> first_of(object request, const std::string_view (&paths)[N]) {
  for (const std::string_view path : paths) {
    const auto found = at_path(request, path);
    if (found && !(found->is_string() && text_of(*found).empty())) return found;
  }
  return std::nullopt;
}

// A text, or what a list of parts ({"text"}) or {"parts"} says.
std::string parts_text(element value) {
  if (value.is_string()) return text_of(value);
  std::string text;
  for (const std::string_view path : {"*.text", "parts.*.text", "text", "*.content"}) {
    visit_path(value, path, [&](element part) {
      if (!text.empty()) text += '\n';
      text += text_of(part);
    });
    if (!text.empty()) return text;
  }
  return text_of(value);
}

bool holds_messages(element value) {
  array items;
  if (value.get_array().get(items) != simdjson::SUCCESS) return false;
  for (const element item : items) {
    object message;
    if (item.get_object().get(message) != simdjson::SUCCESS) return false;
    if (member(message, "role") || member(message, "parts")) return true;
  }
  return false;
}

// Cohere v1 keeps the last message apart from the earlier ones.
std::string cohere_messages(array history, element last) {
  std::vector<Message> messages;
  for (const element item : history) {
    object turn;
    if (item.get_object().get(turn) != simdjson::SUCCESS) continue;
    const std::string role = text_of(turn, "role");
    const bool assistant = role == "CHATBOT" || role == "Chatbot";
    messages.push_back({role == "SYSTEM" ? "system"
                        : assistant      ? "assistant"
                                         : "user",
                        text_of(turn, "message"),
                        {}});
  }
  messages.push_back({"user", text_of(last), {}});
  return to_json(messages);
}

void read_prompt(object request, Span& span) {
  const auto prompt = first_of(request, kPrompts);
  if (!prompt) return;
  array history;
  array items;
  if (request.at_key("chat_history").get_array().get(history) == simdjson::SUCCESS &&
      history.size() > 0 && prompt->is_string()) {
    span.input = cohere_messages(history, *prompt);
    span.input_form = Form::Messages;
  } else if (holds_messages(*prompt)) {
    span.input = text_of(*prompt);
    span.input_form = Form::Messages;
  } else if (prompt->get_array().get(items) == simdjson::SUCCESS && items.size() == 1 &&
             items.at(0).is_string()) {
    span.input = text_of(items.at(0).value_unsafe());
    span.input_form = Form::Text;
  } else {
    span.input = text_of(*prompt);
    span.input_form = prompt->is_string() ? Form::Text : Form::Json;
  }
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_parameters(object settings, bool nested, Writer& writer) {
  for (const auto& [key, value] : settings) {
    object inner;
    if (value.is_null()) continue;
    if (!nested && is_in(kSettings, key) && value.get_object().get(inner) == simdjson::SUCCESS) {
      write_parameters(inner, true, writer);
      continue;
    }
    if (!nested && is_in(kNoParameters, key)) continue;
    const std::string json = simdjson::minify(value);
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  }
}

std::string parameters_of(object request) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_parameters(request, false, writer);
  writer.EndObject();
  std::string json = buffer.GetString();
  return json == "{}" ? std::string() : json;
}

}  // namespace

bool has_prompt(object request) { return first_of(request, kPrompts).has_value(); }

void read_request(object request, FieldSet wanted, Span& span) {
  for (const std::string_view key : {"model", "modelId", "model_id", "foundationModel"}) {
    if (span.model_requested.empty()) span.model_requested = text_of(request, key);
  }
  span.user_id = view_of(request, "user");
  if (span.user_id.empty()) {
    if (const auto user = at_path(request, "metadata.user_id")) span.user_id = text_of(*user);
  }
  if (wanted.has(Field::Input)) read_prompt(request, span);
  if (wanted.has(Field::System)) {
    if (const auto system = first_of(request, kSystems)) span.system = parts_text(*system);
  }
  if (wanted.has(Field::Tools)) {
    const auto tools = first_of(request, kTools);
    if (tools && tools->is_array() && tools->get_array().value_unsafe().size() > 0) {
      span.tools = text_of(*tools);
    }
  }
  if (wanted.has(Field::Parameters)) span.parameters = parameters_of(request);
}

}  // namespace sonde
