#include <fmt/format.h>

#include "analysis/check.h"
#include "analysis/text.h"

namespace sonde {
namespace {

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  const bool model_call = span.kind == Kind::Span || span.kind == Kind::Llm;
  if (!model_call || span.output_form == Form::None || span.output_form == Form::Json) {
    return std::nullopt;
  }
  // With an error there is nothing to expect; a filter has its own check.
  if (!execution.error_class().empty() || span.finish_reason == "content_filter")
    return std::nullopt;
  if (!trimmed(execution.answer()).empty() || execution.has_tool_calls()) return std::nullopt;
  std::string evidence =
      execution.answer().empty() ? "the answer is empty" : "the answer holds white space only";
  if (!span.finish_reason.empty())
    evidence += fmt::format(", finish reason {}", span.finish_reason);
  const int64_t reasoning = span.reasoning_tokens.value_or(0);
  if (reasoning > 0) {
    const Parameters& parameters = execution.parameters();
    const int64_t limit = parameters.max_tokens.value_or(reasoning);
    evidence += fmt::format("; {} tokens went into reasoning", reasoning);
    return Observation{
        evidence,
        parameter_patch(
            parameters.max_tokens_name.empty() ? "max_tokens" : parameters.max_tokens_name,
            parameters.max_tokens ? std::to_string(limit) : "unset",
            std::to_string(std::max(limit, reasoning) * 2)),
        ""};
  }
  const std::string& text = execution.instructions();
  if (text.empty()) {
    return Observation{evidence, action_patch("retry once, and treat an empty answer as a failure"),
                       ""};
  }
  return Observation{
      evidence,
      diff_patch(
          execution.instructions_name(), text,
          text + "\nAlways answer. If something is missing, say in one sentence what it is."),
      ""};
}

}  // namespace

const Check kEmptyAnswer{
    .id = "empty-answer",
    .kind = FindingKind::Defect,
    .stage = Stage::Answer,
    .per_template = true,
    .title = "empty answer",
    .description = "The answer is empty or white space, and no tool was called instead.",
    .needs = {FieldSet{Field::Output}, FieldSet{}},
    .needs_words = "answers",
    .precision = {},
    .run = run,
};

}  // namespace sonde
