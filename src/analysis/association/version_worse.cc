// A version of a prompt after which more calls fail than with the one before.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/association/association.h"
#include "analysis/association/paired_inputs.h"

namespace sonde {
namespace {

// The versions of one prompt: of a name in a place, or of an app.
struct Prompt {
  uint64_t place;
  uint64_t name;
  auto operator<=>(const Prompt&) const = default;
};

struct Version {
  uint32_t group = 0;
  uint64_t version = 0;
  int64_t first_time = INT64_MAX;
  Location first;
};

std::string name_of(const CallTable& table, const Prompt& prompt, uint64_t version) {
  const std::string_view name = table.name(prompt.name);
  return fmt::format("{}version {}", name.empty() ? "" : fmt::format("{} ", name),
                     table.name(version));
}

// The texts of both, as a patch back; else the number to go back to.
Patch way_back(const CallTable& table, const Prompt& prompt, uint64_t worse, uint64_t better) {
  const auto text_of = [&](uint64_t version) -> const std::string* {
    for (const Call& call : table.calls) {
      if (call.prompt_version != version || call.prompt_name != prompt.name ||
          call.place != prompt.place || call.prompt_template == kNoTemplate) {
        continue;
      }
      return &table.templates[call.prompt_template].text;
    }
    return nullptr;
  };
  const std::string* bad = text_of(worse);
  const std::string* good = text_of(better);
  if (bad != nullptr && good != nullptr && *bad != *good && !bad->empty() && !good->empty() &&
      *bad != kFreeText && *good != kFreeText) {
    return diff_patch("prompt", *bad, *good);
  }
  return parameter_patch("prompt_version", table.name(worse), table.name(better));
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  GroupNumbers numbers;
  std::map<Prompt, std::vector<Version>> prompts;
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    if (call.prompt_version == 0) continue;
    const Prompt prompt{call.place, call.prompt_name};
    const uint32_t group =
        numbers.of(call.prompt_version ^ (call.prompt_name * 3) ^ (call.place * 7));
    std::vector<Version>& versions = prompts[prompt];
    auto known = std::ranges::find(versions, group, &Version::group);
    if (known == versions.end()) {
      versions.push_back({group, call.prompt_version, INT64_MAX, call.location});
      known = versions.end() - 1;
    }
    if (call.start_time) known->first_time = std::min(known->first_time, *call.start_time);
    values.push_back({i, group, stratum_of(table, call, {.place = true, .prompt = false}),
                      call.failed ? 1.0 : 0.0});
  }
  std::vector<Candidate> candidates;
  if (values.empty()) return candidates;
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
  const PairedInputs same_questions(table, values, &Call::question);
  for (auto& [prompt, versions] : prompts) {
    // Without times the order of the log stands in for that of the versions.
    std::ranges::sort(versions, {}, [](const Version& v) {
      return std::tuple(v.first_time, v.first.file, v.first.byte);
    });
    for (size_t i = 1; i < versions.size(); ++i) {
      const Version& before = versions[i - 1];
      const Version& after = versions[i];
      if (std::min(contrasts.calls(before.group), contrasts.calls(after.group)) < kSideCallsMin) {
        continue;
      }
      Contrast contrast = contrasts.between(after.group, before.group);
      const bool is_paired = same_questions.refine(after.group, before.group, contrast);
      Candidate found = worse_candidate(contrast, "failure_rate", options);
      found.effect.basis = is_paired ? Basis::Paired : Basis::Observed;
      found.effect.variant = name_of(table, prompt, after.version);
      found.effect.baseline = name_of(table, prompt, before.version);
      found.effect.strata = "category and model";
      found.subject = found.effect.variant;
      found.evidence = fmt::format("{} of the calls fail with {}, {} with {} before it",
                                   percent(contrast.variant_value), found.effect.variant,
                                   percent(contrast.baseline_value), found.effect.baseline);
      fill_evidence(
          table, options,
          [&, &named = prompt](const Call& c) {
            return c.failed && c.prompt_version == after.version && c.prompt_name == named.name &&
                   c.place == named.place;
          },
          found);
      if (found.supported) found.patch = way_back(table, prompt, after.version, before.version);
      candidates.push_back(std::move(found));
    }
  }
  return candidates;
}

}  // namespace

const Association kVersionWorse{
    .check = {.id = "version-worse",
              .kind = FindingKind::Association,
              .stage = Stage::Hint,
              .per_template = true,
              .title = "a prompt version made things worse",
              .description = "More calls fail with a version of a prompt than with the one before, "
                             "on the same work.",
              .needs = {FieldSet{Field::PromptVersion}, FieldSet{}},
              .needs_words = "prompt versions",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
