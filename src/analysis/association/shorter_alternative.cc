// Fewer tokens for the same success: a shorter wording of a prompt, or fewer worked examples in it,
// that does no worse within the margin; and examples that stand in a prompt twice.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/association/counted.h"
#include "analysis/association/paired_inputs.h"
#include "analysis/text.h"
#include "stats/power.h"

namespace sonde {
namespace {

constexpr double kShorterMin = 0.15;  // Of the prompt's tokens.
constexpr double kAlikeMin = 0.5;     // Of the words of the smaller wording.
constexpr uint64_t kExampleTokensMin = 100;
constexpr uint64_t kRepeatedCallsMin = 5;
constexpr size_t kVariantsMax = 8;  // Of one prompt, the most used.

// One way to word a prompt.
struct Wording {
  uint64_t key = 0;
  uint64_t calls = 0;
  double tokens = 0;  // Sum.
  uint32_t prompt_template = kNoTemplate;
  std::string name;
};

double mean_tokens(const Wording& wording) {
  return wording.tokens / static_cast<double>(std::max<uint64_t>(wording.calls, 1));
}

// The advice to take `shorter` in place of `longer`; null when too few or not shorter.
std::optional<Candidate> shorten(const CallTable& table, const std::vector<CallValue>& values,
                                 const Wording& longer, const Wording& shorter,
                                 const AssociationOptions& options) {
  const double gain = mean_tokens(longer) - mean_tokens(shorter);
  if (gain < kShorterMin * mean_tokens(longer)) return std::nullopt;
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
  if (contrasts.groups() < 2 || std::min(contrasts.calls(0), contrasts.calls(1)) < kSideCallsMin) {
    return std::nullopt;
  }
  Contrast contrast = contrasts.between(1, 0);
  if (contrast.strata == 0) return std::nullopt;
  const bool is_paired = PairedInputs(table, values, &Call::question).refine(1, 0, contrast);
  Candidate found = worse_candidate(contrast, "failure_rate", options);
  found.effect.basis = is_paired ? Basis::Paired : Basis::Observed;
  found.effect.saving = {};
  found.effect.saving.tokens =
      Amount{gain * static_cast<double>(longer.calls), std::nullopt, std::nullopt};
  found.effect.margin = options.margin;
  found.supported = contrast.enough && contrast.interval.high < options.margin;
  found.p_value = loss_p_value(contrast, options.margin);
  const double deff = std::max(contrast.design_effect, contrast.baseline_effect);
  const uint64_t wanted =
      records_for_non_inferiority(1 - contrast.baseline_value, options.margin, kPower, deff);
  const uint64_t least = std::min(contrast.variant_calls, contrast.baseline_calls);
  found.effect.needed = wanted > least ? std::optional(wanted - least) : std::nullopt;
  found.effect.variant = shorter.name;
  found.effect.baseline = longer.name;
  found.effect.strata = "category and model";
  found.subject = fmt::format("{} -> {}", longer.name, shorter.name);
  found.evidence = fmt::format(
      "{} has {:.0f} tokens, {} has {:.0f}; {} of its calls fail, {} of those of the longer",
      shorter.name, mean_tokens(shorter), longer.name, mean_tokens(longer),
      percent(contrast.variant_value), percent(contrast.baseline_value));
  return found;
}

// --- Wordings ---

std::set<std::string> words_of(const CallTable& table, uint32_t prompt_template) {
  std::set<std::string> set;
  const std::string text = to_lower(table.templates[prompt_template].text);
  for (const std::string_view word : words(text)) set.emplace(word);
  return set;
}

bool are_alike(const CallTable& table, const Wording& a, const Wording& b) {
  if (a.prompt_template == kNoTemplate || b.prompt_template == kNoTemplate) return false;
  const PromptTemplate& one = table.templates[a.prompt_template];
  const PromptTemplate& other = table.templates[b.prompt_template];
  if (!one.name.empty() && one.name == other.name) return true;
  const std::set<std::string> mine = words_of(table, a.prompt_template);
  const std::set<std::string> theirs = words_of(table, b.prompt_template);
  const auto common =
      std::ranges::count_if(mine, [&](const auto& w) { return theirs.contains(w); });
  const size_t smaller = std::min(mine.size(), theirs.size());
  return smaller > 0 && static_cast<double>(common) >= kAlikeMin * static_cast<double>(smaller);
}

std::string name_of(const PromptTemplate& found) {
  if (found.name.empty()) return "prompt " + found.hash.substr(0, 8);
  return found.version.empty() ? found.name : fmt::format("{} {}", found.name, found.version);
}

std::vector<CallValue> values_of(const CallTable& table, uint64_t place, uint64_t key_longer,
                                 uint64_t key_shorter, uint64_t (*key)(const Call&)) {
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    if (call.place != place || (key(call) != key_longer && key(call) != key_shorter)) continue;
    values.push_back({i, key(call) == key_shorter ? 1U : 0U,
                      stratum_of(table, call, {.place = false, .prompt = false}),
                      call.failed ? 1.0 : 0.0});
  }
  return values;
}

uint64_t wording_key(const Call& call) {
  return call.prompt_template == kNoTemplate ? 0 : uint64_t{call.prompt_template} + 1;
}

std::vector<Candidate> find_wordings(const CallTable& table, const AssociationOptions& options) {
  std::map<uint64_t, std::map<uint64_t, Wording>> places;
  for (const Call& call : table.calls) {
    if (!is_template(table, call.prompt_template) || call.prompt_tokens == 0) continue;
    Wording& wording = places[call.place][wording_key(call)];
    wording.key = wording_key(call);
    ++wording.calls;
    wording.tokens += static_cast<double>(call.prompt_tokens);
    wording.prompt_template = call.prompt_template;
  }
  std::vector<Candidate> candidates;
  for (auto& [place, by_key] : places) {
    std::vector<Wording> wordings;
    for (auto& [key, wording] : by_key) {
      wording.name = name_of(table.templates[wording.prompt_template]);
      wordings.push_back(wording);
    }
    std::ranges::sort(wordings, std::ranges::greater{}, &Wording::calls);
    if (wordings.size() > kVariantsMax) wordings.resize(kVariantsMax);
    for (const Wording& longer : wordings) {
      for (const Wording& shorter : wordings) {
        if (longer.key == shorter.key || !are_alike(table, longer, shorter)) continue;
        auto found = shorten(table, values_of(table, place, longer.key, shorter.key, wording_key),
                             longer, shorter, options);
        if (!found) continue;
        found->patch = diff_patch("prompt", table.templates[longer.prompt_template].text,
                                  table.templates[shorter.prompt_template].text);
        fill_evidence(
            table, options,
            [&, at = place](const Call& c) {
              return c.place == at && wording_key(c) == longer.key;
            },
            *found);
        candidates.push_back(std::move(*found));
      }
    }
  }
  return candidates;
}

// --- Worked examples ---

uint64_t examples_key(const Call& call) { return uint64_t{call.examples} + 1; }

void find_repeated(const CallTable& table, const AssociationOptions& options,
                   std::vector<Candidate>& candidates) {
  Candidate found;
  double tokens = 0;
  fill_evidence(
      table, options,
      [&](const Call& call) {
        tokens += call.repeated_example_tokens;
        return call.repeated_example_tokens > 0;
      },
      found);
  if (found.support < kRepeatedCallsMin) return;
  found.supported = true;
  found.subject = "the same example twice";
  found.effect.metric = "tokens";
  found.effect.unit = "tokens";
  found.effect.basis = Basis::Counted;
  found.effect.saving.tokens = Amount{tokens, std::nullopt, std::nullopt};
  found.evidence = fmt::format(
      "{} calls carry a worked example that stands in the same prompt "
      "before already: about {:.0f} tokens in all",
      found.support, tokens);
  found.patch = action_patch("delete the second copy of the example from the prompt");
  candidates.push_back(std::move(found));
}

std::vector<Candidate> find_examples(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  find_repeated(table, options, candidates);
  std::map<uint64_t, std::map<uint64_t, Wording>> places;
  for (const Call& call : table.calls) {
    if (call.prompt_tokens == 0) continue;
    Wording& wording = places[call.place][examples_key(call)];
    wording.key = examples_key(call);
    ++wording.calls;
    wording.tokens += static_cast<double>(call.example_tokens);
    wording.name = fmt::format("{} worked examples", call.examples);
  }
  for (auto& [place, by_key] : places) {
    if (by_key.size() > kVariantsMax) continue;
    for (const auto& [more, longer] : by_key) {
      if (mean_tokens(longer) < kExampleTokensMin) continue;
      for (const auto& [fewer, shorter] : by_key) {
        if (fewer >= more) continue;
        auto found = shorten(table, values_of(table, place, more, fewer, examples_key), longer,
                             shorter, options);
        if (!found) continue;
        found->patch = parameter_patch("examples in the prompt", std::to_string(more - 1),
                                       std::to_string(fewer - 1));
        fill_evidence(
            table, options,
            [&, at = place, many = more](const Call& c) {
              return c.place == at && examples_key(c) == many;
            },
            *found);
        candidates.push_back(std::move(*found));
      }
    }
  }
  return candidates;
}

}  // namespace

const Association kShorterWording{
    .check = {.id = "shorter-wording",
              .kind = FindingKind::Association,
              .stage = Stage::Prompt,
              .per_template = true,
              .title = "a shorter wording does as well",
              .description = "Of two wordings of a prompt the shorter does no worse: a loss of "
                             "success beyond the margin is excluded.",
              .needs = {FieldSet{Field::Input}, FieldSet{}},
              .needs_words = "prompts",
              .precision = {},
              .run = nullptr},
    .find = find_wordings,
};

const Association kFewShot{
    .check = {.id = "few-shot",
              .kind = FindingKind::Association,
              .stage = Stage::Prompt,
              .per_template = true,
              .title = "fewer worked examples do as well",
              .description = "Prompts carry an example twice, or more examples than are needed "
                             "for the same success.",
              .needs = {FieldSet{Field::Input}, FieldSet{Field::System}},
              .needs_words = "prompts",
              .precision = {},
              .run = nullptr},
    .find = find_examples,
};

}  // namespace sonde
