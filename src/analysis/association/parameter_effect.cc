// A request parameter (temperature, max_tokens, ...) with whose value more calls fail, or take
// longer, than with its most used one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/association/association.h"

namespace sonde {
namespace {

// A parameter with more values is an id or a free number; those are not settings one can go back
// to.
constexpr size_t kValuesMax = 12;
// Slower by less is no reason to change a setting.
constexpr double kSlowerMin = 0.10;

// What a parameter's values are, by the calls' parameter sets.
struct Setting {
  std::set<std::string> values;
  bool beyond = false;  // More than kValuesMax of them.
};

const std::vector<ParameterValue>* set_of(const CallTable& table, const Call& call) {
  if (call.parameters == 0) return nullptr;
  const auto found = table.parameters.find(call.parameters);
  return found == table.parameters.end() ? nullptr : &found->second;
}

const std::string* value_in(const std::vector<ParameterValue>& set, const std::string& name) {
  const auto found = std::ranges::find(set, name, &ParameterValue::name);
  return found == set.end() ? nullptr : &found->value;
}

std::map<std::string, Setting> settings_of(const CallTable& table) {
  std::map<std::string, Setting> settings;
  for (const auto& [hash, set] : table.parameters) {
    for (const ParameterValue& p : set) {
      Setting& setting = settings[p.name];
      if (setting.values.size() < kValuesMax) {
        setting.values.insert(p.value);
      } else if (!setting.values.contains(p.value)) {
        setting.beyond = true;
      }
    }
  }
  std::erase_if(settings,
                [](const auto& row) { return row.second.beyond || row.second.values.size() < 2; });
  return settings;
}

// The calls of one parameter by its values.
struct Values {
  std::vector<std::string> names;  // By group.
  std::vector<CallValue> failures;
  std::vector<CallValue> times;  // Logarithms, of calls that did not fail.
};

Values values_of(const CallTable& table, const std::string& name, const Setting& setting) {
  Values values;
  values.names.assign(setting.values.begin(), setting.values.end());
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    const auto* set = set_of(table, call);
    const std::string* value = set == nullptr ? nullptr : value_in(*set, name);
    if (value == nullptr) continue;
    const auto place = std::ranges::lower_bound(values.names, *value);
    const auto group = static_cast<uint32_t>(place - values.names.begin());
    const uint64_t work = stratum_of(table, call);
    values.failures.push_back({i, group, work, call.failed ? 1.0 : 0.0});
    if (call.duration && !call.failed) {
      values.times.push_back({i, group, work, std::log(static_cast<double>(*call.duration) + 1)});
    }
  }
  return values;
}

uint32_t most_used(const Contrasts& contrasts) {
  uint32_t most = 0;
  for (uint32_t group = 1; group < contrasts.groups(); ++group) {
    if (contrasts.calls(group) > contrasts.calls(most)) most = group;
  }
  return most;
}

void describe(const CallTable& table, const AssociationOptions& options, const std::string& name,
              const std::string& from, const std::string& to, bool failing, Candidate& found) {
  found.effect.variant = fmt::format("{} {}", name, from);
  found.effect.baseline = fmt::format("{} {}", name, to);
  found.effect.strata = "app, prompt, category and model";
  found.subject = found.effect.variant;
  found.patch = parameter_patch(name, from, to);
  fill_evidence(
      table, options,
      [&](const Call& call) {
        const auto* set = set_of(table, call);
        const std::string* value = set == nullptr ? nullptr : value_in(*set, name);
        return value != nullptr && *value == from && (call.failed || !failing);
      },
      found);
}

// Whichever of the two values fails more is the finding, the other the way out.
void compare_failures(const CallTable& table, const AssociationOptions& options,
                      const std::string& name, const Values& values,
                      std::vector<Candidate>& candidates) {
  const Contrasts contrasts(table, values.failures, Contrasts::Kind::Rate);
  const uint32_t base = most_used(contrasts);
  for (uint32_t group = 0; group < contrasts.groups(); ++group) {
    if (group == base || contrasts.calls(group) < kSideCallsMin) continue;
    const bool is_worse = contrasts.between(group, base).difference >= 0;
    const uint32_t worse = is_worse ? group : base;
    const uint32_t better = is_worse ? base : group;
    Candidate found = worse_candidate(contrasts.between(worse, better), "failure_rate", options);
    const Contrast& contrast = found.effect.contrast;
    found.evidence = fmt::format("{} of the calls with {} {} fail, {} of those with {}",
                                 percent(contrast.variant_value), name, values.names[worse],
                                 percent(contrast.baseline_value), values.names[better]);
    describe(table, options, name, values.names[worse], values.names[better], true, found);
    candidates.push_back(std::move(found));
  }
}

void compare_times(const CallTable& table, const AssociationOptions& options,
                   const std::string& name, const Values& values,
                   std::vector<Candidate>& candidates) {
  if (values.times.empty()) return;
  const Contrasts contrasts(table, values.times, Contrasts::Kind::Mean);
  const uint32_t base = most_used(contrasts);
  for (uint32_t group = 0; group < contrasts.groups(); ++group) {
    if (group == base || contrasts.calls(group) < kSideCallsMin) continue;
    const bool is_slower = contrasts.between(group, base).difference >= 0;
    const uint32_t slower = is_slower ? group : base;
    const uint32_t faster = is_slower ? base : group;
    Candidate found;
    found.effect.contrast = contrasts.between(slower, faster);
    Contrast& contrast = found.effect.contrast;
    found.p_value = contrast.p_value;
    contrast.difference = std::exp(contrast.difference);
    contrast.interval.low = std::exp(contrast.interval.low);
    contrast.interval.high = std::exp(contrast.interval.high);
    contrast.variant_value = std::exp(contrast.variant_value) / 1e6;
    contrast.baseline_value = std::exp(contrast.baseline_value) / 1e6;
    found.effect.metric = "latency";
    found.effect.unit = "ratio";
    found.supported =
        contrast.enough && contrast.interval.low > 1 && contrast.difference >= 1 + kSlowerMin;
    const double seconds = contrast.variant_value * static_cast<double>(contrast.variant_calls);
    found.effect.saving.seconds =
        Amount{seconds * (1 - 1 / contrast.difference), seconds * (1 - 1 / contrast.interval.low),
               seconds * (1 - 1 / contrast.interval.high)};
    found.evidence =
        fmt::format("calls with {} {} take {:.2f} s (geometric mean), those with {} {:.2f} s", name,
                    values.names[slower], contrast.variant_value, values.names[faster],
                    contrast.baseline_value);
    describe(table, options, name, values.names[slower], values.names[faster], false, found);
    found.subject += ", response time";
    candidates.push_back(std::move(found));
  }
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  for (const auto& [name, setting] : settings_of(table)) {
    const Values values = values_of(table, name, setting);
    if (values.failures.empty()) continue;
    compare_failures(table, options, name, values, candidates);
    compare_times(table, options, name, values, candidates);
  }
  return candidates;
}

}  // namespace

const Association kParameterEffect{
    .check = {.id = "parameter-effect",
              .kind = FindingKind::Association,
              .stage = Stage::Hint,
              .per_template = true,
              .title = "a parameter goes with failures or long response times",
              .description = "With one value of a request parameter more calls fail, or take "
                             "longer, than with another, on the same prompts and model.",
              .needs = {FieldSet{Field::Parameters}, FieldSet{}},
              .needs_words = "request parameters",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
