// Optimizer::finish(): what had to wait for the whole log, then ranking.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/association/judge.h"
#include "analysis/group_rate.h"
#include "analysis/oversized_prompt.h"
#include "analysis/repeated_call.h"
#include "analysis/tally.h"

namespace sonde {
namespace {

constexpr size_t kFieldBits = kFieldCount;

struct MissingWord {
  Field field;
  std::string_view words;
};

// What the sentence about checks calls a field that the log lacks.
constexpr std::array kMissingWords = {
    MissingWord{Field::Input, "no prompts"},
    MissingWord{Field::Output, "no answers"},
    MissingWord{Field::StatusMessage, "no error messages"},
    MissingWord{Field::FinishReason, "no finish reasons"},
};

bool is_empty(const FieldSet& set) {
  for (size_t i = 0; i < kFieldBits; ++i) {
    if (set.has(static_cast<Field>(i))) return false;
  }
  return true;
}

bool covers(const FieldSet& seen, const FieldSet& needed) {
  for (size_t i = 0; i < kFieldBits; ++i) {
    const auto field = static_cast<Field>(i);
    if (needed.has(field) && !seen.has(field)) return false;
  }
  return true;
}

bool applies(const Check& check, const FieldSet& seen) {
  return std::any_of(check.needs.begin(), check.needs.end(), [&](const FieldSet& alternative) {
    return !is_empty(alternative) && covers(seen, alternative);
  });
}

std::string applicability(const std::vector<CheckStatus>& checks, const FieldSet& seen) {
  const auto count = std::count_if(checks.begin(), checks.end(),
                                   [](const CheckStatus& status) { return status.applies; });
  std::string sentence = fmt::format("{} of {} checks apply", count, checks.size());
  std::string_view mark = ": ";
  for (const MissingWord& missing : kMissingWords) {
    const bool wanted = std::any_of(checks.begin(), checks.end(), [&](const CheckStatus& status) {
      return !status.applies &&
             std::ranges::any_of(status.check->needs, [&](const FieldSet& alternative) {
               return alternative.has(missing.field);
             });
    });
    if (!wanted || seen.has(missing.field)) continue;
    sentence += fmt::format("{}{}", mark, missing.words);
    mark = ", ";
  }
  return sentence;
}

std::vector<std::string> ids_of(const Examples& examples) {
  std::vector<std::string> ids;
  for (const Example& example : examples.list()) ids.push_back(example.id);
  return ids;
}

// The checks that need the whole log, on a group of equal calls without a cause.
std::optional<std::pair<const Check*, Observation>> late_cause(const PromptGroup& group,
                                                               const BoundedMap<Repeats>& calls,
                                                               uint64_t median) {
  if (auto observation = observe_size(group.tokens, median)) {
    return std::pair(&kOversizedPrompt, std::move(*observation));
  }
  const Repeats* repeats = group.call == 0 ? nullptr : calls.find(group.call);
  if (repeats == nullptr) return std::nullopt;
  if (auto observation = observe_repeats(*repeats)) {
    return std::pair(&kRepeatedCall, std::move(*observation));
  }
  return std::nullopt;
}

void add_late_finding(const PromptGroup& group, const Check& check, Observation observation,
                      size_t evidence_max, std::map<uint64_t, FindingGroup>& findings) {
  FindingGroup late{&check,
                    "",
                    check.per_template ? group.key.combined : group.key.place,
                    group.count,
                    0,
                    group.count,
                    group.examples,
                    group.where,
                    std::move(observation.evidence),
                    std::move(observation.patch)};
  const auto [place, is_new] = findings.try_emplace(finding_key(check, "", group.key), late);
  if (!is_new) join(place->second, std::move(late), evidence_max);
}

Finding to_finding(uint64_t key, const FindingGroup& group, const BoundedMap<CallTally>& tallies,
                   const GroupRates& rates, uint64_t failures_total) {
  Finding finding{fmt::format("{}-{:016x}", group.check->id, key),
                  group.check,
                  group.subject,
                  group.where,
                  group.support,
                  group.silent,
                  ids_of(group.examples),
                  group.evidence,
                  group.patch,
                  Effect{group.explained, failures_total, {}, {}, {}},
                  std::nullopt};
  const CallTally* tally = tallies.find(group.tally_key);
  if (tally != nullptr) {
    finding.effect.group_calls = tally->calls;
    finding.effect.group_failures = tally->failures;
    finding.effect.group_failure_rate =
        rates.interval(group.tally_key, tally->failures, tally->calls);
  }
  return finding;
}

FailedPrompt to_failed_prompt(const PromptGroup& group) {
  return {group.where, group.prompt,  group.count,   group.silent, ids_of(group.examples),
          group.cause, group.subject, group.sentence};
}

uint64_t line_key(const PromptGroup& group) {
  const std::string_view cause = group.cause == nullptr ? group.sentence : group.cause->id;
  return hash_text(cause, hash_text(group.subject, group.key.combined + (group.silent ? 1 : 0)));
}

// Lines of one place, template and cause as one; before, groups without a cause were one a call.
// Adds what only the whole log shows to `findings`.
std::map<uint64_t, PromptGroup> gather_lines(const BoundedMap<PromptGroup>& prompts,
                                             const BoundedMap<Repeats>& calls, uint64_t median,
                                             size_t evidence_max,
                                             std::map<uint64_t, FindingGroup>& findings) {
  std::map<uint64_t, PromptGroup> lines;
  for (const auto& [key, group] : prompts.values()) {
    PromptGroup line = group;
    if (line.cause == nullptr) {
      if (auto late = late_cause(line, calls, median)) {
        line.cause = late->first;
        line.sentence = late->second.evidence;
        add_late_finding(line, *late->first, std::move(late->second), evidence_max, findings);
      }
    }
    const auto [place, is_new] = lines.try_emplace(line_key(line), line);
    if (!is_new) join(place->second, std::move(line), evidence_max);
  }
  return lines;
}

void rank(OptimizeResult& result) {
  std::ranges::sort(result.findings, [](const Finding& a, const Finding& b) {
    return std::tuple(b.effect.failures_explained, b.support, std::string_view(a.id)) <
           std::tuple(a.effect.failures_explained, a.support, std::string_view(b.id));
  });
  const auto order = [](const FailedPrompt& prompt) {
    return std::tuple(~prompt.count, std::string_view(prompt.where.app),
                      std::string_view(prompt.where.node), std::string_view(prompt.where.category),
                      std::string_view(prompt.prompt), std::string_view(prompt.where.model),
                      std::string_view(prompt.sentence), prompt.silent);
  };
  std::ranges::sort(result.prompts, {}, order);
}

void add_associations(const CallTable& table, const OptimizerOptions& options,
                      OptimizeResult& result) {
  AssociationOptions limits = options.associations;
  limits.evidence_max = options.evidence_max;
  AssociationResult found = judge_associations(table, limits);
  result.associations = std::move(found.findings);
  result.undecided = std::move(found.undecided);
  result.association_tests = found.tests;
  if (table.share < 1) {
    result.notes.push_back(fmt::format(
        "associations are looked for in a sample of {} of {} calls; savings are scaled up",
        table.calls.size(), result.succeeded + result.failed));
  }
}

}  // namespace

OptimizeResult Optimizer::finish() {
  State& state = *state_;
  state.tallies.trim();
  state.calls.trim();
  state.findings.trim();
  state.prompts.trim();
  OptimizeResult result = std::move(state.totals);
  std::map<uint64_t, FindingGroup> findings(state.findings.values().begin(),
                                            state.findings.values().end());
  const std::map<uint64_t, PromptGroup> lines = gather_lines(
      state.prompts, state.calls, state.sizes.median(), state.options.evidence_max, findings);
  const uint64_t failures = result.failed + result.silent_failures;
  const CallTable table = state.collector.finish(state.options.associations.threads > 1);
  GroupRates rates;
  for (const auto& [key, group] : findings) rates.want(group.tally_key);
  rates.add(table);
  for (const auto& [key, group] : findings) {
    result.findings.push_back(to_finding(key, group, state.tallies, rates, failures));
  }
  for (const auto& [key, group] : lines) {
    result.prompts.push_back(to_failed_prompt(group));
    if (group.cause == nullptr) result.unexplained += group.count;
  }
  rank(result);
  add_associations(table, state.options, result);
  for (const Check& check : all_checks())
    result.checks.push_back({&check, applies(check, state.seen)});
  result.applicability = applicability(result.checks, state.seen);
  for (const Association& association : all_associations())
    result.checks.push_back({&association.check, applies(association.check, state.seen)});
  const auto note = [&](bool is_cut, std::string_view what, size_t limit) {
    if (is_cut)
      result.notes.push_back(fmt::format("more than {} {}: the rest is left out", limit, what));
  };
  note(state.findings.is_cut(), "findings", state.options.groups_max);
  note(state.prompts.is_cut(), "groups of failed prompts", state.options.groups_max);
  note(state.tallies.is_cut(), "prompt templates, so that some findings have no failure rate",
       state.options.templates_max);
  note(state.calls.is_cut(), "distinct calls, so that some repeated calls are not seen",
       state.options.calls_max);
  return result;
}

}  // namespace sonde
