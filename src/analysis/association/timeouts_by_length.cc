// Timeouts that grow with the length of the prompt.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/association.h"

namespace sonde {
namespace {

constexpr uint64_t kTimeoutsMin = 5;

bool timed_out(const Call& call) { return call.failed && call.error_class == "timeout"; }

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<uint64_t> lengths;
  uint64_t timeouts = 0;
  for (const Call& call : table.calls) {
    if (call.prompt_tokens == 0) continue;
    lengths.push_back(call.prompt_tokens);
    timeouts += timed_out(call) ? 1 : 0;
  }
  if (timeouts < kTimeoutsMin) return {};
  std::ranges::sort(lengths);
  // The longest quarter against the shorter half: set by the lengths, not by the outcome.
  const uint64_t middle = lengths[lengths.size() / 2];
  const uint64_t high = lengths[lengths.size() * 3 / 4];
  if (high <= middle) return {};
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    const bool is_long = call.prompt_tokens >= high;
    if (call.prompt_tokens == 0 || (!is_long && call.prompt_tokens > middle)) continue;
    values.push_back({i, is_long ? 1U : 0U,
                      stratum_of(table, call, {.prompt = false, .category = false}),
                      timed_out(call) ? 1.0 : 0.0});
  }
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
  if (contrasts.groups() < 2 || std::min(contrasts.calls(0), contrasts.calls(1)) < kSideCallsMin) {
    return {};
  }
  Candidate found = worse_candidate(contrasts.between(1, 0), "timeout_rate", options);
  const Contrast& contrast = found.effect.contrast;
  found.effect.saving.failures = amount_of(contrast.difference, contrast.interval,
                                           static_cast<double>(contrast.variant_calls));
  found.subject = fmt::format("prompts of {} tokens or more", high);
  found.effect.variant = found.subject;
  found.effect.baseline = fmt::format("prompts of at most {} tokens", middle);
  found.effect.strata = "app and model";
  found.evidence = fmt::format("{} of the calls with {} time out, {} of those with {}",
                               percent(contrast.variant_value), found.subject,
                               percent(contrast.baseline_value), found.effect.baseline);
  found.patch = action_patch(fmt::format(
      "shorten prompts of {} tokens or more (fewer documents, a summary of the history), "
      "stream the answer, or allow them more time",
      high));
  fill_evidence(
      table, options,
      [&](const Call& call) { return timed_out(call) && call.prompt_tokens >= high; }, found);
  return {std::move(found)};
}

}  // namespace

const Association kTimeoutsByLength{
    .check = {.id = "timeouts-by-length",
              .kind = FindingKind::Association,
              .stage = Stage::Service,
              .per_template = false,
              .title = "long prompts time out",
              .description = "The longest quarter of the prompts times out more often than the "
                             "shorter half, on the same app and model.",
              .needs = {FieldSet{Field::ErrorClass, Field::Input},
                        FieldSet{Field::ErrorClass, Field::InputTokens}},
              .needs_words = "error messages and prompts",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
