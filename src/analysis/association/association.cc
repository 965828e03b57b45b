#include "analysis/association/association.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "base/hash.h"
#include "stats/power.h"

namespace sonde {
namespace {

// A recovered template of fewer of the calls is likely to be free text that begins alike.
constexpr double kTemplateShareMin = 0.01;
constexpr uint64_t kMix = 0x9E3779B97F4A7C15ULL;

uint64_t mixed(uint64_t hash, uint64_t part) { return (hash ^ part) * kMix; }

template <class Part>
void keep_common(bool first, Part value, Part none, Part& common) {
  if (first) {
    common = value;
  } else if (common != value) {
    common = none;
  }
}

void add_to_common(const Call& call, bool first, CommonPlace& common) {
  keep_common(first, call.app, uint64_t{0}, common.app);
  keep_common(first, call.place, uint64_t{0}, common.place);
  keep_common(first, call.category, uint64_t{0}, common.category);
  keep_common(first, call.model, uint64_t{0}, common.model);
  keep_common(first, call.prompt_template, kNoTemplate, common.prompt_template);
}

}  // namespace

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::Counted:
      return "counted";
    case Basis::Paired:
      return "paired";
    default:
      return "observed";
  }
}

bool is_template(const CallTable& table, uint32_t prompt_template) {
  if (prompt_template == kNoTemplate) return false;
  const PromptTemplate& found = table.templates[prompt_template];
  if (!found.name.empty()) return true;
  const double calls = static_cast<double>(table.calls.size()) / table.share;
  return found.text != kFreeText && static_cast<double>(found.count) >= calls * kTemplateShareMin;
}

uint64_t stratum_of(const CallTable& table, const Call& call, StratumParts parts) {
  uint64_t stratum = 1;
  if (parts.place) stratum = mixed(stratum, call.place);
  if (parts.category) stratum = mixed(stratum, call.category);
  if (parts.model) stratum = mixed(stratum, call.model);
  if (!parts.prompt) return stratum;
  stratum = mixed(stratum, call.prompt_version);
  if (call.prompt_template == kNoTemplate) return mixed(stratum, call.prompt_name);
  return mixed(stratum,
               is_template(table, call.prompt_template) ? uint64_t{call.prompt_template} + 1 : 0);
}

Amount amount_of(double value, const Interval& interval, double calls) {
  Amount amount{value * calls, std::nullopt, std::nullopt};
  if (std::isfinite(interval.low)) amount.low = interval.low * calls;
  if (std::isfinite(interval.high)) amount.high = interval.high * calls;
  return amount;
}

std::optional<uint64_t> rate_records_needed(const Contrast& contrast, double margin) {
  const double difference = std::max(margin, std::abs(contrast.difference));
  const uint64_t wanted = records_for_rate_difference(contrast.baseline_value, difference);
  const double deff = std::max(contrast.design_effect, contrast.baseline_effect);
  const auto least = static_cast<double>(std::min(contrast.variant_calls, contrast.baseline_calls));
  const double needed = std::ceil(static_cast<double>(wanted) * deff - least);
  if (needed <= 0 || needed > 1e12) return std::nullopt;
  return static_cast<uint64_t>(needed);
}

double loss_p_value(const Contrast& contrast, double margin) {
  const boost::math::normal normal;
  const double above = contrast.interval.high - contrast.difference;
  if (!(above > 0)) return contrast.difference < margin ? 0 : 1;
  const double error = above / boost::math::quantile(normal, 0.5 + kConfidence / 2);
  return boost::math::cdf(boost::math::complement(normal, (margin - contrast.difference) / error));
}

Candidate worse_candidate(const Contrast& contrast, std::string_view metric,
                          const AssociationOptions& options) {
  Candidate candidate;
  candidate.effect.metric = metric;
  candidate.effect.unit = "share";
  candidate.effect.contrast = contrast;
  candidate.p_value = contrast.p_value;
  candidate.supported =
      contrast.enough && contrast.interval.low > 0 && contrast.difference >= options.margin;
  candidate.effect.needed = rate_records_needed(contrast, options.margin);
  if (metric == "failure_rate") {
    candidate.effect.saving.failures = amount_of(contrast.difference, contrast.interval,
                                                 static_cast<double>(contrast.variant_calls));
  }
  return candidate;
}

void fill_evidence(const CallTable& table, const AssociationOptions& options,
                   const std::function<bool(const Call&)>& shows, Candidate& candidate) {
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    if (!shows(table.calls[i])) continue;
    if (candidate.calls.size() < options.evidence_max) candidate.calls.push_back(i);
    add_to_common(table.calls[i], candidate.support == 0, candidate.common);
    ++candidate.support;
  }
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

}  // namespace sonde
