#include <fmt/format.h>

#include "analysis/asked_format.h"
#include "analysis/check.h"
#include "analysis/refusal_phrases.h"
#include "analysis/text.h"

namespace sonde {
namespace {

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  // An answer that is JSON as a whole was recorded as such.
  if (span.output_form == Form::None || span.output_form == Form::Json) return std::nullopt;
  if (execution.has_tool_calls() || trimmed(execution.answer()).empty()) return std::nullopt;
  // A refusal is the matter then, not its form.
  if (span.refusal.value_or(false) || opens_with_refusal(execution.answer())) return std::nullopt;
  const JsonForm form = json_form(execution.answer());
  if (form == JsonForm::Valid) return std::nullopt;
  // Many callers strip a fence, so that it is no fault of a call that succeeded.
  if (form == JsonForm::Fenced && execution.outcome() != Outcome::Failed) return std::nullopt;
  const bool json_mode = execution.parameters().json_mode;
  if (!json_mode && !asks_for_json(execution.instructions()) && !asks_for_json(execution.user())) {
    return std::nullopt;
  }
  const std::string why = form == JsonForm::Fenced ? "the JSON stands inside a code fence"
                                                   : json_error(execution.answer());
  const std::string evidence =
      fmt::format("JSON was asked for, {}: \"{}\"", why, excerpt(execution.answer(), 120));
  if (!json_mode) {
    return Observation{
        evidence, parameter_patch("response_format", "unset", "{\"type\":\"json_object\"}"), ""};
  }
  const std::string& text = execution.instructions();
  return Observation{evidence,
                     diff_patch(execution.instructions_name(), text,
                                text + "\nReturn only the JSON object: no prose, no code fence."),
                     ""};
}

}  // namespace

const Check kInvalidJson{
    .id = "invalid-json",
    .kind = FindingKind::Defect,
    .stage = Stage::Answer,
    .per_template = true,
    .title = "invalid JSON where JSON was asked for",
    .description = "The prompt or a parameter asks for JSON, and the answer cannot be parsed.",
    .needs = {FieldSet{Field::Input, Field::Output}, FieldSet{Field::System, Field::Output}},
    .needs_words = "prompts and answers",
    .precision = {},
    .run = run,
};

}  // namespace sonde
