// Figures over time (query/metrics.h) as people ask for them and as JSON gives them: for
// `sonde metrics` and GET /api/v1/metrics.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/metrics.h"
#include "stats/interval.h"

namespace sonde {

// What a row's figures mean beyond the row.
struct MetricsFrame {
  std::vector<std::string> by;
  std::string every;  // Empty: no periods.
  Level level = Level::Call;
  std::vector<std::string> filters;
  std::string source;
  std::string time_zone;
};

// "hour", "day", "week", "month", or nothing. Fails with InvalidInput naming them.
Result<MetricsQuery::Every> parse_every(const std::string& text);
// Names of columns of text, with commas between. Fails with InvalidInput on others, and on too
// many.
Result<> add_dimensions(const std::string& list, MetricsQuery& query, MetricsFrame& frame);

// Calls are taken as independent: the sums know nothing of sessions and outages. Null where too few
// records are behind it.
std::optional<Interval> success_interval(const MetricsRow& row);
std::optional<double> success_rate(const MetricsRow& row);
// p99 wants 100 of them.
std::optional<double> shown_p99(const MeasuredTimes& times);

std::string metrics_json(const MetricsAnswer& answer, const MetricsFrame& frame);

}  // namespace sonde
