// What `sonde compare` found, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/analysis.h"
#include "model/span.h"
#include "stats/interval.h"

namespace sonde {

// What makes two executions variations of each other.
enum class CompareBy : uint8_t { Model, Prompt, Version };
std::string_view to_string(CompareBy by);
std::optional<CompareBy> parse_compare_by(std::string_view text);

enum class CompareMetric : uint8_t { Success, Latency, Ttft, Cost, Tokens };
inline constexpr size_t kCompareMetricCount = 5;
std::string_view to_string(CompareMetric metric);
std::optional<CompareMetric> parse_compare_metric(std::string_view text);

// Success is a share; times are microseconds; costs are billionths of the currency a call.
// More of it is better for success only.

enum class DifferenceVerdict : uint8_t {
  Better,  // The adjusted p and the interval both say so.
  Worse,
  NonInferior,    // No difference shown, and a loss of the margin is excluded.
  Undecided,      // The data carry neither: `needed` says how many more would.
  TooFew,         // Below what an interval can be trusted with (stats/shown.h).
  NotComparable,  // The two never did the same kind of work.
};
std::string_view to_string(DifferenceVerdict verdict);

// One variation in its place.
struct Variant {
  std::string scope;  // Where variations are compared: an app and its node; empty: the whole log.
  std::string name;   // The model, the template's name or hash, the version.
  std::string text;   // Of a recovered template; else empty.
  GroupSummary summary;
  std::optional<double> cost_per_call;  // Billionths; null unless one currency covers all costs.
  std::string currency;
  bool in_pareto = false;  // No other of its scope is as good in success, time and cost alike.
};

// Why the raw difference is what it is (stats/kitagawa.h): `variant` minus `baseline`.
struct Split {
  double mix = 0;   // Other work: the shares of the strata moved.
  double rate = 0;  // The same work, done better or worse.
};

struct VariantDifference {
  CompareMetric metric = CompareMetric::Success;
  size_t baseline = 0;  // Indexes into Comparison::variants.
  size_t variant = 0;
  double baseline_value = 0;  // Rate, median or mean of all its calls.
  double variant_value = 0;
  // variant - baseline on the same work: within strata, then averaged. Rates and means: their
  // difference. Times: that of the medians.
  double difference = 0;
  Interval interval{};
  std::string_view test;  // What gave the p: "mcnemar", "cochran-mantel-haenszel", ...
  double p_value = 1;
  double p_adjusted = 1;  // Benjamini-Hochberg over all differences of the report.
  // Times: the chance that a call of the variant takes longer than one of the baseline.
  std::optional<double> superiority;
  Interval superiority_interval{};
  uint64_t strata = 0;  // Kinds of work that both did.
  double shared = 1;    // Share of both sides' records that is in them.
  uint64_t pairs = 0;   // Inputs that ran on both; the test is paired when it says so.
  std::optional<Split> split;
  double raw_difference = 0;  // variant_value - baseline_value.
  double margin = 0;          // The difference that matters, in the metric's unit.
  double detectable = 0;      // The smallest difference that this many records show 4 times in 5.
  std::optional<uint64_t> needed;  // Further records a side to show the margin; null: enough.
  bool enough = true;              // For an interval to be trusted (stats/shown.h).
  DifferenceVerdict verdict = DifferenceVerdict::Undecided;
};

struct Comparison {
  CompareBy by = CompareBy::Model;
  Level level = Level::Call;
  std::string success;
  std::string time_zone;
  std::vector<std::string> filters;
  std::string strata;    // What makes work the same, in words: "category and model".
  uint64_t records = 0;  // Counted, those without a variant included.
  uint64_t unnamed = 0;  // Records that name no variant.
  uint64_t filtered_out = 0;
  std::vector<Variant> variants;  // By scope, then most used; versions by time.
  std::vector<VariantDifference> differences;
  std::vector<std::string> notes;
};

}  // namespace sonde
