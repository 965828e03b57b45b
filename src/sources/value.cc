#include "sources/value.h"

#include <charconv>
#include <cmath>

#include "base/decimal.h"
#include "base/time.h"
#include "model/json_text.h"

namespace sonde {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

namespace {

std::optional<double> to_number(element value) {
  double number = 0;
  if (value.get_double().get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS || text.empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<int64_t> scaled(std::optional<double> number, double scale) {
  if (!number || *number < 0 || *number * scale >= 9e18) return std::nullopt;
  return std::llround(*number * scale);
}

}  // namespace

std::optional<element> member(object parent, std::string_view key) {
  element value;
  if (parent.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::string text_of(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return std::string(std::string_view(value.get_string().value_unsafe()));
    case element_type::NULL_VALUE:
      return {};
    default:
      return simdjson::minify(value);
  }
}

std::string text_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  return value ? text_of(*value) : std::string();
}

std::string_view view_of(object parent, std::string_view key) {
  std::string_view text;
  if (parent.at_key(key).get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<int64_t> count_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  int64_t whole = 0;
  if (value->get_int64().get(whole) == simdjson::SUCCESS) {
    return whole >= 0 ? std::optional(whole) : std::nullopt;
  }
  const auto number = to_number(*value);
  if (!number || *number < 0 || *number >= 9e15 || *number != std::floor(*number))
    return std::nullopt;
  return static_cast<int64_t>(*number);
}

std::optional<double> number_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  return value ? to_number(*value) : std::nullopt;
}

std::optional<bool> flag_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  bool flag = false;
  if (value->get_bool().get(flag) == simdjson::SUCCESS) return flag;
  const std::string text = text_of(*value);
  if (text == "true" || text == "True" || text == "TRUE" || text == "1") return true;
  if (text == "false" || text == "False" || text == "FALSE" || text == "0") return false;
  return std::nullopt;
}

std::optional<int64_t> seconds_of(object parent, std::string_view key) {
  return scaled(number_of(parent, key), 1e6);
}

std::optional<int64_t> milliseconds_of(object parent, std::string_view key) {
  return scaled(number_of(parent, key), 1e3);
}

std::optional<int64_t> money_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  return parse_decimal_nanos(text_of(*value));
}

std::optional<int64_t> time_of(object parent, std::string_view key) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get_string().get(text) == simdjson::SUCCESS) {
    if (const auto time = parse_iso_time(text)) return time;
  }
  const auto number = to_number(*value);
  return number ? epoch_to_micros(*number) : std::nullopt;
}

std::optional<element> nested_of(object parent, std::string_view key,
                                 simdjson::dom::parser& parser) {
  const auto value = member(parent, key);
  if (!value) return std::nullopt;
  if (value->is_object() || value->is_array()) return value;
  std::string_view text;
  if (value->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  element inner;
  if (parse_text(parser, text).get(inner) != simdjson::SUCCESS) return std::nullopt;
  if (!inner.is_object() && !inner.is_array()) return std::nullopt;
  return inner;
}

}  // namespace sonde
