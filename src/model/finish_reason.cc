#include "model/finish_reason.h"

#include <algorithm>

namespace sonde {
namespace {

struct Spelling {
  std::string_view text;
  std::string_view reason;
};

// Sorted, in lower case. The numbers are those of Gemini's enumeration.
constexpr Spelling kSpellings[] = {
    {"1", "stop"},
    {"2", "length"},
    {"3", "content_filter"},
    {"complete", "stop"},
    {"completed", "stop"},
    {"content-filter", "content_filter"},
    {"content_filtered", "content_filter"},
    {"end_turn", "stop"},
    {"endoftext", "stop"},
    {"eos", "stop"},
    {"eos_token", "stop"},
    {"finish", "stop"},
    {"function_call", "tool_calls"},
    {"guardrail_intervened", "content_filter"},
    {"in_progress", ""},
    {"incomplete", "length"},
    {"max_length", "length"},
    {"max_output_tokens", "length"},
    {"max_tokens", "length"},
    {"model_length", "length"},
    {"not_finished", ""},
    {"prohibited_content", "content_filter"},
    {"queued", ""},
    {"recitation", "content_filter"},
    {"refusal", "content_filter"},
    {"requires_action", "tool_calls"},
    {"safety", "content_filter"},
    {"starting", ""},
    {"stop_sequence", "stop"},
    {"succeeded", "stop"},
    {"tool-calls", "tool_calls"},
    {"tool_call", "tool_calls"},
    {"tool_use", "tool_calls"},
};
static_assert(std::is_sorted(std::begin(kSpellings), std::end(kSpellings),
                             [](const Spelling& a, const Spelling& b) { return a.text < b.text; }));

}  // namespace

std::string normal_finish_reason(std::string_view text) {
  std::string reason(text);
  std::transform(reason.begin(), reason.end(), reason.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = std::lower_bound(
      std::begin(kSpellings), std::end(kSpellings), reason,
      [](const Spelling& spelling, const std::string& value) { return spelling.text < value; });
  if (found == std::end(kSpellings) || found->text != reason) return reason;
  return std::string(found->reason);
}

}  // namespace sonde
