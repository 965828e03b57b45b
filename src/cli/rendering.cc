#include "cli/rendering.h"

#include <unistd.h>

#include <cstdlib>

#include "cli/progress.h"

namespace sonde {
namespace {

// Wide enough for every column where there is no terminal to fit.
constexpr unsigned kWidthWithoutTerminal = 120;

struct FormatName {
  std::string_view name;
  Format format;
};
constexpr FormatName kFormats[] = {{"table", Format::Table},
                                   {"json", Format::Json},
                                   {"csv", Format::Csv},
                                   {"markdown", Format::Markdown},
                                   {"html", Format::Html}};

unsigned width_of_output() {
  if (const unsigned width = terminal_width(STDOUT_FILENO); width > 0) return width;
  const char* const columns = std::getenv("COLUMNS");
  const int width = columns == nullptr ? 0 : std::atoi(columns);
  return width > 0 ? static_cast<unsigned>(width) : kWidthWithoutTerminal;
}

bool use_color(const Arguments& arguments, const Settings& settings) {
  if (settings.color != "auto") return settings.color == "always";
  const char* const no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return !refused && arguments.output.empty() && ::isatty(STDOUT_FILENO) != 0;
}

}  // namespace

Result<RenderOptions> make_render_options(const Arguments& arguments, const Settings& settings) {
  RenderOptions options;
  const std::string name = arguments.json ? "json" : arguments.format;
  for (const FormatName& known : kFormats) {
    if (known.name != name) continue;
    options.format = known.format;
    options.width = width_of_output();
    options.color = use_color(arguments, settings);
    options.groups_shown = arguments.limit;
    return options;
  }
  return fail(Code::InvalidInput, "no format '{}': known are table, json, csv, markdown and html",
              name);
}

}  // namespace sonde
