// Invalid JSON where JSON was asked for, by temperature and by whether a schema or JSON mode was
// set.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/association/association.h"

namespace sonde {
namespace {

// From here on sampling is loose.
constexpr double kHot = 0.5;

std::optional<double> temperature_of(const CallTable& table, const Call& call) {
  const auto found = table.parameters.find(call.parameters);
  if (call.parameters == 0 || found == table.parameters.end()) return std::nullopt;
  for (const ParameterValue& p : found->second) {
    if (p.number && (p.name == "temperature" || p.name.ends_with(".temperature"))) return p.number;
  }
  return std::nullopt;
}

// Splits the calls that ask for JSON in two and compares how many are invalid.
template <class IsSuspect>
std::optional<Candidate> split(const CallTable& table, const AssociationOptions& options,
                               const IsSuspect& is_suspect, std::string variant,
                               std::string baseline, Patch patch) {
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    const std::optional<bool> suspect = call.asks_for_json ? is_suspect(call) : std::nullopt;
    if (!suspect) continue;
    values.push_back(
        {i, *suspect ? 1U : 0U, stratum_of(table, call), call.invalid_json ? 1.0 : 0.0});
  }
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate);
  if (contrasts.groups() < 2 || std::min(contrasts.calls(0), contrasts.calls(1)) < kSideCallsMin) {
    return std::nullopt;
  }
  Candidate found = worse_candidate(contrasts.between(1, 0), "invalid_json_rate", options);
  Contrast& contrast = found.effect.contrast;
  found.effect.saving.failures = amount_of(contrast.difference, contrast.interval,
                                           static_cast<double>(contrast.variant_calls));
  found.effect.variant = variant;
  found.effect.baseline = baseline;
  found.effect.strata = "app, prompt, category and model";
  found.subject = std::move(variant);
  found.evidence = fmt::format("JSON was asked for: {} of the answers are invalid {}, {} {}",
                               percent(contrast.variant_value), found.subject,
                               percent(contrast.baseline_value), baseline);
  found.patch = std::move(patch);
  fill_evidence(
      table, options,
      [&](const Call& call) {
        return call.asks_for_json && call.invalid_json && is_suspect(call).value_or(false);
      },
      found);
  return found;
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  const auto hot = [&](const Call& call) -> std::optional<bool> {
    const std::optional<double> temperature = temperature_of(table, call);
    return temperature ? std::optional(*temperature >= kHot) : std::nullopt;
  };
  if (auto found =
          split(table, options, hot, fmt::format("at temperature {} or more", kHot),
                fmt::format("below {}", kHot), parameter_patch("temperature", ">= 0.5", "0"))) {
    candidates.push_back(std::move(*found));
  }
  const auto free = [](const Call& call) { return std::optional(!call.json_mode); };
  if (auto found =
          split(table, options, free, "without a schema or JSON mode", "with one",
                parameter_patch("response_format", "unset", "{\"type\":\"json_object\"}"))) {
    candidates.push_back(std::move(*found));
  }
  return candidates;
}

}  // namespace

const Association kJsonValidity{
    .check = {.id = "json-validity",
              .kind = FindingKind::Association,
              .stage = Stage::Answer,
              .per_template = true,
              .title = "invalid JSON goes with a setting",
              .description = "Where JSON is asked for, more answers are invalid at a high "
                             "temperature, or without a schema, on the same prompts and model.",
              .needs = {FieldSet{Field::Input, Field::Parameters}, FieldSet{}},
              .needs_words = "prompts and request parameters",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
