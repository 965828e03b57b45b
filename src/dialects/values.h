// Reading the text of an attribute: counts, durations, lists, usage and cost maps, messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/span.h"

namespace sonde {

// "25", "25.0" -> 25. Null when it is no whole number that is at least 0.
std::optional<int64_t> parse_count(std::string_view text);
// A number of `micros_per_unit` microseconds each; null when it is no number or negative.
std::optional<int64_t> parse_duration(std::string_view text, double micros_per_unit);
// ISO 8601, also inside quotes, or an epoch number: microseconds since the epoch.
std::optional<int64_t> parse_instant(std::string_view text);

// ["a","b"] -> "a,b"; other text as it is.
std::string parse_list(std::string_view text);

// stop, length, tool_calls, content_filter or error for the spellings in use; others in lower case.
// A JSON array gives its first element.
std::string parse_finish_reason(std::string_view text);

// Langfuse's usage details. Its buckets exclude each other ("input" has no cached tokens), unless
// its total shows that they do not. Sets the token fields that are still null; false when the text
// holds no count.
bool apply_usage_map(std::string_view text, Span& span);
// Sets cost (USD) from "total", or the sum of the parts; false when the text holds neither.
bool apply_cost_map(std::string_view text, Span& span);

// {"name","version"} -> prompt_name, prompt_version.
bool apply_prompt_link(std::string_view text, Span& span);

struct Content {
  Form form = Form::None;
  std::string text;
  std::string system;  // From {"system","prompt"}.
};
// Finds what was said: a JSON string is unquoted, a list of messages (also inside "messages" or
// "choices") is Form::Messages, other JSON is Form::Json.
Content parse_content(std::string_view text);

// A list of parts ([{"type":"text","content"}]) or a plain text, as text.
std::string parse_parts(std::string_view text);

// [{"toolCallId","toolName","input"}] -> [{"id","name","arguments"}]; empty when it is no array.
std::string parse_tool_calls(std::string_view text);

}  // namespace sonde
