// Spans as `sonde convert` writes them.
#pragma once

#include "sources/source.h"

namespace sonde {

extern const Source kCanonicalSpan;

}  // namespace sonde
