#include <fmt/format.h>

#include <algorithm>

#include "analysis/check.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr std::array<std::string_view, 5> kCutReasons = {
    "length", "max_tokens", "max_output_tokens", "model_length", "incomplete"};
// A limit this small is set on purpose: a label, or a test whether the model is there.
constexpr int64_t kDeliberateTokens = 8;

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  const Parameters& parameters = execution.parameters();
  const std::string reason = to_lower(span.finish_reason);
  const bool said = std::find(kCutReasons.begin(), kCutReasons.end(), reason) != kCutReasons.end();
  const bool reached = reason.empty() && parameters.max_tokens && span.output_tokens &&
                       *span.output_tokens >= *parameters.max_tokens;
  if (!said && !reached) return std::nullopt;
  const int64_t limit = parameters.max_tokens.value_or(0);
  if (limit > 0 && limit <= kDeliberateTokens) return std::nullopt;

  const std::string name =
      parameters.max_tokens_name.empty() ? "max_tokens" : parameters.max_tokens_name;
  const int64_t used = span.output_tokens.value_or(limit);
  std::string evidence = limit > 0 && span.output_tokens
                             ? fmt::format("stopped after {} of {} {}", used, name, limit)
                         : used > 0 ? fmt::format("stopped after {} tokens", used)
                                    : std::string("stopped at the token limit");
  if (said) evidence += fmt::format(", finish reason {}", span.finish_reason);
  const std::string& answer = execution.answer();
  if (!trimmed(answer).empty()) {
    const std::string_view end =
        std::string_view(answer).substr(answer.size() - std::min<size_t>(answer.size(), 60));
    // The quote starts at a whole character.
    const auto first = std::find_if(end.begin(), end.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    evidence += fmt::format("; the answer ends \"{}\"",
                            excerpt(end.substr(static_cast<size_t>(first - end.begin())), 80));
  }
  const std::string before = limit > 0 ? std::to_string(limit) : "unset";
  const std::string after = used > 0 ? std::to_string(std::max(used, limit) * 2) : "4096";
  return Observation{evidence, parameter_patch(name, before, after), ""};
}

}  // namespace

const Check kOutputCutOff{
    .id = "output-cut-off",
    .kind = FindingKind::Defect,
    .stage = Stage::Answer,
    .per_template = true,
    .title = "output cut off",
    .description = "The answer stopped at the token limit before it was finished.",
    .needs = {FieldSet{Field::FinishReason}, FieldSet{Field::Parameters, Field::OutputTokens}},
    .needs_words = "finish reasons, or max_tokens with output tokens",
    .precision = {},
    .run = run,
};

}  // namespace sonde
