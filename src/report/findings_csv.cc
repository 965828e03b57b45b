// Findings as CSV (RFC 4180, with a heading; lines end in CRLF).
#include <fmt/format.h>

#include <vector>

#include "report/csv_text.h"
#include "report/finding_formats.h"

namespace sonde {
namespace {

std::string amount(const std::optional<Amount>& amount, double unit) {
  return amount ? fmt::format("{}", amount->value / unit) : std::string();
}

// The last columns; empty for defects and hints.
std::string association_fields(const Finding& finding) {
  if (!finding.association) return ",,,,,,,,,,,";
  const AssociationEffect& effect = *finding.association;
  const Contrast& contrast = effect.contrast;
  std::string numbers = ",,,";
  if (effect.basis != Basis::Counted) {
    numbers = fmt::format("{},{},{},{}", contrast.difference, contrast.interval.low,
                          contrast.interval.high, effect.p_adjusted);
  }
  return fmt::format("{},{},{},{},{},{},{},{},{}", effect.metric, csv_text(effect.variant),
                     csv_text(effect.baseline), numbers, to_string(effect.basis),
                     amount(effect.saving.failures, 1), amount(effect.saving.seconds, 1),
                     amount(effect.saving.cost, 1e9), amount(effect.saving.tokens, 1));
}

}  // namespace

std::string findings_csv(const OptimizeResult& result) {
  std::string out =
      "id,kind,check,subject,app,node,category,model,template,support,silent,failures_explained,"
      "failures_total,evidence_ids,evidence,patch_kind,patch,metric,variant,baseline,difference,"
      "low,"
      "high,p_adjusted,basis,saved_failures,saved_seconds,saved_cost,saved_tokens\r\n";
  std::vector<const Finding*> all;
  for (const Finding& finding : result.findings) all.push_back(&finding);
  for (const Finding& finding : result.associations) all.push_back(&finding);
  for (const Finding* row : all) {
    const Finding& finding = *row;
    const std::string fields[] = {csv_text(finding.id),
                                  csv_text(to_string(finding.check->kind)),
                                  csv_text(finding.check->id),
                                  csv_text(finding.subject),
                                  csv_text(finding.where.app),
                                  csv_text(finding.where.node),
                                  csv_text(finding.where.category),
                                  csv_text(finding.where.model),
                                  csv_text(finding.where.prompt_template),
                                  std::to_string(finding.support),
                                  std::to_string(finding.silent),
                                  std::to_string(finding.effect.failures_explained),
                                  std::to_string(finding.effect.failures_total),
                                  csv_text(fmt::format("{}", fmt::join(finding.evidence_ids, " "))),
                                  csv_text(finding.evidence),
                                  csv_text(to_string(finding.patch.kind)),
                                  csv_text(finding.patch.text)};
    out += fmt::format("{},{}\r\n", fmt::join(fields, ","), association_fields(finding));
  }
  return out;
}

}  // namespace sonde
