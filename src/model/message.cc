#include "model/message.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

namespace sonde {
namespace {

using Value = rapidjson::Value;

// RapidJSON writes by recursion; deeper text is kept as text.
constexpr int kDepthMax = 64;
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

struct Alias {
  std::string_view from;
  std::string_view to;
};

constexpr std::array kRoles = {
    Alias{"ai", "assistant"},      Alias{"bot", "assistant"},    Alias{"function", "tool"},
    Alias{"human", "user"},        Alias{"model", "assistant"},  Alias{"AIMessage", "assistant"},
    Alias{"HumanMessage", "user"}, Alias{"ToolMessage", "tool"}, Alias{"SystemMessage", "system"},
};

// Part types that hold no text, and what stands for them.
constexpr std::array kPlaceholders = {
    Alias{"audio", "[audio]"},     Alias{"document", "[file]"},     Alias{"file", "[file]"},
    Alias{"image", "[image]"},     Alias{"image_url", "[image]"},   Alias{"input_audio", "[audio]"},
    Alias{"input_file", "[file]"}, Alias{"input_image", "[image]"}, Alias{"redacted_thinking", ""},
    Alias{"reasoning", ""},        Alias{"thinking", ""},           Alias{"video", "[video]"},
    Alias{"video_url", "[video]"},
};

constexpr std::array<std::string_view, 5> kCallParts = {"function_call", "functionCall",
                                                        "tool_call", "tool_use", "toolUse"};
constexpr std::array<std::string_view, 6> kTextMembers = {"text",   "content", "response",
                                                          "result", "output",  "refusal"};

template <size_t N>
const Alias* find_alias(const std::array<Alias, N>& table, std::string_view from) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Alias& alias) { return alias.from == from; });
  return found == table.end() ? nullptr : &*found;
}

const Value* member(const Value& object, std::string_view name) {
  const auto found = object.FindMember(
      Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found == object.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::string_view text_member(const Value& object, std::string_view name) {
  const Value* value = member(object, name);
  return value != nullptr && value->IsString() ? text_of(*value) : std::string_view();
}

std::string as_json(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

void add_calls(Message& message, const Value& calls) {
  std::string json = as_json(calls);
  if (calls.IsArray()) {
    if (calls.Empty()) return;
    json = json.substr(1, json.size() - 2);
  }
  if (message.tool_calls.empty()) {
    message.tool_calls = "[" + json + "]";
  } else {
    message.tool_calls.insert(message.tool_calls.size() - 1, "," + json);
  }
}

bool is_tool_call(const Value& part) {
  const std::string_view type = text_member(part, "type");
  if (std::find(kCallParts.begin(), kCallParts.end(), type) != kCallParts.end()) return true;
  return member(part, "functionCall") != nullptr || member(part, "toolUse") != nullptr;
}

void add_part(Message& message, const Value& part) {
  if (part.IsString()) return append_line(message.content, text_of(part));
  if (part.IsArray()) {
    for (const Value& inner : part.GetArray()) add_part(message, inner);
    return;
  }
  if (!part.IsObject()) return append_line(message.content, as_json(part));
  if (is_tool_call(part)) return add_calls(message, part);
  if (const Alias* placeholder = find_alias(kPlaceholders, text_member(part, "type"))) {
    return append_line(message.content, placeholder->to);
  }
  for (const std::string_view name : kTextMembers) {
    const Value* text = member(part, name);
    if (text == nullptr) continue;
    return text->IsObject() ? append_line(message.content, as_json(*text))
                            : add_part(message, *text);
  }
  if (member(part, "inlineData") != nullptr || member(part, "fileData") != nullptr) {
    return append_line(message.content, "[file]");
  }
  append_line(message.content, as_json(part));
}

bool is_message(const Value& value) {
  if (!value.IsObject()) return false;
  const std::string_view type = text_member(value, "type");
  if (is_tool_call(value) || type == "function_call_output") return true;
  const bool has_role = !text_member(value, "role").empty() ||
                        find_alias(kRoles, type) != nullptr || type == "system" || type == "tool";
  return has_role && (member(value, "content") != nullptr || member(value, "text") != nullptr ||
                      member(value, "parts") != nullptr || member(value, "tool_calls") != nullptr ||
                      member(value, "function_call") != nullptr ||
                      member(value, "refusal") != nullptr || !text_member(value, "role").empty());
}

Message read_message(const Value& value) {
  Message message;
  std::string_view role = text_member(value, "role");
  if (role.empty()) role = text_member(value, "type");
  const Alias* alias = find_alias(kRoles, role);
  message.role = alias != nullptr ? alias->to : role;
  if (role == "function_call_output") message.role = "tool";
  if (is_tool_call(value)) {
    message.role = "assistant";
    add_calls(message, value);
    return message;
  }
  for (const std::string_view name : {"content", "text", "parts", "refusal", "output"}) {
    const Value* content = member(value, name);
    if (content == nullptr) continue;
    add_part(message, *content);
    if (!message.content.empty() || !message.tool_calls.empty()) break;
  }
  for (const std::string_view name : {"tool_calls", "function_call"}) {
    const Value* calls = member(value, name);
    if (calls != nullptr) add_calls(message, *calls);
  }
  if (const Value* files = member(value, "files"); files != nullptr && files->IsArray()) {
    for (size_t i = 0; i < files->Size(); ++i) append_line(message.content, "[file]");
  }
  return message;
}

bool is_message_list(const Value& value) {
  return value.IsArray() && !value.Empty() &&
         std::all_of(value.Begin(), value.End(),
                     [](const Value& item) { return is_message(item); });
}

bool is_shallow(std::string_view json) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDepthMax) return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

// Messages in `json`, or nothing when it is not a list of them.
std::vector<Message> parse_messages(std::string_view json) {
  std::vector<Message> messages;
  const size_t start = json.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || (json[start] != '[' && json[start] != '{'))
    return messages;
  if (!is_shallow(json)) return messages;
  rapidjson::Document document;
  document.Parse<kParseFlags>(json.data(), json.size());
  if (document.HasParseError()) return messages;
  const Value* list = &document;
  if (document.IsObject()) {
    const Value* inner = member(document, "messages");
    if (inner == nullptr) inner = member(document, "contents");
    if (inner == nullptr && is_message(document)) messages.push_back(read_message(document));
    if (inner == nullptr) return messages;
    list = inner;
  }
  if (!is_message_list(*list)) return messages;
  for (const Value& item : list->GetArray()) messages.push_back(read_message(item));
  return messages;
}

// A system prompt may be text or a JSON array of parts.
std::string system_text(std::string_view system) {
  if (!system.starts_with('[') || !is_shallow(system)) return std::string(system);
  rapidjson::Document document;
  document.Parse<kParseFlags>(system.data(), system.size());
  const bool parts = !document.HasParseError() && document.IsArray() && !document.Empty() &&
                     std::all_of(document.Begin(), document.End(), [](const Value& part) {
                       return part.IsObject() && (member(part, "text") || member(part, "content"));
                     });
  if (!parts) return std::string(system);
  Message message;
  add_part(message, document);
  return message.content;
}

std::vector<Message> read(std::string_view text, Form form, std::string_view role) {
  if (text.empty()) return {};
  if (form == Form::Messages || form == Form::Json) {
    std::vector<Message> messages = parse_messages(text);
    if (!messages.empty()) {
      for (Message& message : messages) {
        if (message.role.empty()) message.role = role;
      }
      return messages;
    }
  }
  return {Message{std::string(role), std::string(text), ""}};
}

std::string join(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) {
    if (message.content.empty()) continue;
    if (!text.empty()) text += "\n\n";
    text += message.content;
  }
  return text;
}

bool is_system(const Message& message) {
  return message.role == "system" || message.role == "developer";
}

}  // namespace

std::vector<Message> input_messages(const Span& span) {
  std::vector<Message> messages = read(span.input, span.input_form, "user");
  std::stable_partition(messages.begin(), messages.end(), is_system);
  if (span.system.empty()) return messages;
  std::string system = system_text(span.system);
  const bool repeated = std::any_of(messages.begin(), messages.end(), [&](const Message& message) {
    return is_system(message) && message.content == system;
  });
  if (!repeated) messages.insert(messages.begin(), Message{"system", std::move(system), ""});
  return messages;
}

std::vector<Message> output_messages(const Span& span) {
  return read(span.output, span.output_form, "assistant");
}

std::string prompt_text(const Span& span) { return join(input_messages(span)); }

std::string answer_text(const Span& span) { return join(output_messages(span)); }

std::string to_json(const std::vector<ToolCall>& calls) {
  if (calls.empty()) return {};
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (const ToolCall& call : calls) {
    writer.StartObject();
    writer.Key("id");
    writer.String(call.id);
    writer.Key("name");
    writer.String(call.name);
    writer.Key("arguments");
    writer.String(call.arguments);
    writer.EndObject();
  }
  writer.EndArray();
  return buffer.GetString();
}

std::string to_json(const std::vector<Message>& messages) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto put = [&](std::string_view text) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  };
  writer.StartArray();
  for (const Message& message : messages) {
    writer.StartObject();
    put("role");
    put(message.role);
    put("content");
    put(message.content);
    if (!message.tool_calls.empty()) {
      put("tool_calls");
      writer.RawValue(message.tool_calls.data(), message.tool_calls.size(), rapidjson::kArrayType);
    }
    writer.EndObject();
  }
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace sonde
