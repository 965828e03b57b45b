// The columns that describe a group, for the formats that people read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/analysis.h"

namespace sonde {

enum class Align : uint8_t { Left, Right };

// When a column leaves a table that is too wide for the terminal.
enum class Keep : uint8_t { First, Second, Third, Fourth, Fifth, Always };

struct GroupColumn {
  std::string_view metric;  // Row of metrics().
  Align align;
  Keep keep;
  bool wraps;                                // May be squeezed into several lines.
  bool (*known)(const GroupSummary& total);  // False: no record has it, so leave the column out.
  std::string (*text)(const GroupSummary&);  // Not neutralised.
};

// In the order in which they are shown.
std::span<const GroupColumn> group_columns();
// Those that the log has values for. A table by model needs no list of models: name what the table
// is grouped by.
std::vector<const GroupColumn*> known_columns(const GroupSummary& total,
                                              const std::vector<std::string>& by = {});

// The heading: the metric's title, except that the first says what is counted.
std::string column_heading(const GroupColumn& column, Level level);
// "calls"; "call" for one.
std::string level_noun(Level level, uint64_t count);

// One value of GroupSummary::key.
std::string key_text(const std::string& value);

// "rate_limit 12, timeout 3"
std::string counts_text(const NameCounts& counts);
// "gpt-4o, gpt-4o-mini"
std::string names_text(const NameCounts& counts);
// "0.0123 USD + 1.20 RMB", and "(known for 85.0 %)" where not all records have a cost.
std::string cost_text(const GroupSummary& group);

}  // namespace sonde
