// Figures of the history over time: what a dashboard asks. Answered from the sums by the hour
// (store/hours.h) as far as they say what is asked, and from the spans for the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "filter/filter.h"
#include "metrics/analysis.h"
#include "model/span.h"
#include "store/store.h"

namespace date {
class time_zone;
}

namespace sonde {

struct MetricsQuery {
  enum class Every : uint8_t { Nothing, Hour, Day, Week, Month };  // Weeks begin on Monday.

  std::string project = "default";
  Level level = Level::Call;   // Not Session.
  std::vector<Field> by = {};  // Columns of text, at most kMetricsDimensionsMax.
  Every every = Every::Nothing;
  const date::time_zone* zone = nullptr;  // Of hours, days, weeks and months; null is UTC.
  std::optional<int64_t> from = {};       // Start time in microseconds; spans without one are in
  std::optional<int64_t> until = {};      // no range. Not included.
  std::optional<Filter> where = {};
  bool from_spans = false;  // Ask the spans alone: for tests, and exact to kSpanBucketBits.
  uint64_t rows_max = 10'000;
};
inline constexpr size_t kMetricsDimensionsMax = 3;

struct MeasuredTimes {  // Microseconds; null when no span of the row knows it.
  uint64_t count = 0;
  std::optional<double> mean;
  std::optional<double> p50;
  std::optional<double> p95;
  std::optional<double> p99;
};

struct MetricsRow {
  std::optional<int64_t> time;   // Where the hour, day, ... begins; null for spans without a start.
  std::vector<std::string> key;  // One a dimension; empty where it is not known.
  uint64_t count = 0;
  uint64_t ok = 0;
  uint64_t error = 0;
  MeasuredTimes latency;
  MeasuredTimes first_token;
  int64_t input_tokens = 0;
  uint64_t input_known = 0;  // Spans that say.
  int64_t output_tokens = 0;
  uint64_t output_known = 0;
  std::vector<CurrencyTotal> costs;  // By currency.
  uint64_t cost_known = 0;
};

struct MetricsAnswer {
  std::vector<MetricsRow> rows;  // By time, then the most frequent first.
  bool is_cut = false;           // There are more than rows_max.
  // Largest relative error of the percentiles; counts and sums are exact.
  double percentile_error = 0;
};

// Blocks for up to `query-seconds-max`. Fails with InvalidInput on a filter that only a reader of
// spans can answer, and as Store::query().
Result<MetricsAnswer> read_metrics(Store& store, const MetricsQuery& query);

}  // namespace sonde
