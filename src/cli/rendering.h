// From the command line to RenderOptions.
#pragma once

#include "cli/arguments.h"
#include "report/report.h"

namespace sonde {

// Fails with InvalidInput naming the formats there are.
Result<RenderOptions> make_render_options(const Arguments& arguments, const Settings& settings);

}  // namespace sonde
