// One function a format; the table that picks among them is in report.cc.
#pragma once

#include <string>

#include "report/report.h"

namespace sonde {

std::string render_table(const Analysis& analysis, const ReadReport& read,
                         const RenderOptions& options);
std::string render_json(const Analysis& analysis, const ReadReport& read,
                        const RenderOptions& options);
std::string render_csv(const Analysis& analysis, const ReadReport& read,
                       const RenderOptions& options);
std::string render_markdown(const Analysis& analysis, const ReadReport& read,
                            const RenderOptions& options);
std::string render_html(const Analysis& analysis, const ReadReport& read,
                        const RenderOptions& options);
// The part of render_html() between html_page_start() and html_page_end().
std::string html_analysis_body(const Analysis& analysis, const ReadReport& read);

}  // namespace sonde
