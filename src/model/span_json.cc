#include "model/span_json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/utf8.h"

namespace sonde {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_key(Writer& writer, std::string_view key) {
  writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

void write_string(Writer& writer, std::string_view text) {
  if (is_valid_utf8(text)) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  } else {
    writer.String(valid_utf8(text));
  }
}

// Valid JSON without the white space between its parts.
std::string without_space(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    text += c;
    if (c == '"') in_string = !in_string;
    if (c == '\\') text += json[++i];
  }
  return text;
}

// Content that claims to be JSON is written as JSON if it is; a truncated value is a string.
void write_content(Writer& writer, const std::string& text, bool is_json) {
  // RapidJSON stops at a zero byte and would not see what follows.
  if (is_json && text.find('\0') == std::string::npos) {
    // Iterative, and without building the values: content may be nested deeply.
    constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag |
                                rapidjson::kParseIterativeFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    rapidjson::BaseReaderHandler<> nothing;
    if (reader.Parse<kFlags>(stream, nothing)) {
      const std::string json = without_space(text);
      writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
      return;
    }
  }
  write_string(writer, text);
}

bool is_json_column(const Span& span, Field field) {
  switch (field) {
    case Field::Parameters:
    case Field::Tools:
    case Field::Documents:
      return true;
    case Field::Input:
      return span.input_form == Form::Messages || span.input_form == Form::Json;
    case Field::Output:
      return span.output_form == Form::Messages || span.output_form == Form::Json;
    default:
      return false;
  }
}

void write_number(Writer& writer, ColumnType type, int64_t value) {
  if (type == ColumnType::Time) {
    writer.String(format_iso_time(value));
  } else if (type == ColumnType::Money) {
    writer.String(format_decimal_nanos(value));
  } else {
    writer.Int64(value);
  }
}

void write_column(Writer& writer, const Column& column, const Span& span) {
  if (const auto* text = std::get_if<TextMember>(&column.member)) {
    if ((span.**text).empty()) return;
    write_key(writer, json_key(column));
    write_content(writer, span.**text, is_json_column(span, column.field));
  } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
    if (!(span.**number)) return;
    write_key(writer, json_key(column));
    write_number(writer, column.type, *(span.**number));
  } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
    if (!(span.**flag)) return;
    write_key(writer, json_key(column));
    writer.Bool(*(span.**flag));
  } else {
    write_key(writer, json_key(column));
    writer.String(
        std::string(column.field == Field::Kind ? to_string(span.kind) : to_string(span.status)));
  }
}

}  // namespace

std::string json_key(const Column& column) {
  return std::string(column.name) + (column.type == ColumnType::Duration ? "_us" : "");
}

std::string to_json(const Span& span) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  for (const Column& column : span_columns()) {
    write_column(writer, column, span);
    if (column.field != Field::Kind) continue;
    writer.Key("levels");
    writer.StartArray();
    for (const Level level : {Level::Call, Level::Node, Level::Message, Level::Run}) {
      if ((span.levels & bit(level)) != 0) writer.String(std::string(to_string(level)));
    }
    writer.EndArray();
  }
  if (span.content_truncated) {
    writer.Key("content_truncated");
    writer.Bool(true);
  }
  if (!span.attributes.empty()) {
    writer.Key("attributes");
    writer.StartObject();
    for (const Attribute& attribute : span.attributes) {
      write_key(writer, valid_utf8(attribute.key));
      write_string(writer, attribute.value);
    }
    writer.EndObject();
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace sonde
