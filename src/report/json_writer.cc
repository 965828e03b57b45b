#include "report/json_writer.h"

#include <cmath>

#include "report/text_width.h"

namespace sonde {

void JsonWriter::key(std::string_view name) {
  const std::string valid = repair_utf8(name);
  writer_.Key(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
}

void JsonWriter::text(std::string_view value) {
  const std::string valid = repair_utf8(value);
  writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
}

void JsonWriter::number(double value) {
  if (std::isfinite(value)) {
    writer_.Double(value);
  } else {
    writer_.Null();
  }
}

void JsonWriter::known_field(std::string_view name, std::string_view value) {
  key(name);
  if (value.empty()) {
    null();
  } else {
    text(value);
  }
}

void JsonWriter::field(std::string_view name, const std::vector<std::string>& texts) {
  key(name);
  begin_array();
  for (const std::string& each : texts) text(each);
  end_array();
}

void JsonWriter::field(std::string_view name, const std::optional<uint64_t>& value) {
  key(name);
  if (value) {
    count(*value);
  } else {
    null();
  }
}

void JsonWriter::field(std::string_view name, const std::optional<double>& value) {
  key(name);
  if (value) {
    number(*value);
  } else {
    null();
  }
}

std::string JsonWriter::take() {
  std::string text(buffer_.GetString(), buffer_.GetSize());
  text += '\n';
  return text;
}

}  // namespace sonde
