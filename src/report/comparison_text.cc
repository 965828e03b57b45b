#include "report/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format_number.h"
#include "report/group_columns.h"

namespace sonde {
namespace {

constexpr std::string_view kTitles[] = {"success", "response time (median)",
                                        "time to first token (median)", "cost a call (mean)",
                                        "tokens a call (mean)"};

std::string size_words(CompareMetric metric, double size, const std::string& currency) {
  switch (metric) {
    case CompareMetric::Success:
      return fmt::format("{:.1f}", size * 100);
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return format_micros(size);
    case CompareMetric::Cost:
      return format_money(std::llround(size), currency);
    default:
      return fmt::format("{:.1f}", size);
  }
}

std::string_view unit_after(CompareMetric metric) {
  return metric == CompareMetric::Success ? " points" : "";
}

std::string signed_words(CompareMetric metric, double change, const std::string& currency) {
  if (!std::isfinite(change)) return change < 0 ? "-∞" : "+∞";
  return (change < 0 ? "-" : "+") + size_words(metric, std::abs(change), currency);
}

std::string variant_name(const Variant& variant) {
  return variant.scope.empty() ? variant.name : fmt::format("{} ({})", variant.name, variant.scope);
}

std::string_view outcome_words(const VariantDifference& d) {
  const bool more = d.difference > 0;
  switch (d.metric) {
    case CompareMetric::Success:
      return more ? "succeeds more often" : "fails more often";
    case CompareMetric::Latency:
      return more ? "is slower" : "is faster";
    case CompareMetric::Ttft:
      return more ? "starts later" : "starts sooner";
    case CompareMetric::Cost:
      return more ? "costs more" : "costs less";
    default:
      return more ? "takes more tokens" : "takes fewer tokens";
  }
}

}  // namespace

std::string_view metric_title(CompareMetric metric) { return kTitles[static_cast<size_t>(metric)]; }

std::string metric_value(CompareMetric metric, double value, const std::string& currency) {
  return metric == CompareMetric::Success ? format_percent(value)
                                          : size_words(metric, value, currency);
}

std::string metric_change(CompareMetric metric, double change, const std::string& currency) {
  return signed_words(metric, change, currency) + std::string(unit_after(metric));
}

std::string metric_interval(const VariantDifference& d, const std::string& currency) {
  if (!std::isfinite(d.interval.low) && !std::isfinite(d.interval.high)) return "no interval";
  return fmt::format("{} to {}{}", signed_words(d.metric, d.interval.low, currency),
                     signed_words(d.metric, d.interval.high, currency), unit_after(d.metric));
}

std::string p_words(double p) {
  return p < 0.001 ? std::string("p < 0.001") : fmt::format("p {:.3f}", p);
}

std::string verdict_words(const Comparison& comparison, const VariantDifference& d) {
  const std::string& currency = comparison.variants[d.baseline].currency;
  const std::string margin =
      size_words(d.metric, d.margin, currency) + std::string(unit_after(d.metric));
  const std::string needed =
      d.needed
          ? fmt::format("about {} more {} each would show {}", format_count(*d.needed),
                        level_noun(comparison.level, 2), margin)
          : fmt::format("there are enough {} to see {}", level_noun(comparison.level, 2), margin);
  switch (d.verdict) {
    case DifferenceVerdict::Better:
      return "better";
    case DifferenceVerdict::Worse:
      return "worse";
    case DifferenceVerdict::NonInferior:
      return fmt::format("no worse by {} or more", margin);
    case DifferenceVerdict::Undecided:
      return "undecided: " + needed;
    case DifferenceVerdict::TooFew:
      return d.needed ? "too few: " + needed
                      : fmt::format("too few {} of the same work", level_noun(comparison.level, 2));
    default:
      return "not comparable: they never did the same kind of work";
  }
}

std::vector<Fact> comparison_facts(const Comparison& comparison, const ReadReport& read) {
  std::vector<Fact> facts;
  facts.push_back({"counted",
                   {fmt::format("{} {}", format_count(comparison.records),
                                level_noun(comparison.level, comparison.records))}});
  facts.push_back({"success", {comparison.success}});
  facts.push_back({"time zone", {comparison.time_zone}});
  if (!comparison.filters.empty()) facts.push_back({"only", comparison.filters});
  facts.push_back(
      {"same work",
       {"compared within " + comparison.strata + ", then averaged: other work is no difference"}});
  if (comparison.unnamed > 0) {
    facts.push_back({"left out",
                     {fmt::format("{} {} that name no {}", format_count(comparison.unnamed),
                                  level_noun(comparison.level, comparison.unnamed),
                                  to_string(comparison.by))}});
  }
  for (Fact& fact : read_facts(read)) facts.push_back(std::move(fact));
  return facts;
}

std::vector<std::string> comparison_claims(const Comparison& comparison) {
  std::vector<std::string> claims;
  for (const VariantDifference& d : comparison.differences) {
    if (d.verdict != DifferenceVerdict::Better && d.verdict != DifferenceVerdict::Worse) continue;
    const Variant& variant = comparison.variants[d.variant];
    const Variant& baseline = comparison.variants[d.baseline];
    claims.push_back(fmt::format(
        "{} {} than {}: {} against {}; on the same work {} (95 % interval {}), adjusted {}",
        variant_name(variant), outcome_words(d), baseline.name,
        metric_value(d.metric, d.variant_value, variant.currency),
        metric_value(d.metric, d.baseline_value, baseline.currency),
        metric_change(d.metric, d.difference, baseline.currency),
        metric_interval(d, baseline.currency), p_words(d.p_adjusted)));
  }
  if (claims.empty() && !comparison.differences.empty()) {
    claims.emplace_back("No difference is shown by these data.");
  }
  if (comparison.differences.empty()) {
    claims.push_back(fmt::format("There is nothing to compare: no two {}s in one place.",
                                 to_string(comparison.by)));
  }
  return claims;
}

std::vector<std::string> comparison_notes(const Comparison& comparison, const ReadReport& read) {
  std::vector<std::string> notes = comparison.notes;
  const bool is_times =
      std::any_of(comparison.differences.begin(), comparison.differences.end(),
                  [](const VariantDifference& d) { return d.superiority.has_value(); });
  if (comparison.differences.empty()) {
    for (std::string& line : read_notes(read)) notes.push_back(std::move(line));
    return notes;
  }
  notes.emplace_back(
      "observed, not tried out: who got which variation was not left to chance, so a difference "
      "may "
      "have another cause");
  if (comparison.by == CompareBy::Version)
    notes.emplace_back(
        "versions ran at different times: whatever else changed then counts as the version's");
  if (is_times) {
    notes.emplace_back(
        "response times: difference of medians with a bootstrap interval; the p is that of "
        "Mann-Whitney's test in the form of Brunner and Munzel");
  }
  notes.push_back(
      fmt::format("p adjusted for {} differences by Benjamini and Hochberg; intervals are not",
                  comparison.differences.size()));
  for (std::string& line : read_notes(read)) notes.push_back(std::move(line));
  return notes;
}

}  // namespace sonde
