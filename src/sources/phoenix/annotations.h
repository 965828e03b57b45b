// Annotations that Phoenix's client sends beside its spans: {"data": [{"span_id", "trace_id" or
// "session_id", "name", "annotator_kind", "result": {"score", "label", "explanation"}}]}. They are
// scores, and go to the sink as such; there are no spans in them.
#pragma once

#include "sources/source.h"

namespace sonde {

extern const Source kPhoenixAnnotations;

}  // namespace sonde
