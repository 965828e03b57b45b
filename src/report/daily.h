// The daily report: what `sonde analyze` and `sonde optimize` print, in one file, after what
// changed against the period before.
#pragma once

#include <string>
#include <vector>

#include "metrics/change.h"
#include "report/findings.h"
#include "report/report.h"

namespace sonde {

struct DailyReport {
  Analysis analysis;
  std::string period;           // "2026-07-18 10:00 to 2026-07-19 10:00, UTC"; empty: no window.
  std::string previous_period;  // Likewise.
  std::vector<Change> changes;  // Empty: there is nothing to compare with.
  std::string no_comparison;    // Then the reason, a sentence.
  OptimizeResult findings;
  OptimizeScope scope;
};

// Contract: options.format is Html or Markdown. As render_analysis() of report/report.h.
std::string render_daily(const DailyReport& daily, const ReadReport& read,
                         const RenderOptions& options);

}  // namespace sonde
