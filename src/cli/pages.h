// Pages of documentation that are printed from the program's tables; tools/make_docs.py writes them
// to docs/.
#pragma once

#include <string>

#include "base/result.h"

namespace sonde {

// The Markdown page of that name: settings, fields, metrics, dialects. Fails with InvalidInput
// naming the pages there are.
Result<std::string> documentation_page(const std::string& name);

// The levels and metrics, for `sonde analyze --help`.
std::string metric_reference();
// The columns of a span, for `sonde convert --help`.
std::string field_reference();
// What [check] of sonde.toml takes, for `sonde check --help`.
std::string check_file_reference();
// The checks, for `sonde optimize --help`.
std::string check_reference();

}  // namespace sonde
