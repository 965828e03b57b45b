// Findings as CSV (RFC 4180, with a heading; lines end in CRLF).
#include <fmt/format.h>

#include "report/csv_text.h"
#include "report/finding_formats.h"

namespace sonde {

std::string findings_csv(const OptimizeResult& result) {
  std::string out =
      "id,kind,check,subject,app,node,category,model,template,support,silent,failures_explained,"
      "failures_total,evidence_ids,evidence,patch_kind,patch\r\n";
  for (const Finding& finding : result.findings) {
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
    out += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return out;
}

}  // namespace sonde
