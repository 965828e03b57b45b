// What `sonde analyze` found, as plain values: reports print it, the store will answer with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/span.h"
#include "stats/interval.h"

namespace sonde {

// Quantities of one kind (response time, time to first token), in microseconds.
struct Distribution {
  uint64_t count = 0;  // Records that have the value; the figures below need at least one.
  double mean = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  bool p99_enough = true;  // False: not shown, too few records are behind it.
  double max = 0;
  // Infinite limits where too few records are behind an interval (stats/shown.h).
  Interval p50_interval{};
  Interval p95_interval{};
  Interval p99_interval{};
  Interval mean_interval{};  // Infinite limits where fewer than 30 records are behind it.
  bool exact = true;         // Else every percentile is within Sketch::kRelativeErrorMax.
};

struct CurrencyTotal {
  std::string currency;
  int64_t cost = 0;    // Billionths.
  uint64_t count = 0;  // Records that cost it.
};

// The share of records that end within a limit (metrics/time_shares.h).
struct WithinLimit {
  std::string_view column;  // "duration", "time_to_first_token".
  int64_t micros = 0;
  double share = 0;
  double n_effective = 0;  // Records that the share is worth.
};

using NameCounts = std::vector<std::pair<std::string, uint64_t>>;  // Most frequent first.

struct GroupSummary {
  std::vector<std::string> key;  // One value for each name in Section::by; "" means not known.
  uint64_t count = 0;
  uint64_t ok = 0;
  uint64_t error = 0;
  uint64_t cancelled = 0;
  uint64_t pending = 0;
  uint64_t unknown = 0;                // The log does not say.
  std::optional<double> success_rate;  // Null when ok + error is 0.
  // Null without a rate, and where too few records are behind it (stats/shown.h).
  std::optional<Interval> success_interval;
  double design_effect = 1;  // Of the success rate: 1 when calls are as good as independent.
  double latency_design_effect = 1;
  // Set where too few clusters are behind the rate to tell how much they differ (decision 0014):
  // the records' worth if all of a cluster agree.
  std::optional<double> few_clusters_worth;
  NameCounts errors;  // Failed records by error class.
  std::optional<Distribution> latency;
  std::optional<Distribution> ttft;
  std::vector<WithinLimit> within;  // Only for the rules of `sonde check`.
  std::optional<uint64_t> input_tokens;
  std::optional<uint64_t> output_tokens;
  uint64_t tokens_known = 0;  // Records with both token counts.
  std::vector<CurrencyTotal> costs;
  uint64_t cost_known = 0;  // Records with a cost.
  NameCounts models;
  std::optional<int64_t> first_time;  // Microseconds since the epoch.
  std::optional<int64_t> last_time;
};

// Groups under one or two names. A log of one format has one section; a folder with several
// formats may have one for each default grouping.
struct Section {
  std::vector<std::string> by;  // "category"; or "app_name", "name".
  std::vector<GroupSummary> groups;
  double confidence = kConfidence;  // Of the groups' intervals.
  uint64_t groups_dropped = 0;      // Groups beyond groups-max, summed up in the group "(other)".
};

// One sentence that stands out, with the numbers that carry it.
struct Claim {
  std::string sentence;
};

// For the charts of the HTML report.
struct TimeBucket {
  int64_t start = 0;  // Microseconds since the epoch.
  uint64_t count = 0;
  uint64_t ok = 0;
  uint64_t error = 0;
  std::optional<double> p50;  // Microseconds.
  std::optional<double> p95;
};
struct Histogram {
  std::string name;              // The model.
  std::vector<uint64_t> counts;  // Between Analysis::histogram_edges.
};

struct Analysis {
  Level level = Level::Call;
  std::string success;  // The expression that defines success.
  std::string time_zone;
  std::vector<std::string> filters;  // --where, --since, --until as typed.
  std::string clusters;              // How calls were clustered for the intervals, in words.
  uint64_t excluded = 0;
  uint64_t filtered_out = 0;                                   // By --where, --since and --until.
  std::vector<std::pair<std::string, uint64_t>> other_levels;  // Spans that count elsewhere.
  GroupSummary total;
  std::vector<Section> sections;
  std::vector<GroupSummary> by_model;
  std::vector<Claim> claims;
  // Only when charts were asked for.
  int64_t bucket_width = 0;  // Microseconds.
  std::vector<TimeBucket> time;
  std::vector<double> histogram_edges;  // Microseconds, ascending; counts has one fewer.
  std::vector<Histogram> latency_by_model;
};

}  // namespace sonde
