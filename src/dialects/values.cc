#include "dialects/values.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/decimal.h"
#include "base/time.h"
#include "model/finish_reason.h"
#include "model/json_text.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// One parser a thread: its buffers grow once.
simdjson::dom::parser& thread_parser() {
  thread_local simdjson::dom::parser parser;
  return parser;
}

std::optional<element> parse_json(std::string_view text) {
  element value;
  if (parse_text(thread_parser(), text).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

std::optional<object> parse_object(std::string_view text) {
  const auto value = parse_json(text);
  object result;
  if (!value || value->get_object().get(result) != simdjson::SUCCESS) return std::nullopt;
  return result;
}

std::string to_text(element value) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  return value.is_null() ? std::string() : simdjson::minify(value);
}

std::string text_at(object parent, std::string_view key) {
  element value;
  return parent.at_key(key).get(value) == simdjson::SUCCESS ? to_text(value) : std::string();
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

// Whether a string of the JSON may spell a character in a way of its own: \u00e9, \/. Without
// branches, so that the compiler looks at many characters at once; a backslash that is itself
// escaped before a u is taken for one too, which costs time alone.
bool has_spelled_characters(std::string_view json) {
  unsigned found = 0;
  for (size_t i = 0; i + 1 < json.size(); ++i) {
    const auto is_spelled =
        static_cast<unsigned>(json[i + 1] == 'u') | static_cast<unsigned>(json[i + 1] == '/');
    found |= static_cast<unsigned>(json[i] == '\\') & is_spelled;
  }
  return found != 0;
}

// `value`, which is what `text` holds, without white space and with its characters as they are.
// Taking white space out of the text is many times faster than writing the value anew.
template <class Value>
std::string compact(std::string_view text, Value value) {
  if (has_spelled_characters(text)) return simdjson::minify(value);
  std::string json(text.size() + simdjson::SIMDJSON_PADDING, '\0');
  size_t size = 0;
  if (simdjson::minify(text.data(), text.size(), json.data(), size) != simdjson::SUCCESS) {
    return simdjson::minify(value);
  }
  json.resize(size);
  return json;
}

bool is_message(object value) { return value.at_key("role").error() == simdjson::SUCCESS; }

bool is_message(element value) {
  object message;
  return value.get_object().get(message) == simdjson::SUCCESS && is_message(message);
}

bool is_messages(element value) {
  array list;
  if (value.get_array().get(list) != simdjson::SUCCESS || list.size() == 0) return false;
  for (const element item : list) {
    if (!is_message(item)) return false;
  }
  return true;
}

template <class Value>
std::string wrap(Value message) {
  return "[" + simdjson::minify(message) + "]";
}

Content object_content(std::string_view text, object value) {
  element inner;
  if (is_message(value)) return {Form::Messages, wrap(value), {}};
  if (value.at_key("messages").get(inner) == simdjson::SUCCESS && is_messages(inner)) {
    return {Form::Messages, simdjson::minify(inner), text_at(value, "system")};
  }
  if (value.at_pointer("/choices/0/message").get(inner) == simdjson::SUCCESS && is_message(inner)) {
    return {Form::Messages, wrap(inner), {}};
  }
  if (value.at_key("prompt").get(inner) == simdjson::SUCCESS) {
    if (is_messages(inner))
      return {Form::Messages, simdjson::minify(inner), text_at(value, "system")};
    if (inner.is_string()) return {Form::Text, to_text(inner), text_at(value, "system")};
  }
  return {Form::Json, compact(text, value), {}};
}

// A bucket of a usage map: part of input or output, and which part.
struct Bucket {
  bool input = false;
  std::optional<int64_t> Span::*part = nullptr;
};

std::optional<Bucket> classify_bucket(std::string_view key) {
  Bucket bucket;
  if (key.starts_with("input") || key.starts_with("prompt")) {
    bucket.input = true;
  } else if (!key.starts_with("output") && !key.starts_with("completion")) {
    return std::nullopt;
  }
  const auto has = [key](std::string_view word) {
    return key.find(word) != std::string_view::npos;
  };
  if (has("audio")) {
    bucket.part = bucket.input ? &Span::input_audio_tokens : &Span::output_audio_tokens;
  } else if (has("cache_creation") || has("cache_write")) {
    bucket.part = &Span::cache_write_tokens;
  } else if (has("cache")) {
    bucket.part = &Span::cache_read_tokens;
  } else if (has("reasoning")) {
    bucket.part = &Span::reasoning_tokens;
  }
  return bucket;
}

void set_if_null(std::optional<int64_t>& field, std::optional<int64_t> value) {
  if (!field) field = value;
}

std::string parse_first(std::string_view text) {
  if (text.empty() || text.front() != '[') return std::string(text);
  // ["stop"], as nearly all are.
  if (text.starts_with("[\"") && text.ends_with("\"]") && text.size() >= 4) {
    const std::string_view only = text.substr(2, text.size() - 4);
    if (only.find_first_of("\"\\") == std::string_view::npos) return std::string(only);
  }
  const auto value = parse_json(text);
  array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return std::string(text);
  for (const element item : list) return to_text(item);
  return {};
}

}  // namespace

std::optional<int64_t> parse_count(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number > 9e15 || *number != std::floor(*number)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*number);
}

std::optional<int64_t> parse_duration(std::string_view text, double micros_per_unit) {
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number * micros_per_unit > 9e18) return std::nullopt;
  return std::llround(*number * micros_per_unit);
}

std::optional<int64_t> parse_instant(std::string_view text) {
  while (text.size() > 1 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (const auto time = parse_iso_time(text)) return time;
  const auto number = parse_number(text);
  return number ? epoch_to_micros(*number) : std::nullopt;
}

std::string parse_list(std::string_view text) {
  if (text.empty() || text.front() != '[') return std::string(text);
  const auto value = parse_json(text);
  array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return std::string(text);
  std::string result;
  for (const element item : list) {
    if (!result.empty()) result += ',';
    result += to_text(item);
  }
  return result;
}

std::string parse_finish_reason(std::string_view text) {
  return normal_finish_reason(parse_first(text));
}

bool apply_usage_map(std::string_view text, Span& span) {
  const auto map = parse_object(text);
  if (!map) return false;
  std::optional<int64_t> whole[2];  // Output, input: the bucket named so.
  int64_t sum[2] = {0, 0};
  std::optional<int64_t> total;
  bool found[2] = {false, false};
  for (const auto& [key, value] : *map) {
    const auto count = parse_count(to_text(value));
    if (!count) continue;
    if (key == "total") total = count;
    const auto bucket = classify_bucket(key);
    if (!bucket) continue;
    sum[bucket->input] += *count;
    found[bucket->input] = true;
    if (bucket->part != nullptr) {
      set_if_null(span.*(bucket->part), count);
    } else if (key == "input" || key == "output") {
      whole[bucket->input] = count;
    }
  }
  if (!found[0] && !found[1] && !total) return false;
  const int64_t wholes = whole[0].value_or(0) + whole[1].value_or(0);
  const bool inclusive = total && *total == wholes && wholes != sum[0] + sum[1];
  if (found[1]) set_if_null(span.input_tokens, inclusive ? whole[1] : sum[1]);
  if (found[0]) set_if_null(span.output_tokens, inclusive ? whole[0] : sum[0]);
  set_if_null(span.total_tokens, total);
  return true;
}

bool apply_cost_map(std::string_view text, Span& span) {
  const auto map = parse_object(text);
  if (!map) return false;
  std::optional<int64_t> total;
  std::optional<int64_t> sum;
  for (const auto& [key, value] : *map) {
    const auto amount = parse_decimal_nanos(to_text(value));
    if (!amount) continue;
    if (key == "total") {
      total = amount;
    } else {
      sum = sum.value_or(0) + *amount;
    }
  }
  if (!total) total = sum;
  // A failed call's zeros say that nothing was reported, not that it was free.
  if (!total || (*total == 0 && span.status == Status::Error)) return false;
  span.cost = total;
  span.currency = "USD";
  span.cost_origin = "reported";
  return true;
}

bool apply_prompt_link(std::string_view text, Span& span) {
  const auto link = parse_object(text);
  if (!link) return false;
  if (span.prompt_name.empty()) span.prompt_name = text_at(*link, "name");
  if (span.prompt_version.empty()) span.prompt_version = text_at(*link, "version");
  return !span.prompt_name.empty();
}

Content parse_content(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  if (std::string_view("[{\"").find(text[start]) == std::string_view::npos) {
    return {Form::Text, std::string(text), {}};
  }
  const auto value = parse_json(text);
  if (!value) return {Form::Text, std::string(text), {}};
  std::string_view inner;
  if (value->get_string().get(inner) == simdjson::SUCCESS) {
    // Some encode JSON twice.
    const bool nested = inner.starts_with('{') || inner.starts_with('[');
    const std::string copy(inner);
    return nested ? parse_content(copy) : Content{Form::Text, copy, {}};
  }
  object fields;
  if (value->get_object().get(fields) == simdjson::SUCCESS) return object_content(text, fields);
  return {is_messages(*value) ? Form::Messages : Form::Json, compact(text, *value), {}};
}

std::string parse_parts(std::string_view text) {
  if (text.empty() || text.front() != '[') return std::string(text);
  const auto value = parse_json(text);
  array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return std::string(text);
  std::string result;
  for (const element item : list) {
    object part;
    std::string piece;
    if (item.get_object().get(part) == simdjson::SUCCESS) {
      piece = text_at(part, "content");
      if (piece.empty()) piece = text_at(part, "text");
    } else {
      piece = to_text(item);
    }
    if (piece.empty()) continue;
    if (!result.empty()) result += '\n';
    result += piece;
  }
  return result;
}

std::string parse_tool_calls(std::string_view text) {
  const auto value = parse_json(text);
  array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return {};
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (const element item : list) {
    object call;
    if (item.get_object().get(call) != simdjson::SUCCESS) continue;
    const auto either = [&](std::string_view a, std::string_view b) {
      std::string found = text_at(call, a);
      return found.empty() ? text_at(call, b) : found;
    };
    writer.StartObject();
    writer.Key("id");
    writer.String(either("toolCallId", "id"));
    writer.Key("name");
    writer.String(either("toolName", "name"));
    writer.Key("arguments");
    writer.String(either("input", "args"));
    writer.EndObject();
  }
  writer.EndArray();
  return buffer.GetString();
}

}  // namespace sonde
