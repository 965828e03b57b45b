#include "report/association_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format_number.h"

namespace sonde {
namespace {

// "failure_rate" -> "failure rate"
std::string words_of(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string p_text(double p) {
  return p < 0.001 ? "adjusted p < 0.001" : fmt::format("adjusted p {:.3f}", p);
}

uint64_t whole(double value) { return static_cast<uint64_t>(std::llround(std::max(0.0, value))); }

template <class Format>
std::string amount_text(const Amount& amount, const Format& format) {
  std::string text = format(amount.value);
  if (amount.low && amount.high) {
    text += fmt::format(" ({} to {})", format(std::max(0.0, *amount.low)), format(*amount.high));
  }
  return text;
}

std::string basis_text(const AssociationEffect& effect) {
  switch (effect.basis) {
    case Basis::Counted:
      return "counted in the log";
    case Basis::Paired:
      return "the same inputs ran both ways, so that they are not the cause; what else changed may "
             "be";
    default:
      return effect.strata.empty()
                 ? "observed, not tried out: there may be another cause"
                 : fmt::format("observed on the same {}; there may be another cause",
                               effect.strata);
  }
}

}  // namespace

std::string effect_text(const AssociationEffect& effect) {
  if (effect.basis == Basis::Counted) return {};
  const Contrast& contrast = effect.contrast;
  const Interval& interval = contrast.interval;
  std::string text;
  if (effect.unit == "share") {
    text = fmt::format("{} {:+.1f} points [{:+.1f}, {:+.1f}]", words_of(effect.metric),
                       contrast.difference * 100, interval.low * 100, interval.high * 100);
  } else if (effect.unit == "ratio") {
    text = fmt::format("{} {:+.0f} % [{:+.0f}, {:+.0f}]", words_of(effect.metric),
                       (contrast.difference - 1) * 100, (interval.low - 1) * 100,
                       (interval.high - 1) * 100);
  } else {
    text = fmt::format("{} {:+.3g} {} [{:+.3g}, {:+.3g}]", words_of(effect.metric),
                       contrast.difference, effect.unit, interval.low, interval.high);
  }
  if (!effect.baseline.empty()) text += " against " + effect.baseline;
  if (effect.margin) {
    text += fmt::format(": a loss of {:.1f} points is excluded", *effect.margin * 100);
  }
  return text + "; " + p_text(effect.p_adjusted);
}

std::string saving_text(const Saving& saving) {
  std::vector<std::string> parts;
  if (saving.failures && whole(saving.failures->value) > 0) {
    parts.push_back("about " +
                    amount_text(*saving.failures, [](double v) { return format_count(whole(v)); }) +
                    " failures");
  }
  if (saving.cost && saving.cost->value > 0) {
    parts.push_back(amount_text(
        *saving.cost, [&](double v) { return format_money(std::llround(v), saving.currency); }));
  }
  if (saving.seconds && saving.seconds->value > 0) {
    parts.push_back(amount_text(*saving.seconds,
                                [](double v) { return format_micros(std::max(0.0, v) * 1e6); }) +
                    " of response time");
  }
  if (saving.tokens && saving.tokens->value > 0) {
    parts.push_back(amount_text(*saving.tokens, [](double v) { return format_count(whole(v)); }) +
                    " tokens");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<Fact> association_facts(const Finding& finding) {
  const AssociationEffect& effect = *finding.association;
  std::vector<Fact> facts;
  if (const std::string text = effect_text(effect); !text.empty()) {
    facts.push_back({"effect", {text}});
  }
  facts.push_back({"known how", {basis_text(effect)}});
  if (const std::string saving = saving_text(effect.saving); !saving.empty()) {
    facts.push_back({"would save", {saving + " in this log"}});
  }
  return facts;
}

std::string undecided_text(const Finding& finding) {
  const AssociationEffect& effect = *finding.association;
  std::string text =
      fmt::format("{} ({})", finding.subject.empty() ? finding.check->title : finding.subject,
                  finding.evidence);
  if (effect.needed) {
    text +=
        fmt::format(": not enough data, need about {} more calls", format_count(*effect.needed));
  }
  return text;
}

}  // namespace sonde
