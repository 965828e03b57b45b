// Runs the cases of tests/golden/dialects: the attributes of input.json, normalized, must give the
// fields of want.json. Requests of real clients, their resources shortened; dify, openlit and
// genai_legacy are written by hand after the documentation.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <map>
#include <string>
#include <type_traits>

#include "dialects/normalize.h"

namespace sonde {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::string string_of(element value) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? std::string(text)
                                                           : simdjson::minify(value);
}

// Enough of OTLP for the cases; the whole of it is sources/otlp.
std::string value_of(element value) {
  array items;
  if (value.at_pointer("/arrayValue/values").get_array().get(items) != simdjson::SUCCESS) {
    object typed;
    if (value.get_object().get(typed) != simdjson::SUCCESS) return {};
    for (const auto& [type, inner] : typed) return string_of(inner);
    return {};
  }
  std::string list = "[";
  for (const element item : items) {
    if (list.size() > 1) list += ',';
    list += simdjson::minify(item["stringValue"]);
  }
  return list + "]";
}

void add_attributes(element holder, const std::string& prefix, Span& span) {
  array attributes;
  if (holder["attributes"].get_array().get(attributes) != simdjson::SUCCESS) return;
  for (const element attribute : attributes) {
    span.attributes.push_back(
        {prefix + string_of(attribute["key"].value()), value_of(attribute["value"].value())});
  }
}

void add_events(element raw, Span& span) {
  array events;
  if (raw["events"].get_array().get(events) != simdjson::SUCCESS) return;
  std::map<std::string, int> numbers;
  for (const element event : events) {
    const std::string name = string_of(event["name"].value());
    const int number = numbers[name]++;
    add_attributes(event, "event." + name + "." + (number == 0 ? "" : std::to_string(number) + "."),
                   span);
  }
}

Span read_span(element raw, element resource) {
  Span span;
  span.span_id = string_of(raw["spanId"].value());
  span.name = string_of(raw["name"].value());
  span.start_time = std::stoll(string_of(raw["startTimeUnixNano"].value())) / 1000;
  element code;
  const bool failed =
      raw["status"]["code"].get(code) == simdjson::SUCCESS && string_of(code) == "2";
  span.status = failed ? Status::Error : Status::Ok;
  element message;
  if (raw["status"]["message"].get(message) == simdjson::SUCCESS) {
    span.status_message = string_of(message);
  }
  add_attributes(raw, "", span);
  add_events(raw, span);
  add_attributes(resource, "", span);
  return span;
}

std::string field_text(const Span& span, std::string_view name) {
  if (name == "levels") return (span.levels & bit(Level::Call)) != 0 ? R"(["call"])" : "[]";
  const Column* const column = find_column(name);
  if (column == nullptr) return "no such column";
  return std::visit(
      [&](auto member) {
        const auto& value = span.*member;
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return value;
        } else if constexpr (std::is_same_v<Value, std::optional<int64_t>>) {
          return value ? std::to_string(*value) : std::string("null");
        } else if constexpr (std::is_same_v<Value, std::optional<bool>>) {
          return value ? std::string(*value ? "true" : "false") : std::string("null");
        } else {
          return std::string(to_string(value));
        }
      },
      column->member);
}

template <class Visit>
void for_each(element parent, std::string_view key, const Visit& visit) {
  array items;
  if (parent[key].get_array().get(items) != simdjson::SUCCESS) return;
  for (const element item : items) visit(item);
}

void check_span(const Span& span, element want, const std::string& folder) {
  object fields;
  ASSERT_EQ(want.at_key(span.span_id).get_object().get(fields), simdjson::SUCCESS)
      << folder << " says nothing about " << span.span_id;
  for (const auto& [name, value] : fields) {
    EXPECT_EQ(field_text(span, name), string_of(value))
        << folder << ' ' << span.name << ": " << name;
  }
}

void check_case(const std::filesystem::path& folder, const Normalizer& normalizer) {
  simdjson::dom::parser input_parser;
  simdjson::dom::parser want_parser;
  const element input = input_parser.load((folder / "input.json").string()).value();
  const element want = want_parser.load((folder / "want.json").string()).value();
  size_t seen = 0;
  for_each(input, "resourceSpans", [&](element group) {
    for_each(group, "scopeSpans", [&](element scope) {
      for_each(scope, "spans", [&](element raw) {
        Span span = read_span(raw, group["resource"].value());
        normalizer.apply(span);
        check_span(span, want, folder.filename().string());
        ++seen;
      });
    });
  });
  EXPECT_EQ(seen, want.get_object().value().size()) << folder;
}

TEST(Dialects, GiveTheFieldsOfTheGoldenCases) {
  const Normalizer normalizer;
  const std::filesystem::path root = SONDE_SOURCE_DIR "/tests/golden/dialects";
  size_t cases = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    check_case(folder.path(), normalizer);
    ++cases;
  }
  EXPECT_GE(cases, all_dialects().size());
}

}  // namespace
}  // namespace sonde
