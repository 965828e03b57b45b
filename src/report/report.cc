#include "report/report.h"

#include "report/formats.h"

namespace sonde {

std::string render_analysis(const Analysis& analysis, const ReadReport& read,
                            const RenderOptions& options) {
  switch (options.format) {
    case Format::Table:
      return render_table(analysis, read, options);
    case Format::Json:
      return render_json(analysis, read, options);
    case Format::Csv:
      return render_csv(analysis, read, options);
    case Format::Markdown:
      return render_markdown(analysis, read, options);
    case Format::Html:
      return render_html(analysis, read, options);
  }
  CHECK(false);
  return {};
}

}  // namespace sonde
