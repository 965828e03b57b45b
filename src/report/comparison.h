// Renders what `sonde compare` found: the variations with their figures, then every difference with
// its interval, its test and what it means.
#pragma once

#include <string>

#include "compare/comparison.h"
#include "report/report.h"
#include "sources/reader.h"

namespace sonde {

// As render_analysis() of report/report.h.
std::string render_comparison(const Comparison& comparison, const ReadReport& read,
                              const RenderOptions& options);

}  // namespace sonde
