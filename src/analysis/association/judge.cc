#include "analysis/association/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <tuple>

#include "analysis/text.h"
#include "base/hash.h"
#include "stats/multiplicity.h"

namespace sonde {
namespace {

constexpr double kLevel = 1 - kConfidence;
// Below this p, and without a verdict, more data may be worth waiting for.
constexpr double kSuggestive = 0.10;
constexpr size_t kUndecidedMax = 5;
constexpr size_t kTemplateBytesMax = 60;

struct Judged {
  const Association* association;
  Candidate candidate;
};

Where where_of(const CallTable& table, const CommonPlace& common) {
  Where where;
  where.app = table.name(common.app);
  // The place is "app / node"; the node is what follows the app.
  std::string_view node = table.name(common.place);
  if (node == where.app) {
    node = {};
  } else if (!where.app.empty() && node.starts_with(where.app)) {
    node.remove_prefix(std::min(node.size(), where.app.size() + 3));
  }
  where.node = node;
  where.category = table.name(common.category);
  where.model = table.name(common.model);
  if (common.prompt_template != kNoTemplate) {
    const PromptTemplate& found = table.templates[common.prompt_template];
    where.prompt_template = found.name.empty()      ? excerpt(found.text, kTemplateBytesMax)
                            : found.version.empty() ? found.name
                                                    : found.name + " " + found.version;
    if (found.text == kFreeText) where.prompt_template.clear();
  }
  return where;
}

Finding to_finding(const CallTable& table, Judged& judged) {
  Candidate& candidate = judged.candidate;
  const Check& check = judged.association->check;
  Finding finding;
  finding.check = &check;
  finding.subject = candidate.subject;
  finding.where = where_of(table, candidate.common);
  finding.id = fmt::format("{}-{}", check.id,
                           to_hex(hash_bytes(candidate.subject) ^ (candidate.common.place * 3) ^
                                  (candidate.common.category * 7)));
  finding.support = candidate.support;
  for (const uint32_t call : candidate.calls) finding.evidence_ids.push_back(table.calls[call].id);
  finding.evidence = std::move(candidate.evidence);
  finding.patch = std::move(candidate.patch);
  finding.association = std::move(candidate.effect);
  return finding;
}

double value_of(const std::optional<Amount>& amount) { return amount ? amount->value : 0; }

// Failures count before money, money before time: what a reader would mend first.
auto impact(const Finding& finding) {
  const Saving& saving = finding.association->saving;
  return std::tuple(-value_of(saving.failures), -value_of(saving.cost), -value_of(saving.seconds),
                    -value_of(saving.tokens), std::string_view(finding.id));
}

void sort_by_impact(std::vector<Finding>& findings) { std::ranges::sort(findings, {}, impact); }

// From a sample to the log.
void scale(double share, Saving& saving) {
  for (std::optional<Amount>* amount :
       {&saving.failures, &saving.seconds, &saving.cost, &saving.tokens}) {
    if (!*amount) continue;
    (*amount)->value /= share;
    if ((*amount)->low) *(*amount)->low /= share;
    if ((*amount)->high) *(*amount)->high /= share;
  }
}

// The candidates of all associations, in the order of their table.
std::vector<Judged> find_all(const CallTable& table, const AssociationOptions& options) {
  const std::span<const Association> associations = all_associations();
  std::vector<std::vector<Candidate>> found(associations.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < associations.size(); i = next++) {
      found[i] = associations[i].find(table, options);
    }
  };
  std::vector<std::future<void>> others;
  for (unsigned i = 1; i < options.threads; ++i) {
    others.push_back(std::async(std::launch::async, work));
  }
  work();
  for (std::future<void>& other : others) other.get();
  std::vector<Judged> all;
  for (size_t i = 0; i < associations.size(); ++i) {
    for (Candidate& candidate : found[i]) all.push_back({&associations[i], std::move(candidate)});
  }
  return all;
}

}  // namespace

AssociationResult judge_associations(const CallTable& table, const AssociationOptions& options) {
  std::vector<Judged> all = find_all(table, options);
  std::vector<double> p_values;
  for (const Judged& judged : all) {
    if (judged.candidate.p_value) p_values.push_back(*judged.candidate.p_value);
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  AssociationResult result;
  result.tests = p_values.size();
  size_t next = 0;
  for (Judged& judged : all) {
    Candidate& candidate = judged.candidate;
    AssociationEffect& effect = candidate.effect;
    effect.p_adjusted = candidate.p_value ? adjusted[next++] : 0;
    scale(table.share, effect.saving);
    if (candidate.supported && effect.p_adjusted <= kLevel && candidate.support > 0) {
      effect.needed.reset();
      result.findings.push_back(to_finding(table, judged));
    } else if (candidate.p_value && *candidate.p_value <= kSuggestive && effect.needed &&
               candidate.support > 0 && (effect.margin || effect.contrast.difference > 0)) {
      result.undecided.push_back(to_finding(table, judged));
    }
  }
  sort_by_impact(result.findings);
  sort_by_impact(result.undecided);
  if (result.undecided.size() > kUndecidedMax) result.undecided.resize(kUndecidedMax);
  return result;
}

}  // namespace sonde
