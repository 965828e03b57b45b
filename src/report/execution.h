// Renders one execution whole, for `sonde show`.
#pragma once

#include <string>

#include "model/span.h"
#include "report/report.h"

namespace sonde {

// Everything the log says of it: identity, timing, outcome, model and parameters, tokens, cost,
// the prompt's messages, the answer, the error, attributes. Text, wrapped at the options' width;
// what comes from the log is neutralised.
std::string render_execution(const Span& span, const RenderOptions& options);

}  // namespace sonde
