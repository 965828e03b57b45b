#include <fmt/format.h>

#include "analysis/check.h"
#include "analysis/context_window.h"
#include "analysis/error_text.h"

namespace sonde {
namespace {

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  const bool stopped = span.finish_reason == "model_context_window_exceeded";
  if (execution.error_class() != "context_length" && !stopped) return std::nullopt;
  const ContextSizes sizes = context_sizes(span.status_message);
  const std::optional<int64_t> window = sizes.limit ? sizes.limit : context_window(span.model);
  const int64_t used = sizes.used.value_or(static_cast<int64_t>(execution.prompt_tokens()));
  // A tenth is left for the answer and for what the count missed.
  const std::string target = window
                                 ? fmt::format("at most {} tokens", *window - *window / 10)
                                 : fmt::format("at most {} tokens", std::max<int64_t>(used / 2, 1));
  const std::string evidence = stopped ? "the model stopped because its context window was full"
                                       : quoted_error(span.status_message, execution.error_class());
  return Observation{evidence, parameter_patch("prompt", fmt::format("{} tokens", used), target),
                     ""};
}

}  // namespace

const Check kContextExceeded{
    .id = "context-exceeded",
    .kind = FindingKind::Defect,
    .stage = Stage::Service,
    .per_template = true,
    .title = "context window exceeded",
    .description = "Prompt and answer together did not fit the model's context window.",
    .needs = {FieldSet{Field::StatusMessage}, FieldSet{Field::ErrorClass}},
    .needs_words = "error messages",
    .precision = {},
    .run = run,
};

}  // namespace sonde
