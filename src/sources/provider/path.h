// Paths into JSON: "choices.0.delta.content", "output.*.text"; * stands for every element.
#pragma once

#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace sonde {

// Calls visit(element) for each value at the path, in order; nulls are skipped.
template <class Visit>
void visit_path(simdjson::dom::element value, std::string_view path, const Visit& visit) {
  if (value.is_null()) return;
  if (path.empty()) {
    visit(value);
    return;
  }
  const size_t dot = path.find('.');
  const std::string_view key = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  simdjson::dom::object object;
  simdjson::dom::array array;
  simdjson::dom::element inner;
  if (value.get_object().get(object) == simdjson::SUCCESS) {
    if (object.at_key(key).get(inner) == simdjson::SUCCESS) visit_path(inner, rest, visit);
  } else if (value.get_array().get(array) == simdjson::SUCCESS) {
    if (key == "*") {
      for (const simdjson::dom::element item : array) visit_path(item, rest, visit);
      return;
    }
    size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc{} || end != key.data() + key.size()) return;
    if (array.at(index).get(inner) == simdjson::SUCCESS) visit_path(inner, rest, visit);
  }
}

template <class Visit>
void visit_path(simdjson::dom::object object, std::string_view path, const Visit& visit) {
  const size_t dot = path.find('.');
  simdjson::dom::element inner;
  if (object.at_key(path.substr(0, dot)).get(inner) != simdjson::SUCCESS) return;
  visit_path(inner, dot == std::string_view::npos ? "" : path.substr(dot + 1), visit);
}

// The first value at the path that is not null; none for an empty path.
template <class Value>
std::optional<simdjson::dom::element> at_path(Value value, std::string_view path) {
  std::optional<simdjson::dom::element> found;
  if (path.empty()) return found;
  visit_path(value, path, [&](simdjson::dom::element item) {
    if (!found) found = item;
  });
  return found;
}

}  // namespace sonde
