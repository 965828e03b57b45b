// The canonical span as one JSON object: what `sonde convert` writes and sources/canonical.cc
// reads.
#pragma once

#include <string>

#include "model/columns.h"
#include "model/span.h"

namespace sonde {

// The JSON key of a column: its name, with "_us" behind durations.
std::string json_key(const Column& column);

// One line without a newline. Unknown values are left out; times are ISO 8601, durations whole
// microseconds, money a decimal string (exact), messages and other JSON content JSON, attributes an
// object. Invalid UTF-8 becomes U+FFFD.
std::string to_json(const Span& span);

}  // namespace sonde
