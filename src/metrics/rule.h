// When a check fires: an expression over metrics, judged by what the data support. Grammar:
// docs/filter.md; what supports which metric: docs/check.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "filter/filter.h"
#include "metrics/analysis.h"

namespace sonde {

// The metrics that a rule may name, with the type of what they are compared with.
const FieldCatalog& metric_fields();

// What stands behind a figure.
enum class Support : uint8_t {
  Counted,   // A fact about the window, such as a number of records: no interval is needed.
  AtLeast,   // A sum over those records of the window that state it; the others may add to it.
  Interval,  // An estimate with an interval.
  Estimate,  // An estimate whose interval is not kept; it is judged as it is.
};

// A figure and the limits between which it is taken to lie: all equal for Counted and Estimate.
// Times are in microseconds, money in whole units.
struct Figure {
  double value;
  double low;
  double high;
  Support support;
  // False: too few records for an interval, and the limits are infinite; or, of a rate, too few
  // clusters, and they are those of the worst case.
  bool enough = true;
};

// One comparison of a rule with what the window showed.
struct Reading {
  std::string metric;
  ValueType type = ValueType::Number;
  std::optional<Figure> figure;  // Null: no record of the window states it.
  Truth truth = Truth::Unknown;
};

enum class Verdict : uint8_t {
  Fired,      // True wherever in their intervals the figures lie, or no data came.
  Suspected,  // True of the estimates, but their intervals also allow that it is not.
  Unknown,    // A figure that the rule needs is not in the log.
  Holds,      // Nothing speaks for the rule.
};
std::string_view to_string(Verdict verdict);

struct RuleResult {
  std::string rule;              // As typed; kNoDataRule for the implied one.
  std::vector<std::string> key;  // Of the group; empty for everything together.
  Verdict verdict = Verdict::Holds;
  uint64_t count = 0;  // Records looked at.
  double confidence = kConfidence;
  std::vector<Reading> readings;
  std::optional<uint64_t> more;  // About how many more records would settle a suspicion.
};

inline constexpr std::string_view kNoDataRule = "no_data";

// A limit that a rule sets to a percentile of times.
struct TimeLimit {
  std::string_view column;  // Of model/columns.h: "duration", "time_to_first_token".
  int64_t micros = 0;
  bool operator==(const TimeLimit&) const = default;
};

// Immutable; safe to share between threads.
class AlarmRule {
 public:
  // Fails as Filter::parse().
  static Result<AlarmRule> parse(const std::string& text, const ParseContext& context);

  // Each comparison is True where all values between the limits satisfy it, False where none does,
  // and Unknown otherwise; `and`, `or` and `not` combine them as docs/filter.md says.
  // `confidence` is that of the intervals of `group`.
  RuleResult judge(const GroupSummary& group, double confidence = kConfidence) const;

  std::vector<TimeLimit> time_limits() const;

 private:
  AlarmRule(std::string text, Filter filter) : text_(std::move(text)), filter_(std::move(filter)) {}

  std::string text_;
  Filter filter_;
};

// The figure of a metric of metric_fields(); null when no record states it, or costs are in several
// currencies. The interval of a rate is Clopper and Pearson's with the effective size (Korn and
// Graubard 1998, Survey Methodology 24:193-201): Wilson's, which the reports show, would let an
// alarm pass one limit more often than promised in small samples.
std::optional<Figure> figure_of(std::string_view metric, const GroupSummary& group,
                                double confidence = kConfidence);

// Independent records that the rate of `group` is worth to an alarm: those of its design effect, or
// fewer where its clusters are few.
double alarm_records(const GroupSummary& group);

struct CheckOptions {
  bool by_group = false;    // Judge each group of the first section, else everything together.
  uint64_t count_min = 30;  // Groups with fewer records are not judged.
  bool allow_no_data = false;
};

struct CheckResult {
  std::vector<RuleResult> rules;  // Rule by rule in the order given; groups as in the section.
  std::vector<std::string> by;
  uint64_t count = 0;
  uint64_t groups_judged = 0;
  uint64_t groups_small = 0;    // Fewer records than count_min.
  uint64_t groups_dropped = 0;  // Beyond groups-max.
  double confidence = kConfidence;

  bool fired() const;
};

// With by_group the analysis must come from AggregatorOptions with `by` and shared_risk_count_min.
CheckResult judge(std::span<const AlarmRule> rules, const Analysis& analysis,
                  const CheckOptions& options);

}  // namespace sonde
