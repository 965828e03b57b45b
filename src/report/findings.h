// Renders what `sonde optimize` found: the findings with their patches, and one line for every
// failed prompt.
#pragma once

#include <string>
#include <vector>

#include "analysis/optimizer.h"
#include "model/span.h"
#include "report/report.h"
#include "sources/reader.h"

namespace sonde {

// What was counted, for the report's header.
struct OptimizeScope {
  Level level = Level::Call;
  std::string success;
  std::string time_zone;
  std::vector<std::string> filters;  // As typed.
};

// As render_analysis() of report/report.h.
std::string render_findings(const OptimizeResult& result, const OptimizeScope& scope,
                            const ReadReport& read, const RenderOptions& options);

}  // namespace sonde
