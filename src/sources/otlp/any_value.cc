#include "sources/otlp/any_value.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "sources/provider/base64.h"
#include "sources/value.h"

namespace sonde::otlp {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

namespace {

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

// As a JSON number; false when it is none.
bool write_double(element value, Writer& writer) {
  double number = 0;
  if (value.get_double().get(number) != simdjson::SUCCESS) return false;
  const std::string text = fmt::format("{}", number + 0.0);
  writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  return true;
}

void write_any(element value, Writer& writer, int depth) {
  object typed;
  if (depth > kValueDepthMax) {
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
    if (key == "doubleValue" && write_double(inner, writer)) return;
    return write_raw(inner, writer);
  }
  writer.Null();
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

std::string_view plain_text(element value, Texts& texts) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) return text;
  return texts.add(text_of(value));
}

}  // namespace

std::string_view any_value_text(element value, Texts& texts) {
  object typed;
  if (value.get_object().get(typed) != simdjson::SUCCESS) return plain_text(value, texts);
  for (const auto& [key, inner] : typed) {
    if (key == "arrayValue" || key == "kvlistValue") {
      rapidjson::StringBuffer buffer;
      Writer writer(buffer);
      write_any(value, writer, 0);
      return texts.add({buffer.GetString(), buffer.GetSize()});
    }
    double number = 0;
    if (key == "doubleValue" && inner.get_double().get(number) == simdjson::SUCCESS) {
      return number_text(number, texts);
    }
    return plain_text(inner, texts);
  }
  return {};
}

std::string_view number_text(double number, Texts& texts) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  fmt::memory_buffer buffer;
  // Zero has no sign in JSON, where it may be a whole number.
  fmt::format_to(std::back_inserter(buffer), "{}", number + 0.0);
  return texts.add({buffer.data(), buffer.size()});
}

std::string_view number_text(int64_t number, Texts& texts) {
  const fmt::format_int digits(number);
  return texts.add({digits.data(), digits.size()});
}

std::string_view id_of_bytes(std::string_view id, size_t bytes, Texts& texts) {
  const bool none = id.size() == bytes && id.find_first_not_of('\0') == std::string_view::npos;
  if (id.empty() || none) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  char* const hex = texts.room(2 * id.size());
  for (size_t i = 0; i < id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(id[i]);
    hex[2 * i] = kDigits[byte >> 4];
    hex[2 * i + 1] = kDigits[byte & 15];
  }
  return {hex, 2 * id.size()};
}

std::string_view id_of_text(std::string_view text, size_t bytes, Texts& texts) {
  if (text.size() == 2 * bytes && is_hex(text)) {
    if (text.find_first_not_of('0') == std::string_view::npos) return {};
    char* const id = texts.room(text.size());
    std::transform(text.begin(), text.end(), id, [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return {id, text.size()};
  }
  if (const auto decoded = decode_base64(text); decoded && decoded->size() == bytes) {
    return id_of_bytes(*decoded, bytes, texts);
  }
  return text;
}

uint64_t nanos_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return 0;
  uint64_t nanos = 0;
  if (value->get_uint64().get(nanos) == simdjson::SUCCESS) return nanos;
  const std::string text = text_of(*value);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nanos);
  return error == std::errc{} && end == text.data() + text.size() ? nanos : 0;
}

}  // namespace sonde::otlp
