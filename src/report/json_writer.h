// RapidJSON's writer behind calls that cannot write invalid JSON: text is made valid UTF-8, and
// what JSON has no number for (an infinite limit, an unknown figure) becomes null.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// Not thread-safe.
class JsonWriter {
 public:
  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name);

  void text(std::string_view value);
  void count(uint64_t value) { writer_.Uint64(value); }
  void number(double value);
  // An object that is JSON already, as to_json() writes it.
  void raw_object(std::string_view json) {
    writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  }
  void boolean(bool value) { writer_.Bool(value); }
  void null() { writer_.Null(); }

  void field(std::string_view name, std::string_view value) { key(name), text(value); }
  void field(std::string_view name, const std::string& value) { key(name), text(value); }
  // An empty text is not known.
  void known_field(std::string_view name, std::string_view value);
  void field(std::string_view name, uint64_t value) { key(name), count(value); }
  void field(std::string_view name, double value) { key(name), number(value); }
  // An array of texts.
  void field(std::string_view name, const std::vector<std::string>& texts);
  void field(std::string_view name, const std::optional<uint64_t>& value);
  void field(std::string_view name, const std::optional<double>& value);

  // Ends the text with a newline.
  std::string take();

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace sonde
