#include "analysis/oversized_prompt.h"

#include <fmt/format.h>

#include "analysis/context_window.h"

namespace sonde {
namespace {

std::optional<Observation> run(const Execution& execution) {
  if (!execution.has_wording()) return std::nullopt;
  const uint64_t tokens = execution.prompt_tokens();
  const std::optional<int64_t> window = context_window(execution.span().model);
  // From nine tenths on, no room is left for the answer.
  if (window && tokens * 10 >= static_cast<uint64_t>(*window) * 9) {
    return Observation{
        fmt::format("about {} tokens of the {} that fit {}", tokens, *window,
                    execution.span().model),
        parameter_patch(
            "prompt", fmt::format("{} tokens", tokens),
            fmt::format("at most {} tokens: only the passages the task needs", *window / 2)),
        ""};
  }
  return observe_size(tokens, execution.prompt_sizes().tokens_median);
}

}  // namespace

std::optional<Observation> observe_size(uint64_t tokens, uint64_t median) {
  if (median == 0 || tokens < kOversizedTokensMin || tokens < median * kOversizedRatio) {
    return std::nullopt;
  }
  return Observation{
      fmt::format("about {} tokens, {} times the median prompt of this log ({})", tokens,
                  tokens / median, median),
      parameter_patch("prompt", fmt::format("{} tokens", tokens),
                      fmt::format("at most {} tokens: only the passages the task needs, or "
                                  "one call a part",
                                  kOversizedTokensMin)),
      ""};
}

const Check kOversizedPrompt{
    .id = "oversized-prompt",
    .kind = FindingKind::Defect,
    .stage = Stage::Prompt,
    .per_template = true,
    .title = "oversized prompt",
    .description = "The prompt fills the context window, or is many times longer than the others.",
    .needs = {FieldSet{Field::Input}, FieldSet{Field::InputTokens}},
    .needs_words = "prompts",
    .precision = {},
    .run = run,
};

}  // namespace sonde
