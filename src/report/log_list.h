// Renders a list of executions, for `sonde logs`.
#pragma once

#include <string>
#include <vector>

#include "model/span.h"
#include "report/report.h"

namespace sonde {

struct LogList {
  std::vector<Span> spans;           // In the order in which they are shown.
  std::vector<std::string> filters;  // As typed, for the heading.
  std::string source;                // Where they come from: "the history in ...".
  std::string time_zone;
  bool has_more = false;  // Older ones were left out by the limit.
};

// Table: a line each, the newest first. Json: an object with whole canonical spans under
// "executions". Csv: a line each, with the prompt but without the answer. Text from logs is
// neutralised. Fails with InvalidInput for the formats that a list has none of.
Result<std::string> render_log_list(const LogList& list, const RenderOptions& options);

// The prompt of an execution in one line: its last user message, else its input as it is.
std::string prompt_of(const Span& span);

}  // namespace sonde
