// What the JSON of every command has in common.
#pragma once

#include "report/json_writer.h"
#include "sources/reader.h"
#include "stats/interval.h"

namespace sonde {

inline constexpr uint64_t kJsonSchemaVersion = 1;  // Raised when a member changes its meaning.

// Members "notes", "files" and "rejects" of the object that is open.
void write_read_report(JsonWriter& json, const ReadReport& read);

// {"low", "high", "method"}, the limits divided by `scale`.
void write_interval(JsonWriter& json, std::string_view name, const Interval& interval,
                    double scale);

}  // namespace sonde
