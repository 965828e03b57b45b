#include "dialects/fields.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include <algorithm>

#include "base/decimal.h"
#include "base/time.h"
#include "dialects/values.h"
#include "model/json_text.h"

namespace sonde {
namespace {

bool set_text(Field field, std::string value, Span& span) {
  const auto* member = std::get_if<TextMember>(&column(field).member);
  if (member == nullptr || value.empty() || !(span.**member).empty()) return false;
  span.** member = std::move(value);
  return true;
}

bool set_number(Field field, std::optional<int64_t> value, Span& span) {
  const auto* member = std::get_if<NumberMember>(&column(field).member);
  if (member == nullptr || !value || (span.**member)) return false;
  span.** member = value;
  return true;
}

bool set_content(Field field, Content content, Span& span) {
  if (field != Field::Input && field != Field::Output) {
    return set_text(field, std::move(content.text), span);
  }
  Form& form = field == Field::Input ? span.input_form : span.output_form;
  if (form != Form::None || content.form == Form::None) return false;
  form = content.form;
  (field == Field::Input ? span.input : span.output) = std::move(content.text);
  if (span.system.empty()) span.system = std::move(content.system);
  return true;
}

bool set_level(std::string_view value, Span& span) {
  if (value != "ERROR" && value != "error") return false;
  span.status = Status::Error;
  return true;
}

bool set_instant(Field field, std::string_view value, Span& span) {
  const auto at = parse_instant(value);
  if (!at || !span.start_time || *at < *span.start_time) return false;
  return set_number(field, *at - *span.start_time, span);
}

bool set_cost(std::string_view value, Span& span) {
  const auto amount = parse_decimal_nanos(value);
  if (!amount || span.cost) return false;
  span.cost = amount;
  span.currency = "USD";
  span.cost_origin = "reported";
  return true;
}

bool set_parameters(std::string_view value, Span& span) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parse_text(parser, value).get_object().get(object) != simdjson::SUCCESS) {
    return false;
  }
  return set_text(Field::Parameters, simdjson::minify(object), span);
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

}  // namespace

bool apply_value(Field field, Shape shape, std::string_view value, Span& span) {
  switch (shape) {
    case Shape::Text:
      if (field == Field::Input || field == Field::Output) {
        return set_content(field, {Form::Text, std::string(value), {}}, span);
      }
      return set_text(field, std::string(value), span);
    case Shape::Vendor:
      // "openai.chat", "anthropic.messages", but aws.bedrock, azure.ai.openai, gcp.gemini.
      if (value.starts_with("openai.") || value.starts_with("anthropic.") ||
          value.starts_with("mistral.") || value.starts_with("google.")) {
        value = value.substr(0, value.find('.'));
      }
      return set_text(field, std::string(value), span);
    case Shape::Count:
      return set_number(field, parse_count(value), span);
    case Shape::Usd:
      return set_cost(value, span);
    case Shape::LevelName:
      return set_level(value, span);
    case Shape::List:
      return set_text(field, parse_list(value), span);
    case Shape::Finish:
      return set_text(field, parse_finish_reason(value), span);
    case Shape::Seconds:
      return set_number(field, parse_duration(value, kMicrosPerSecond), span);
    case Shape::Milliseconds:
      return set_number(field, parse_duration(value, kMicrosPerMilli), span);
    case Shape::Instant:
      return set_instant(field, value, span);
    case Shape::CostMap:
      return !span.cost && apply_cost_map(value, span);
    case Shape::UsageMap:
      return !span.input_tokens && apply_usage_map(value, span);
    case Shape::PromptLink:
      return apply_prompt_link(value, span);
    case Shape::Messages:
      if (field == Field::System) return set_text(field, parse_parts(value), span);
      [[fallthrough]];
    case Shape::Content:
      return set_content(field, parse_content(value), span);
    case Shape::Parameters:
      return set_parameters(value, span);
    default:
      return false;
  }
}

bool set_messages(Field field, const std::vector<Message>& messages, Span& span) {
  if (messages.empty()) return false;
  return set_content(field, {Form::Messages, to_json(messages), {}}, span);
}

std::string parameters_from_pieces(const std::vector<Piece>& pieces) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  thread_local simdjson::dom::parser parser;  // Its buffers grow once.
  writer.StartObject();
  for (const Piece& piece : pieces) {
    writer.Key(piece.rest.data(), static_cast<rapidjson::SizeType>(piece.rest.size()));
    simdjson::dom::element value;
    const bool may_be_json = std::string_view("[{-0123456789tfn \n\t").find(piece.value.front()) !=
                             std::string_view::npos;
    if (may_be_json && parse_text(parser, piece.value).get(value) == simdjson::SUCCESS &&
        !value.is_string()) {
      const std::string json = simdjson::minify(value);
      writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    } else {
      writer.String(piece.value.data(), static_cast<rapidjson::SizeType>(piece.value.size()));
    }
  }
  writer.EndObject();
  return buffer.GetString();
}

bool matches_pattern(std::string_view text, std::string_view pattern) {
  if (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    return text.size() >= pattern.size() &&
           same(text.substr(text.size() - pattern.size()), pattern);
  }
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return text.size() >= pattern.size() && same(text.substr(0, pattern.size()), pattern);
  }
  return same(text, pattern);
}

}  // namespace sonde
