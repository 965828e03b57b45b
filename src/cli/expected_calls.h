// How many calls a log will hold, told from its beginning.
#pragma once

#include <cstdint>

#include "cli/arguments.h"

namespace sonde {

// Reads the first block of the largest file and takes the rest to be like it. 0 when that says
// nothing: small logs, pipes (which can be read once only), a beginning with few calls. The same
// for any number of threads.
uint64_t expected_calls(const Job& job);

}  // namespace sonde
