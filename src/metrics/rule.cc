#include "metrics/rule.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/decimal.h"
#include "stats/proportion.h"
#include "stats/shown.h"

namespace sonde {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMoreMax = 1e9;  // Beyond it, waiting for more records is no advice.

using MaybeFigure = std::optional<Figure>;

Figure exactly(double value, Support support) { return {value, value, value, support}; }
MaybeFigure counted(uint64_t count) {
  return exactly(static_cast<double>(count), Support::Counted);
}

MaybeFigure sum(const std::optional<double>& value, bool complete) {
  if (!value) return std::nullopt;
  if (complete) return exactly(*value, Support::Counted);
  return Figure{*value, *value, kInfinity, Support::AtLeast};
}

uint64_t rated(const GroupSummary& group) { return group.ok + group.error; }

// Clopper and Pearson's limits for a size that is no whole number: those of the whole numbers of
// successes around it that are farther out.
Interval rate_interval(double rate, double n_effective, double confidence) {
  const auto n = static_cast<uint64_t>(n_effective + 1e-9);
  const double successes = rate * static_cast<double>(n);
  const auto below = static_cast<uint64_t>(successes + 1e-6);
  const auto above = std::min(n, static_cast<uint64_t>(std::ceil(successes - 1e-6)));
  return {n == 0 ? 0 : clopper_pearson_interval(below, n, confidence).low,
          n == 0 ? 1 : clopper_pearson_interval(above, n, confidence).high, "clopper-pearson"};
}

MaybeFigure success_rate(const GroupSummary& group, double confidence) {
  if (!group.success_rate) return std::nullopt;
  const Interval interval = rate_interval(*group.success_rate, alarm_records(group), confidence);
  return Figure{*group.success_rate, interval.low, interval.high, Support::Interval,
                !group.few_clusters_worth};
}

MaybeFigure error_rate(const GroupSummary& group, double confidence) {
  const MaybeFigure rate = success_rate(group, confidence);
  if (!rate) return std::nullopt;
  return Figure{1 - rate->value, 1 - rate->high, 1 - rate->low, Support::Interval, rate->enough};
}

// Percentiles below the size that stats/shown.h asks for have no interval.
MaybeFigure between(double value, const Interval& interval, bool enough) {
  Figure figure{value, interval.low, interval.high, Support::Interval, enough};
  if (!enough) {
    figure.low = -kInfinity;
    figure.high = kInfinity;
  }
  return figure;
}

template <double Distribution::*Value, Interval Distribution::*Limits, int kPercent>
MaybeFigure latency(const GroupSummary& group, double) {
  if (!group.latency) return std::nullopt;
  const Distribution& times = *group.latency;
  const double n = static_cast<double>(times.count) / group.latency_design_effect;
  return between(times.*Value, times.*Limits, enough_for_quantile(n, kPercent / 100.0));
}

template <double Distribution::*Value, Interval Distribution::*Limits, int kPercent>
MaybeFigure ttft(const GroupSummary& group, double) {
  if (!group.ttft) return std::nullopt;
  const double n = static_cast<double>(group.ttft->count) / group.latency_design_effect;
  return between(*group.ttft.*Value, *group.ttft.*Limits, enough_for_quantile(n, kPercent / 100.0));
}

MaybeFigure mean_latency(const GroupSummary& group, double) {
  if (!group.latency) return std::nullopt;
  const Interval& interval = group.latency->mean_interval;
  return between(group.latency->mean, interval, std::isfinite(interval.low));
}

MaybeFigure tokens(const std::optional<uint64_t>& sum_of, const GroupSummary& group) {
  if (!sum_of) return std::nullopt;
  return sum(static_cast<double>(*sum_of), group.tokens_known == group.count);
}

std::optional<double> cost_sum(const GroupSummary& group) {
  if (group.costs.size() != 1) return std::nullopt;
  return static_cast<double>(group.costs[0].cost) / static_cast<double>(kNanosPerUnit);
}

MaybeFigure cost_per_call(const GroupSummary& group, double) {
  const std::optional<double> cost = cost_sum(group);
  if (!cost || group.cost_known == 0) return std::nullopt;
  return exactly(*cost / static_cast<double>(group.cost_known), Support::Estimate);
}

MaybeFigure cost_coverage(const GroupSummary& group, double) {
  if (group.count == 0) return std::nullopt;
  return exactly(static_cast<double>(group.cost_known) / static_cast<double>(group.count),
                 Support::Counted);
}

struct RuleMetric {
  NamedField field;
  MaybeFigure (*figure)(const GroupSummary& group, double confidence);
  // Of a percentile of times.
  std::string_view column = {};
  double percentile = 0;
};

using D = Distribution;

// The figures of metrics/metric_table.h, and what follows from them.
constexpr RuleMetric kRuleMetrics[] = {
    {{"count", "calls", ValueType::Count},
     [](const GroupSummary& g, double) { return counted(g.count); }},
    {{"success_rate", "success", ValueType::Number}, success_rate},
    {{"error_rate", "", ValueType::Number}, error_rate},
    {{"errors", "", ValueType::Count},
     [](const GroupSummary& g, double) { return counted(g.error); }},
    {{"latency_ms.mean", "latency.mean", ValueType::Duration}, mean_latency},
    {{"latency_ms.p50", "latency.p50", ValueType::Duration},
     latency<&D::p50, &D::p50_interval, 50>,
     "duration",
     0.50},
    {{"latency_ms.p95", "latency.p95", ValueType::Duration},
     latency<&D::p95, &D::p95_interval, 95>,
     "duration",
     0.95},
    {{"latency_ms.p99", "latency.p99", ValueType::Duration},
     latency<&D::p99, &D::p99_interval, 99>,
     "duration",
     0.99},
    {{"ttft_ms.p50", "ttft.p50", ValueType::Duration},
     ttft<&D::p50, &D::p50_interval, 50>,
     "time_to_first_token",
     0.50},
    {{"ttft_ms.p95", "ttft.p95", ValueType::Duration},
     ttft<&D::p95, &D::p95_interval, 95>,
     "time_to_first_token",
     0.95},
    {{"input_tokens", "", ValueType::Count},
     [](const GroupSummary& g, double) { return tokens(g.input_tokens, g); }},
    {{"output_tokens", "", ValueType::Count},
     [](const GroupSummary& g, double) { return tokens(g.output_tokens, g); }},
    {{"cost", "", ValueType::Money},
     [](const GroupSummary& g, double) { return sum(cost_sum(g), g.cost_known == g.count); }},
    {{"cost_per_call", "", ValueType::Money}, cost_per_call},
    {{"cost_coverage", "", ValueType::Number}, cost_coverage},
};

const RuleMetric& metric_of(std::string_view name) {
  for (const RuleMetric& row : kRuleMetrics) {
    if (row.field.name == name) return row;
  }
  CHECK(false);  // The parser takes no other name.
}

bool sets_time_limit(const Node& node) {
  const bool has_order = node.op == Op::Less || node.op == Op::LessEqual ||
                         node.op == Op::Greater || node.op == Op::GreaterEqual;
  return has_order && !metric_of(node.name).column.empty();
}

void collect_time_limits(const Node& node, std::vector<TimeLimit>& limits) {
  for (const Node& child : node.children) collect_time_limits(child, limits);
  if (!node.children.empty() || !sets_time_limit(node)) return;
  limits.push_back({metric_of(node.name).column, node.literals[0].whole});
}

// A percentile's interval reaches to the limit where the share of calls within that limit may be
// the percentile's: the interval of times alone promises too much of tails that come in spells.
MaybeFigure figure_for(const Node& node, const GroupSummary& group, double confidence) {
  const RuleMetric& metric = metric_of(node.name);
  MaybeFigure figure = metric.figure(group, confidence);
  if (!figure || !sets_time_limit(node)) return figure;
  for (const WithinLimit& within : group.within) {
    if (within.column != metric.column || within.micros != node.literals[0].whole) continue;
    const Interval share = rate_interval(within.share, within.n_effective, confidence);
    if (metric.percentile < share.low || metric.percentile > share.high) continue;
    const double limit = node.literals[0].number;
    figure->low = std::min(figure->low, std::nextafter(limit, -kInfinity));
    figure->high = std::max(figure->high, std::nextafter(limit, kInfinity));
  }
  return figure;
}

Truth truth(bool value) { return value ? Truth::True : Truth::False; }
Truth negated(Truth value) {
  return value == Truth::Unknown ? value : truth(value == Truth::False);
}

// True where it holds from `low` to `high`, False where it holds nowhere there.
Truth below(double low, double high, double limit, bool or_equal) {
  if (or_equal ? high <= limit : high < limit) return Truth::True;
  if (or_equal ? low > limit : low >= limit) return Truth::False;
  return Truth::Unknown;
}

Truth one_of(double low, double high, const std::vector<Literal>& literals) {
  bool possible = false;
  for (const Literal& literal : literals) {
    if (low == literal.number && high == literal.number) return Truth::True;
    possible = possible || (low <= literal.number && literal.number <= high);
  }
  return possible ? Truth::Unknown : Truth::False;
}

Truth compare(const Node& node, const MaybeFigure& figure) {
  if (node.op == Op::IsNull) return truth(!figure);
  if (node.op == Op::IsNotNull) return truth(figure.has_value());
  if (!figure) return Truth::Unknown;
  const double limit = node.literals[0].number;
  switch (node.op) {
    case Op::Less:
      return below(figure->low, figure->high, limit, false);
    case Op::LessEqual:
      return below(figure->low, figure->high, limit, true);
    case Op::Greater:
      return negated(below(figure->low, figure->high, limit, true));
    case Op::GreaterEqual:
      return negated(below(figure->low, figure->high, limit, false));
    case Op::Equal:
    case Op::In:
      return one_of(figure->low, figure->high, node.literals);
    case Op::NotEqual:
    case Op::NotIn:
      return negated(one_of(figure->low, figure->high, node.literals));
    default:
      break;
  }
  CHECK(false);  // The parser lets no other comparison of a metric through.
}

// Walks the expression; `test` gives the truth of a comparison.
template <class Test>
Truth evaluate(const Node& node, const Test& test) {
  if (node.op == Op::Not) return negated(evaluate(node.children[0], test));
  if (node.op != Op::And && node.op != Op::Or) return test(node);
  const Truth decisive = truth(node.op == Op::Or);
  Truth all = negated(decisive);
  // Every comparison is looked at, for what is said about it.
  for (const Node& term : node.children) {
    const Truth value = evaluate(term, test);
    if (all == decisive || value == negated(decisive)) continue;
    all = value;
  }
  return all;
}

// The size from which on the interval of the rate excludes `limit`. With whole numbers of failures
// a limit gets worse call by call until the next failure: it counts when it holds to the last.
std::optional<double> size_for_rate(double rate, double limit, double n, double confidence) {
  const double share = rate < limit ? 1 - rate : rate;  // Of those whose number must be whole.
  const auto settles = [&](double size) {
    const double whole = std::floor(share * size + 1e-6);
    const auto last = static_cast<uint64_t>(std::ceil((whole + 1) / share - 1e-6) - 1);
    const auto count = static_cast<uint64_t>(whole);
    return rate < limit ? clopper_pearson_interval(last - count, last, confidence).high < limit
                        : clopper_pearson_interval(count, last, confidence).low > limit;
  };
  // Whole from the start: halving between whole numbers ends, between others it need not.
  double high = std::ceil(std::max(n, 1.0));
  while (!settles(high)) {
    high *= 2;
    if (high > kMoreMax) return std::nullopt;
  }
  double low = std::floor(high / 2);
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (settles(middle) ? high : low) = middle;
  }
  return high;
}

// About how many more records settle a comparison that the estimate decides and the interval does
// not, if the estimate stays as it is. An interval's width goes with the root of the size.
std::optional<uint64_t> more_for(const Node& node, const Figure& figure, const GroupSummary& group,
                                 double confidence) {
  const double limit = node.literals[0].number;
  // Of other sessions and times, not of more records, is there too little.
  if (figure.value == limit || !figure.enough) return std::nullopt;
  const bool is_rate = node.type == ValueType::Number;
  std::optional<double> factor;
  if (is_rate) {
    const double n = alarm_records(group);
    const auto size = size_for_rate(figure.value, limit, n, confidence);
    if (size && n > 0) factor = *size / n;
  } else {
    const double reach =
        figure.value < limit ? figure.high - figure.value : figure.value - figure.low;
    const double root = reach / std::abs(figure.value - limit);
    if (std::isfinite(root)) factor = root * root;
  }
  if (!factor) return std::nullopt;
  const double more = std::ceil((*factor - 1) * static_cast<double>(group.count));
  if (more < 1 || more > kMoreMax) return std::nullopt;
  return static_cast<uint64_t>(more);
}

Verdict verdict_of(Truth supported, Truth estimated) {
  if (supported == Truth::True) return Verdict::Fired;
  if (supported == Truth::False || estimated == Truth::False) return Verdict::Holds;
  return estimated == Truth::True ? Verdict::Suspected : Verdict::Unknown;
}

RuleResult no_data_result(uint64_t count) {
  RuleResult result;
  result.rule = kNoDataRule;
  result.count = count;
  result.verdict = count == 0 ? Verdict::Fired : Verdict::Holds;
  result.readings.push_back({"count", ValueType::Count, counted(count), truth(count == 0)});
  return result;
}

}  // namespace

// Where clusters are too few to tell how much they differ, an alarm takes the worst: all calls of a
// cluster alike. A total outage still fires, and one bad spell is none of its own.
double alarm_records(const GroupSummary& group) {
  return std::min(static_cast<double>(rated(group)) / group.design_effect,
                  group.few_clusters_worth.value_or(kInfinity));
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Fired:
      return "fired";
    case Verdict::Suspected:
      return "suspected";
    case Verdict::Unknown:
      return "unknown";
    case Verdict::Holds:
      return "ok";
  }
  return "";
}

const FieldCatalog& metric_fields() {
  static const FieldCatalog kCatalog = [] {
    FieldCatalog catalog;
    for (const RuleMetric& metric : kRuleMetrics) catalog.fields.push_back(metric.field);
    return catalog;
  }();
  return kCatalog;
}

std::optional<Figure> figure_of(std::string_view metric, const GroupSummary& group,
                                double confidence) {
  return metric_of(metric).figure(group, confidence);
}

std::vector<TimeLimit> AlarmRule::time_limits() const {
  std::vector<TimeLimit> limits;
  collect_time_limits(filter_.root(), limits);
  return limits;
}

Result<AlarmRule> AlarmRule::parse(const std::string& text, const ParseContext& context) {
  Filter filter = TRY(Filter::parse(text, context, metric_fields()));
  return AlarmRule(text, std::move(filter));
}

RuleResult AlarmRule::judge(const GroupSummary& group, double confidence) const {
  RuleResult result;
  result.rule = text_;
  result.key = group.key;
  result.count = group.count;
  result.confidence = confidence;
  bool settled_by_more = true;
  const Truth supported = evaluate(filter_.root(), [&](const Node& node) {
    const MaybeFigure figure = figure_for(node, group, confidence);
    const Truth value = compare(node, figure);
    result.readings.push_back({node.name, node.type, figure, value});
    if (value != Truth::Unknown || !figure) return value;
    const std::optional<uint64_t> more = more_for(node, *figure, group, confidence);
    settled_by_more = settled_by_more && more;
    if (more) result.more = std::max(result.more.value_or(0), *more);
    return value;
  });
  const Truth estimated = evaluate(filter_.root(), [&](const Node& node) {
    MaybeFigure figure = figure_of(node.name, group, confidence);
    if (figure) figure = exactly(figure->value, Support::Estimate);
    return compare(node, figure);
  });
  result.verdict = verdict_of(supported, estimated);
  if (result.verdict != Verdict::Suspected || !settled_by_more) result.more.reset();
  return result;
}

bool CheckResult::fired() const {
  return std::any_of(rules.begin(), rules.end(),
                     [](const RuleResult& rule) { return rule.verdict == Verdict::Fired; });
}

CheckResult judge(std::span<const AlarmRule> rules, const Analysis& analysis,
                  const CheckOptions& options) {
  CheckResult result;
  result.count = analysis.total.count;
  if (!options.allow_no_data) result.rules.push_back(no_data_result(result.count));
  std::vector<const GroupSummary*> groups;
  if (!options.by_group) {
    groups.push_back(&analysis.total);
  } else if (!analysis.sections.empty()) {
    const Section& section = analysis.sections.front();
    result.by = section.by;
    result.confidence = section.confidence;
    result.groups_dropped = section.groups_dropped;
    // The group "(other)" comes last and is none that anybody named.
    const size_t named = section.groups.size() - (section.groups_dropped > 0 ? 1 : 0);
    for (size_t i = 0; i < named; ++i) {
      const bool small = section.groups[i].count < options.count_min;
      result.groups_small += small ? 1 : 0;
      if (!small) groups.push_back(&section.groups[i]);
    }
    result.groups_judged = groups.size();
  }
  for (const AlarmRule& rule : rules) {
    for (const GroupSummary* group : groups) {
      result.rules.push_back(rule.judge(*group, result.confidence));
    }
  }
  return result;
}

}  // namespace sonde
