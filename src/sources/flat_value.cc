#include "sources/flat_value.h"

#include <charconv>
#include <cmath>

#include "sources/byte_masks.h"

namespace sonde {

using simdjson::error_code;
using simdjson::SUCCESS;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number as JSON writes it (RFC 8259, 6). Up to 15 digits without an exponent are the quotient of
// two whole numbers that a double holds, so one division rounds right (Clinger 1990); the rest is
// the library's.
error_code parse_number(std::string_view token, double& into) {
  constexpr double kTens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* at = token.data();
  const char* const end = at + token.size();  // What stands there is no digit.
  const bool negative = *at == '-';
  if (negative) ++at;
  const char* const whole = at;
  uint64_t digits = 0;
  for (; is_digit(*at); ++at) digits = digits * 10 + static_cast<uint64_t>(*at - '0');
  if (at == whole || (*whole == '0' && at > whole + 1)) return simdjson::NUMBER_ERROR;
  ptrdiff_t count = at - whole;
  ptrdiff_t decimals = 0;
  if (*at == '.') {
    const char* const fraction = ++at;
    for (; is_digit(*at); ++at) digits = digits * 10 + static_cast<uint64_t>(*at - '0');
    decimals = at - fraction;
    count += decimals;
    if (decimals == 0) return simdjson::NUMBER_ERROR;
  }
  if (at == end && count <= 15) {
    const double value = static_cast<double>(digits) / kTens[decimals];
    into = negative ? -value : value;
    return SUCCESS;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    const char* const exponent = at;
    while (is_digit(*at)) ++at;
    if (at == exponent) return simdjson::NUMBER_ERROR;
  }
  if (at != end) return simdjson::NUMBER_ERROR;
  // 1e999 is JSON, if no number a computer holds.
  const auto [rest, range] = std::from_chars(token.data(), end, into);
  return range == std::errc{} ? SUCCESS : simdjson::INCORRECT_TYPE;
}

error_code check_atom(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return SUCCESS;
  switch (token[0]) {
    case 't':
      return simdjson::T_ATOM_ERROR;
    case 'f':
      return simdjson::F_ATOM_ERROR;
    case 'n':
      return simdjson::N_ATOM_ERROR;
    default:
      return simdjson::TAPE_ERROR;
  }
}

bool is_number(FlatValue value) { return is_digit(value.first()) || value.first() == '-'; }

// Whether a string's contents hold an escape. Most strings are short: one look at 64 bytes, which
// the padding allows.
bool is_escaped(std::string_view text) {
  if (text.size() >= kMaskBytes) return text.find('\\') != std::string_view::npos;
  return (Bytes64(text.data()).equal('\\') & ((uint64_t{1} << text.size()) - 1)) != 0;
}

}  // namespace

error_code read_string(FlatIndex& index, FlatValue value, std::string_view& text) {
  text = {value.begin + 1, static_cast<size_t>(value.end - value.begin) - 2};
  return is_escaped(text) ? index.unescape(value, text) : SUCCESS;
}

error_code assign_minified(std::string_view json, std::string& into) {
  into.resize(json.size() + simdjson::SIMDJSON_PADDING);
  size_t size = 0;
  const auto error = simdjson::minify(json.data(), json.size(), into.data(), size);
  into.resize(error == SUCCESS ? size : 0);
  return error;
}

error_code read_text(FlatIndex& index, FlatValue value, std::string& into) {
  if (value.is_string()) {
    std::string_view text;
    if (const auto error = read_string(index, value, text)) return error;
    into.assign(text);
    return SUCCESS;
  }
  if (value.is_composite()) return assign_minified(value.text(), into);
  if (is_number(value)) {
    double number = 0;
    const error_code error = parse_number(value.text(), number);
    if (is_malformed(error)) return error;
    into.assign(value.text());
    return SUCCESS;
  }
  into.assign(value.is_null() ? std::string_view() : value.text());
  return check_atom(value.text());
}

error_code read_number(FlatIndex& index, FlatValue value, double& into) {
  if (is_number(value)) return parse_number(value.text(), into);
  if (value.is_composite()) return simdjson::INCORRECT_TYPE;
  if (!value.is_string()) {
    const error_code error = check_atom(value.text());
    return error == SUCCESS ? simdjson::INCORRECT_TYPE : error;
  }
  std::string_view text;
  if (const auto error = read_string(index, value, text)) return error;
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

}  // namespace sonde
