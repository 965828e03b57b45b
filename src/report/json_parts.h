// What the JSON of every command has in common.
#pragma once

#include "metrics/analysis.h"
#include "report/json_writer.h"
#include "sources/reader.h"
#include "stats/interval.h"

namespace sonde {

inline constexpr uint64_t kJsonSchemaVersion = 1;  // Raised when a member changes its meaning.

// Members "notes", "files" and "rejects" of the object that is open.
void write_read_report(JsonWriter& json, const ReadReport& read);

// The value of a member's "_note" where the member is null because too few records are behind it.
inline constexpr std::string_view kTooFew = "too few";

// {"low", "high", "method"}, the limits divided by `scale`. Null, with a note, without any limit.
void write_interval(JsonWriter& json, std::string_view name, const Interval& interval,
                    double scale);

// Member "success_interval"; null, with a note, where too few records are behind it.
void write_rate_interval(JsonWriter& json, const GroupSummary& group);

}  // namespace sonde
