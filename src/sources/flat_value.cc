#include "sources/flat_value.h"

#include <charconv>
#include <cmath>

namespace sonde {

namespace od = simdjson::ondemand;
using simdjson::error_code;
using simdjson::SUCCESS;

// Most short strings have no escapes and need no copy.
error_code read_string(od::value value, std::string_view& text) {
  constexpr size_t kShort = 64;
  const std::string_view token = value.raw_json_token();
  if (token.size() <= kShort && token.find('\\') == std::string_view::npos) {
    text = token.substr(1, token.rfind('"') - 1);
    return SUCCESS;
  }
  return value.get_string().get(text);
}

error_code assign_minified(std::string_view json, std::string& into) {
  into.resize(json.size() + simdjson::SIMDJSON_PADDING);
  size_t size = 0;
  const auto error = simdjson::minify(json.data(), json.size(), into.data(), size);
  into.resize(error == SUCCESS ? size : 0);
  return error;
}

error_code read_text(od::value value, std::string& into) {
  od::json_type type;
  if (const auto error = value.type().get(type)) return error;
  std::string_view text;
  switch (type) {
    case od::json_type::string:
      if (const auto error = read_string(value, text)) return error;
      into.assign(text);
      return SUCCESS;
    case od::json_type::null: {
      bool is_null = false;
      if (const auto error = value.is_null().get(is_null)) return error;
      into.clear();
      return is_null ? SUCCESS : simdjson::N_ATOM_ERROR;
    }
    case od::json_type::number: {
      const std::string_view token = value.raw_json_token();
      double number = 0;
      const error_code error = value.get_double().get(number);
      if (error != SUCCESS && error != simdjson::NUMBER_ERROR) return error;
      if (error == SUCCESS) {
        into.assign(token.substr(0, token.find_last_not_of(" \t\r\n") + 1));
        return SUCCESS;
      }
      [[fallthrough]];  // More than a double holds, or no number at all.
    }
    default:
      if (const auto error = simdjson::to_json_string(value).get(text)) return error;
      return assign_minified(text, into);
  }
}

error_code read_number(od::value value, double& into) {
  od::json_type type;
  if (const auto error = value.type().get(type)) return error;
  if (type == od::json_type::number) {
    const error_code failed = value.get_double().get(into);
    if (failed != simdjson::NUMBER_ERROR) return failed;
    // 1e999 is JSON, if no number a computer holds.
    const std::string_view token = value.raw_json_token();
    const auto [end, range] = std::from_chars(token.data(), token.data() + token.size(), into);
    return range == std::errc::result_out_of_range ? simdjson::INCORRECT_TYPE : failed;
  }
  if (type != od::json_type::string) return simdjson::INCORRECT_TYPE;
  std::string_view text;
  if (const auto error = value.get_string().get(text)) return error;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(into) ? SUCCESS : simdjson::INCORRECT_TYPE;
}

bool read_object_text(std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text).get_object().get(object) != SUCCESS) return false;
  text = simdjson::minify(object);
  return true;
}

bool is_null(od::value& value) {
  od::json_type type;
  return value.type().get(type) == SUCCESS && type == od::json_type::null;
}

}  // namespace sonde
