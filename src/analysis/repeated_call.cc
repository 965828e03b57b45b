#include "analysis/repeated_call.h"

#include <fmt/format.h>

#include <algorithm>

namespace sonde {
namespace {

constexpr std::array<std::string_view, 5> kTransient = {"connection", "overloaded", "rate_limit",
                                                        "server_error", "timeout"};

std::optional<Observation> run(const Execution& execution) {
  return observe_repeats(execution.repeats());
}

}  // namespace

bool is_transient(std::string_view error_class) {
  return std::find(kTransient.begin(), kTransient.end(), error_class) != kTransient.end();
}

std::optional<Observation> observe_repeats(const Repeats& repeats) {
  if (repeats.failures < 2) return std::nullopt;
  return Observation{
      fmt::format("the same prompt, model and parameters were sent {} times, {} of them failed",
                  repeats.calls, repeats.failures),
      action_patch("change the prompt or a parameter before the call is made again; stop after the "
                   "first failure that is no outage"),
      ""};
}

const Check kRepeatedCall{
    .id = "repeated-call",
    .kind = FindingKind::Hint,
    .stage = Stage::Hint,
    .per_template = true,
    .title = "identical call repeated",
    .description = "The same call was made again, unchanged, after it had failed.",
    .needs = {FieldSet{Field::Input}, FieldSet{}},
    .needs_words = "prompts",
    .precision = {.right = 18, .flagged = 18, .examples = 39},
    .run = run,
};

}  // namespace sonde
