#include "sources/otlp/any_value.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>

#include "sources/provider/base64.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

namespace {

// Values nest; deeper ones are cut to null.
constexpr int kDepthMax = 64;

void write_any(element value, Writer& writer, int depth);

void write_raw(element value, Writer& writer) {
  const std::string json = simdjson::minify(value);
  writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

void write_list(element value, Writer& writer, int depth) {
  writer.StartArray();
  object holder;
  array items;
  if (value.get_object().get(holder) == simdjson::SUCCESS &&
      holder.at_key("values").get_array().get(items) == simdjson::SUCCESS) {
    for (const element item : items) write_any(item, writer, depth + 1);
  }
  writer.EndArray();
}

void write_map(element value, Writer& writer, int depth) {
  writer.StartObject();
  object holder;
  array items;
  if (value.get_object().get(holder) == simdjson::SUCCESS &&
      holder.at_key("values").get_array().get(items) == simdjson::SUCCESS) {
    for (const element item : items) {
      object pair;
      if (item.get_object().get(pair) != simdjson::SUCCESS) continue;
      const std::string_view key = view_of(pair, "key");
      writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
      const auto inner = member(pair, "value");
      if (inner) {
        write_any(*inner, writer, depth + 1);
      } else {
        writer.Null();
      }
    }
  }
  writer.EndObject();
}

bool is_whole(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void write_any(element value, Writer& writer, int depth) {
  object typed;
  if (depth > kDepthMax) {
    writer.Null();
    return;
  }
  if (value.get_object().get(typed) != simdjson::SUCCESS) return write_raw(value, writer);
  for (const auto& [key, inner] : typed) {
    std::string_view text;
    if (key == "arrayValue") return write_list(inner, writer, depth);
    if (key == "kvlistValue") return write_map(inner, writer, depth);
    if (key == "intValue" && inner.get_string().get(text) == simdjson::SUCCESS && is_whole(text)) {
      writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
      return;
    }
    return write_raw(inner, writer);
  }
  writer.Null();
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace

std::string any_value_text(element value) {
  object typed;
  if (value.get_object().get(typed) != simdjson::SUCCESS) return text_of(value);
  for (const auto& [key, inner] : typed) {
    if (key != "arrayValue" && key != "kvlistValue") return text_of(inner);
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    write_any(value, writer, 0);
    return buffer.GetString();
  }
  return {};
}

std::string otlp_id(std::string_view text, size_t bytes) {
  if (text.size() == 2 * bytes && is_hex(text)) {
    std::string id(text);
    std::transform(id.begin(), id.end(), id.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    // All zeros is OTLP's way to say "none".
    return id.find_first_not_of('0') == std::string::npos ? std::string() : id;
  }
  if (const auto decoded = decode_base64(text); decoded && decoded->size() == bytes) {
    return to_hex(*decoded);
  }
  return std::string(text);
}

std::optional<int64_t> otlp_time(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  uint64_t nanos = 0;
  if (value->get_uint64().get(nanos) != simdjson::SUCCESS) {
    const std::string text = text_of(*value);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nanos);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  }
  if (nanos == 0) return std::nullopt;
  return static_cast<int64_t>(nanos / 1000);
}

}  // namespace sonde
