// How the commands of the history say what became of spans.
#pragma once

#include <string>

#include "report/json_writer.h"
#include "store/catalog.h"

namespace sonde {

// "1 malformed, 20 not understood"
std::string rejects_text(const RejectCounts& rejected);

uint64_t count_of(const RejectCounts& rejected);

// Members "accepted" to "truncated", "rejected" and "rejected_by_reason" of the object that is
// open.
void write_counts(JsonWriter& json, const SpanCounts& counts, const RejectCounts& rejected);

// Whether all that was stored and did not go is there: `spans` in the history.
bool is_balanced(const SpanCounts& counts, const RemovalCounts& removals, uint64_t spans);

}  // namespace sonde
