#include "report/findings.h"

#include "report/finding_formats.h"

namespace sonde {

std::string render_findings(const OptimizeResult& result, const OptimizeScope& scope,
                            const ReadReport& read, const RenderOptions& options) {
  switch (options.format) {
    case Format::Table:
      return findings_table(result, scope, read, options);
    case Format::Json:
      return findings_json(result, scope, read);
    case Format::Csv:
      return findings_csv(result);
    case Format::Markdown:
      return findings_markdown(result, scope, read, options);
    case Format::Html:
      return findings_html(result, scope, read);
  }
  CHECK(false);
  return {};
}

}  // namespace sonde
