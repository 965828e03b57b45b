#include "ingest/json_objects.h"

#include <map>

#include "model/json_text.h"

namespace sonde {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

std::string text_of(element value) { return simdjson::minify(value); }

std::string quoted_key(std::string_view key) {
  std::string text = "\"";
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : key) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += "\\u00";
      text += kDigits[c >> 4];
      text += kDigits[c & 15];
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string merge(object left, object right, Newer newer);

std::string merge_values(element left, element right, Newer newer) {
  object left_object;
  object right_object;
  if (left.get_object().get(left_object) == simdjson::SUCCESS &&
      right.get_object().get(right_object) == simdjson::SUCCESS) {
    return merge(left_object, right_object, newer);
  }
  std::string a = text_of(left);
  std::string b = text_of(right);
  if (b == "null" || b == "{}") return a;
  if (a == "null" || a == "{}" || newer == Newer::Right) return b;
  return newer == Newer::Neither && is_right_kept(a, b) ? b : a;
}

// Recursion is bounded by the parser's depth.
std::string merge(object left, object right, Newer newer) {
  std::map<std::string_view, std::pair<std::optional<element>, std::optional<element>>> members;
  for (const auto member : left) members[member.key].first = member.value;
  for (const auto member : right) members[member.key].second = member.value;
  std::string text = "{";
  for (const auto& [key, values] : members) {
    if (text.size() > 1) text += ',';
    text += quoted_key(key);
    text += ':';
    if (values.first && values.second) {
      text += merge_values(*values.first, *values.second, newer);
    } else {
      text += text_of(values.first ? *values.first : *values.second);
    }
  }
  return text + '}';
}

}  // namespace

bool is_right_kept(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? right.size() > left.size() : right > left;
}

std::optional<std::string> merged_objects(std::string_view left, std::string_view right,
                                          Newer newer) {
  if (!left.starts_with('{') || !right.starts_with('{')) return std::nullopt;
  simdjson::dom::parser left_parser;
  simdjson::dom::parser right_parser;
  object left_object;
  object right_object;
  if (parse_text(left_parser, left).get_object().get(left_object) != simdjson::SUCCESS ||
      parse_text(right_parser, right).get_object().get(right_object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return merge(left_object, right_object, newer);
}

}  // namespace sonde
