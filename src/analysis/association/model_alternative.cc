// A cheaper or faster model that does the same prompts no worse, within the margin.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/association/association.h"
#include "analysis/association/paired_inputs.h"
#include "stats/power.h"

namespace sonde {
namespace {

// Cheaper or faster by less is no reason to change anything.
constexpr double kGainMin = 0.10;

// What a model costs or takes, of the calls that say so, on the same prompts.
struct Gain {
  std::string_view metric;
  Contrast contrast;    // Alternative - current; of costs, or of logarithms of times.
  double relative = 0;  // Of the current's; negative is a gain.
  double relative_high = 0;
};

uint64_t work_of(const CallTable& table, const Call& call) {
  return stratum_of(table, call, {.place = true, .prompt = true, .model = false});
}

// Calls whose prompt belongs to a template; free text is no work that two models share.
bool has_work(const CallTable& table, const Call& call) {
  return call.model != 0 &&
         (call.prompt_name != 0 || call.category != 0 || is_template(table, call.prompt_template));
}

class Models {
 public:
  explicit Models(const CallTable& table) {
    std::vector<CallValue> failures;
    std::vector<CallValue> costs;
    std::vector<CallValue> times;
    for (uint32_t i = 0; i < table.calls.size(); ++i) {
      const Call& call = table.calls[i];
      if (!has_work(table, call)) continue;
      const uint32_t model = numbers_.of(call.model);
      const uint64_t work = work_of(table, call);
      failures.push_back({i, model, work, call.failed ? 1.0 : 0.0});
      if (call.cost && (currency_ == 0 || call.currency == currency_)) {
        currency_ = call.currency;
        costs.push_back({i, model, work, static_cast<double>(*call.cost)});
      }
      if (call.duration && !call.failed) {
        times.push_back({i, model, work, std::log(static_cast<double>(*call.duration) + 1)});
      }
    }
    failures_.emplace(table, failures, Contrasts::Kind::Rate);
    same_inputs_.emplace(table, failures, &Call::prompt);
    costs_.emplace(table, costs, Contrasts::Kind::Mean);
    times_.emplace(table, times, Contrasts::Kind::Mean);
  }

  size_t size() const { return numbers_.size(); }
  uint64_t key(uint32_t model) const { return numbers_.key(model); }
  uint64_t currency() const { return currency_; }
  const Contrasts& failures() const { return *failures_; }
  const PairedInputs& same_inputs() const { return *same_inputs_; }

  std::optional<Gain> cheaper(uint32_t other, uint32_t current) const {
    if (std::max(other, current) >= costs_->groups()) return std::nullopt;
    Gain gain{"cost", costs_->between(other, current)};
    const double base = gain.contrast.baseline_value;
    if (!gain.contrast.enough || !(base > 0)) return std::nullopt;
    gain.relative = gain.contrast.difference / base;
    gain.relative_high = gain.contrast.interval.high / base;
    return gain;
  }
  std::optional<Gain> faster(uint32_t other, uint32_t current) const {
    if (std::max(other, current) >= times_->groups()) return std::nullopt;
    Gain gain{"latency", times_->between(other, current)};
    if (!gain.contrast.enough) return std::nullopt;
    gain.relative = std::exp(gain.contrast.difference) - 1;
    gain.relative_high = std::exp(gain.contrast.interval.high) - 1;
    return gain;
  }

 private:
  GroupNumbers numbers_;
  uint64_t currency_ = 0;
  std::optional<Contrasts> failures_;
  std::optional<PairedInputs> same_inputs_;
  std::optional<Contrasts> costs_;
  std::optional<Contrasts> times_;
};

// Response time of the current model's calls, added up, in seconds.
double seconds_of(const CallTable& table, uint64_t model) {
  double seconds = 0;
  for (const Call& call : table.calls) {
    if (call.model == model && call.duration) seconds += static_cast<double>(*call.duration) / 1e6;
  }
  return seconds;
}

void fill_saving(const CallTable& table, const Models& models, const Gain& gain, uint64_t current,
                 Saving& saving) {
  if (gain.metric == "cost") {
    const Contrast& c = gain.contrast;
    saving.cost = amount_of(-c.difference, {-c.interval.high, -c.interval.low, ""},
                            static_cast<double>(c.baseline_calls));
    saving.currency = table.name(models.currency());
    return;
  }
  saving.seconds =
      amount_of(-gain.relative, {-gain.relative_high, 1 - std::exp(gain.contrast.interval.low), ""},
                seconds_of(table, current));
}

std::string gain_words(const std::optional<Gain>& cheaper, const std::optional<Gain>& faster) {
  std::string words;
  if (cheaper) words += fmt::format("costs {} less a call", percent(-cheaper->relative));
  if (faster) {
    words += fmt::format("{}takes {} less time", words.empty() ? "" : " and ",
                         percent(-faster->relative));
  }
  return words;
}

// A switch from `current` to `other`, or null when there is nothing to gain.
std::optional<Candidate> switch_to(const CallTable& table, const Models& models, uint32_t other,
                                   uint32_t current, const AssociationOptions& options) {
  Contrast contrast = models.failures().between(other, current);
  if (std::min(contrast.variant_calls, contrast.baseline_calls) < kSideCallsMin ||
      contrast.strata == 0) {
    return std::nullopt;
  }
  const auto worth = [](std::optional<Gain> gain) {
    const bool is_gain = gain && gain->relative <= -kGainMin && gain->relative_high < 0;
    return is_gain ? gain : std::nullopt;
  };
  const std::optional<Gain> cheaper = worth(models.cheaper(other, current));
  const std::optional<Gain> faster = worth(models.faster(other, current));
  if (!cheaper && !faster) return std::nullopt;
  const bool is_paired = models.same_inputs().refine(other, current, contrast);
  Candidate found = worse_candidate(contrast, "failure_rate", options);
  found.effect.basis = is_paired ? Basis::Paired : Basis::Observed;
  found.effect.saving.failures.reset();
  found.effect.margin = options.margin;
  found.effect.strata = "app, category and prompt";
  found.effect.variant = table.name(models.key(other));
  found.effect.baseline = table.name(models.key(current));
  found.supported = contrast.enough && contrast.interval.high < options.margin;
  double gain_p = 1;
  for (const std::optional<Gain>& gain : {cheaper, faster}) {
    if (!gain) continue;
    gain_p = std::min(gain_p, std::min(1.0, 2 * gain->contrast.p_value));
    fill_saving(table, models, *gain, models.key(current), found.effect.saving);
  }
  // Both must hold: no worse, and a gain.
  found.p_value = std::max(loss_p_value(contrast, options.margin), gain_p);
  const double deff = std::max(contrast.design_effect, contrast.baseline_effect);
  const uint64_t wanted =
      records_for_non_inferiority(1 - contrast.baseline_value, options.margin, kPower, deff);
  const uint64_t least = std::min(contrast.variant_calls, contrast.baseline_calls);
  found.effect.needed = wanted > least ? std::optional(wanted - least) : std::nullopt;
  found.subject = fmt::format("{} -> {}", found.effect.baseline, found.effect.variant);
  found.evidence = fmt::format("on the same prompts {} {}; {} of its calls fail, {} of those of {}",
                               found.effect.variant, gain_words(cheaper, faster),
                               percent(contrast.variant_value), percent(contrast.baseline_value),
                               found.effect.baseline);
  found.patch = parameter_patch("model", found.effect.baseline, found.effect.variant);
  if (*found.p_value > 0.1) return found;
  fill_evidence(
      table, options, [&](const Call& c) { return c.model == models.key(current); }, found);
  return found;
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  const Models models(table);
  for (uint32_t current = 0; current < models.size(); ++current) {
    for (uint32_t other = 0; other < models.size(); ++other) {
      if (other == current) continue;
      if (auto found = switch_to(table, models, other, current, options)) {
        candidates.push_back(std::move(*found));
      }
    }
  }
  return candidates;
}

}  // namespace

const Association kModelAlternative{
    .check = {.id = "model-alternative",
              .kind = FindingKind::Association,
              .stage = Stage::Hint,
              .per_template = false,
              .title = "a cheaper or faster model does as well",
              .description = "On the same prompts another model costs less or answers faster, and "
                             "a loss of success beyond the margin is excluded.",
              .needs = {FieldSet{Field::Model, Field::Cost},
                        FieldSet{Field::Model, Field::Duration}},
              .needs_words = "models, and costs or response times",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
