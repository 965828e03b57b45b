// What a dialect is: a table from attribute keys to span fields, and how to read each value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/columns.h"
#include "model/span.h"

namespace sonde {

// How an attribute's text is read. Within a dialect the later shape wins a field: the list goes
// from poor to rich.
enum class Shape : uint8_t {
  Text,          // As it is.
  Vendor,        // A provider's name; "openai.chat" loses what follows the dot.
  Count,         // A whole number.
  Usd,           // An amount of US dollars.
  KindName,      // Looked up in the dialect's kinds.
  LevelName,     // ERROR makes the span an error.
  AppRoot,       // true makes the span a run.
  NoCall,        // true: repeats a call below it or records a moment; never counted as a call.
  List,          // A JSON array of strings, or text: comma-separated.
  Finish,        // A finish reason, or a JSON array of them: the first.
  Instant,       // A point in time, ISO 8601 or epoch: the duration since the span's start.
  Seconds,       // A duration.
  Milliseconds,  // A duration.
  CostMap,       // {"input": usd, "output": usd, "total": usd}
  UsageMap,      // {"input": n, "output": n, ...}: the buckets exclude each other.
  PromptLink,    // {"name", "version"}
  Content,       // Text or JSON; messages are found in it.
  ToolCalls,     // A JSON array of calls, which joins the answer's text.
  Messages,      // A JSON array of messages, or of parts.
  Parameter,     // Prefix: what follows is the parameter's name.
  Parameters,    // A JSON object of them.
  ToolList,      // Prefix: <n>.<...> = one definition as JSON.
  Indexed,       // Prefix: <n>.<...>role, content, tool_calls.<k>.*; also a plain value.
  Documents,     // The same for <n>.document.{id,content,metadata}: output, and its documents.
  Event,         // Prefix: [<n>.]<key> of a span event that is one message.
};

struct Rule {
  std::string_view key;
  Field field;
  Shape shape;
};

// `pattern` is lower case; a * at its start or end stands for anything.
struct KindRule {
  std::string_view pattern;
  Kind kind;
};

struct Dialect {
  std::string_view name;
  std::span<const Rule> rules;      // Sorted by key, unique over all dialects.
  std::span<const KindRule> kinds;  // The first match wins.
};

template <size_t N>
constexpr bool is_sorted_table(const Rule (&rules)[N]) {
  for (size_t i = 1; i < N; ++i) {
    if (!(rules[i - 1].key < rules[i].key)) return false;
  }
  return true;
}

// Whether the rule also claims keys that continue with a dot.
constexpr bool is_prefix(Shape shape) {
  return shape == Shape::Parameter || shape >= Shape::ToolList;
}

// In the order of precedence.
std::span<const Dialect* const> all_dialects();

}  // namespace sonde
