// Long output on a terminal, a page at a time.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"

namespace sonde {

// As write_output(), but through $PAGER (else less, where it is installed) when the text is longer
// than the terminal that would show it. A pager that cannot be started, or is left early, is no
// error.
Result<> write_paged(const Arguments& arguments, const std::string& text);

}  // namespace sonde
