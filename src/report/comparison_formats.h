// One function a format; render_comparison() picks among them.
#pragma once

#include <string>

#include "compare/comparison.h"
#include "report/report.h"
#include "sources/reader.h"

namespace sonde {

std::string comparison_table(const Comparison& comparison, const ReadReport& read,
                             const RenderOptions& options);
// One file, no scripts, nothing loaded from elsewhere.
std::string comparison_html(const Comparison& comparison, const ReadReport& read);
std::string comparison_json(const Comparison& comparison, const ReadReport& read);
std::string comparison_csv(const Comparison& comparison);
std::string comparison_markdown(const Comparison& comparison, const ReadReport& read);

}  // namespace sonde
