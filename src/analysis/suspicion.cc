#include "analysis/suspicion.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/execution.h"
#include "analysis/refusal_phrases.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 9> kGoodReasons = {
    "stop",          "end_turn",      "tool_calls", "tool_use", "STOP",
    "stop_sequence", "function_call", "completed",  ""};
constexpr size_t kOpeningBytes = 400;
// A message list this short may hold an empty answer.
constexpr size_t kShortListBytes = 160;

bool has_bad_end(const Span& span) {
  if (std::find(kGoodReasons.begin(), kGoodReasons.end(), span.finish_reason) ==
      kGoodReasons.end()) {
    return true;
  }
  if (!span.finish_reason.empty() || !span.output_tokens || span.parameters.empty()) return false;
  const Parameters parameters = parse_parameters(span.parameters);
  return parameters.max_tokens && *span.output_tokens >= *parameters.max_tokens;
}

// The first text of the answer, as it stands in the record.
std::string_view opening(const Span& span) {
  std::string_view text = span.output;
  if (span.output_form != Form::Messages) return text.substr(0, kOpeningBytes);
  for (const std::string_view mark : {"\"content\":", "\"text\":"}) {
    size_t found = text.substr(0, kOpeningBytes).find(mark);
    if (found == std::string_view::npos) continue;
    found = text.find_first_not_of(" [", found + mark.size());
    if (found != std::string_view::npos && text[found] == '"') {
      return text.substr(found + 1, kOpeningBytes);
    }
  }
  return text.substr(0, kOpeningBytes);
}

bool mentions_json(std::string_view text) {
  return find_ignoring_case(text, "json") != std::string_view::npos;
}

}  // namespace

bool may_be_silent_failure(const Span& span) {
  if (span.refusal.value_or(false) || has_bad_end(span)) return true;
  if (span.output_form == Form::None || span.output_form == Form::Json) return false;
  if (span.output_form == Form::Messages && span.output.size() < kShortListBytes) return true;
  if (trimmed(span.output).empty() || opens_with_refusal(opening(span))) return true;
  return mentions_json(span.parameters) || mentions_json(span.system) || mentions_json(span.input);
}

}  // namespace sonde
