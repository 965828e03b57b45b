#include <fmt/format.h>

#include "analysis/check.h"
#include "analysis/refusal_phrases.h"
#include "analysis/text.h"

namespace sonde {
namespace {

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  const bool flagged = span.refusal.value_or(false) || span.finish_reason == "refusal";
  if (!flagged && (span.output.empty() || !opens_with_refusal(execution.answer())))
    return std::nullopt;
  std::string evidence =
      trimmed(execution.answer()).empty()
          ? "the provider marked the answer as a refusal"
          : fmt::format("the model declined: \"{}\"", excerpt(execution.answer(), 140));
  const std::string& text = execution.instructions();
  if (text.empty()) {
    return Observation{evidence, action_patch("state the purpose of the task in the prompt"), ""};
  }
  return Observation{
      evidence,
      diff_patch(execution.instructions_name(), text,
                 text + "\nPurpose: <who needs the answer and what for>. If one part cannot be "
                        "answered, say which and why, and answer the rest."),
      ""};
}

}  // namespace

const Check kRefusal{
    .id = "refusal",
    .kind = FindingKind::Defect,
    .stage = Stage::Answer,
    .per_template = true,
    .title = "refusal",
    .description = "The model declined to answer.",
    .needs = {FieldSet{Field::Output}, FieldSet{Field::Refusal}},
    .needs_words = "answers",
    .precision = {.right = 32, .flagged = 32, .examples = 60},
    .run = run,
};

}  // namespace sonde
