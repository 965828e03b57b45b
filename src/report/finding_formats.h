// One function a format; render_findings() picks among them.
#pragma once

#include <string>

#include "report/findings.h"

namespace sonde {

std::string findings_table(const OptimizeResult& result, const OptimizeScope& scope,
                           const ReadReport& read, const RenderOptions& options);
std::string findings_json(const OptimizeResult& result, const OptimizeScope& scope,
                          const ReadReport& read);
std::string findings_csv(const OptimizeResult& result);
std::string findings_markdown(const OptimizeResult& result, const OptimizeScope& scope,
                              const ReadReport& read, const RenderOptions& options);
std::string findings_html(const OptimizeResult& result, const OptimizeScope& scope,
                          const ReadReport& read);
// The part of findings_html() between html_page_start() and html_page_end().
std::string html_findings_body(const OptimizeResult& result, const OptimizeScope& scope,
                               const ReadReport& read);

}  // namespace sonde
