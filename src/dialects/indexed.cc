#include "dialects/indexed.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include <charconv>
#include <map>
#include <optional>

#include "dialects/values.h"
#include "model/documents.h"
#include "model/json_text.h"

namespace sonde {
namespace {

struct Parts {
  Message message;
  std::map<unsigned, ToolCall> calls;
};

// "12.rest" -> 12, and drops it from the text.
std::optional<unsigned> take_index(std::string_view& text) {
  unsigned index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{}) return std::nullopt;
  const auto used = static_cast<size_t>(end - text.data());
  if (used < text.size() && text[used] != '.') return std::nullopt;
  text.remove_prefix(std::min(used + 1, text.size()));
  return index;
}

std::string_view leaf_of(std::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

void append_line(std::string& text, std::string_view line) {
  if (!text.empty() && !line.empty()) text += '\n';
  text += line;
}

void add_call_piece(std::string_view path, std::string_view value, Parts& parts) {
  const auto index = take_index(path);
  if (!index) return;
  ToolCall& call = parts.calls[*index];
  const std::string_view leaf = leaf_of(path);
  if (leaf == "id") {
    call.id = value;
  } else if (leaf == "name") {
    call.name = value;
  } else if (leaf == "arguments") {
    call.arguments = value;
  }
}

void add_piece(std::string_view path, std::string_view value, Parts& parts) {
  constexpr std::string_view kCalls = "tool_calls.";
  if (const size_t at = path.find(kCalls); at != std::string_view::npos) {
    add_call_piece(path.substr(at + kCalls.size()), value, parts);
    return;
  }
  const std::string_view leaf = leaf_of(path);
  if (leaf == "role") {
    parts.message.role = value;
  } else if (leaf == "content") {
    append_line(parts.message.content, parse_parts(value));
  } else if (leaf == "text") {
    append_line(parts.message.content, value);
  } else if (leaf == "type" && value == "image") {
    append_line(parts.message.content, "[image]");
  }
}

Message finish(Parts& parts) {
  std::vector<ToolCall> calls;
  for (auto& [index, call] : parts.calls) calls.push_back(std::move(call));
  parts.message.tool_calls = to_json(calls);
  return std::move(parts.message);
}

std::string minified(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  if (parse_text(parser, json).get(value) != simdjson::SUCCESS) return {};
  return simdjson::minify(value);
}

// gen_ai.choice: {"message":{"content","tool_calls"}}; some write the text itself.
void add_choice(std::string_view json, Message& message) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parse_text(parser, json).get_object().get(object) != simdjson::SUCCESS) {
    message.content = json;
    return;
  }
  for (const auto& [key, value] : object) {
    if (key == "content") {
      std::string_view text;
      message.content = value.get_string().get(text) == simdjson::SUCCESS
                            ? std::string(text)
                            : parse_parts(simdjson::minify(value));
    } else if (key == "tool_calls" && value.is_array()) {
      message.tool_calls = simdjson::minify(value);
    } else if (key == "role" && value.is_string()) {
      message.role = std::string_view(value.get_string().value_unsafe());
    }
  }
}

// event.gen_ai.user.message -> user; event.gen_ai.choice -> assistant.
std::string_view role_of(std::string_view event) {
  constexpr std::string_view kStart = "event.gen_ai.";
  constexpr std::string_view kEnd = ".message";
  if (!event.ends_with(kEnd)) return "assistant";
  return event.substr(kStart.size(), event.size() - kStart.size() - kEnd.size());
}

void add_event_member(std::string_view key, std::string_view value, Message& message) {
  if (key == "content" || key == "gen_ai.event.content") {
    message.content = parse_parts(value);
  } else if (key == "message") {
    add_choice(value, message);
  } else if (key == "tool_calls") {
    message.tool_calls = minified(value);
  }
}

}  // namespace

std::vector<Message> messages_from_pieces(const std::vector<Piece>& pieces) {
  std::map<unsigned, Parts> parts;
  for (const Piece& piece : pieces) {
    std::string_view path = piece.rest;
    const auto index = take_index(path);
    if (index) add_piece(path, piece.value, parts[*index]);
  }
  std::vector<Message> messages;
  for (auto& [index, part] : parts) messages.push_back(finish(part));
  return messages;
}

std::string tools_from_pieces(const std::vector<Piece>& pieces) {
  std::map<unsigned, std::vector<Piece>> tools;
  for (const Piece& piece : pieces) {
    std::string_view path = piece.rest;
    const auto index = take_index(path);
    if (index) tools[*index].push_back({leaf_of(path), piece.value});
  }
  if (tools.empty()) return {};
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (const auto& [index, members] : tools) {
    const std::string whole =
        members.size() == 1 && members[0].rest == "json_schema" ? minified(members[0].value) : "";
    if (!whole.empty()) {
      writer.RawValue(whole.data(), whole.size(), rapidjson::kObjectType);
      continue;
    }
    writer.StartObject();
    for (const Piece& member : members) {
      writer.Key(member.rest.data(), static_cast<rapidjson::SizeType>(member.rest.size()));
      const std::string json = member.rest == "parameters" ? minified(member.value) : "";
      if (json.empty()) {
        writer.String(std::string(member.value));
      } else {
        writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
      }
    }
    writer.EndObject();
  }
  writer.EndArray();
  return buffer.GetString();
}

std::string documents_from_pieces(const std::vector<Piece>& pieces) {
  struct Document {
    std::string_view id;
    std::string_view metadata;
    std::string_view content;
  };
  std::map<unsigned, Document> documents;
  for (const Piece& piece : pieces) {
    std::string_view path = piece.rest;
    const auto index = take_index(path);
    if (!index) continue;
    const std::string_view leaf = leaf_of(path);
    Document& document = documents[*index];
    if (leaf == "id") document.id = piece.value;
    if (leaf == "metadata") document.metadata = piece.value;
    if (leaf == "content") document.content = piece.value;
  }
  DocumentList list;
  for (const auto& [index, document] : documents) {
    std::string name(document.id);
    simdjson::dom::parser parser;
    simdjson::dom::object metadata;
    if (name.empty() &&
        parse_text(parser, document.metadata).get_object().get(metadata) == simdjson::SUCCESS) {
      name = document_name(metadata);
    }
    list.add(name.empty() ? document.content : name);
  }
  return list.text();
}

std::vector<Message> messages_from_events(const std::vector<EventPiece>& pieces) {
  std::vector<Message> messages;
  std::string_view event;
  unsigned number = 0;
  for (const EventPiece& piece : pieces) {
    std::string_view path = piece.rest;
    const unsigned index = take_index(path).value_or(0);
    if (messages.empty() || piece.event != event || index != number) {
      event = piece.event;
      number = index;
      messages.push_back({std::string(role_of(event)), {}, {}});
    }
    add_event_member(path, piece.value, messages.back());
  }
  return messages;
}

}  // namespace sonde
