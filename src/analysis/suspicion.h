// A quick look at a record that the log calls a success: is it worth the checks?
#pragma once

#include "model/span.h"

namespace sonde {

// False only for records in which no check would see a silent failure. Reads the prompt once, in
// search of one word, and the first bytes of the answer. Pure function, safe from any thread.
bool may_be_silent_failure(const Span& span);

}  // namespace sonde
