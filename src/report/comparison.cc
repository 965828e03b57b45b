#include "report/comparison.h"

#include "report/comparison_formats.h"

namespace sonde {

std::string render_comparison(const Comparison& comparison, const ReadReport& read,
                              const RenderOptions& options) {
  switch (options.format) {
    case Format::Json:
      return comparison_json(comparison, read);
    case Format::Csv:
      return comparison_csv(comparison);
    case Format::Markdown:
      return comparison_markdown(comparison, read);
    case Format::Html:
      return comparison_html(comparison, read);
    case Format::Table:
      break;
  }
  return comparison_table(comparison, read, options);
}

}  // namespace sonde
