#include "compare/judge.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "stats/bootstrap.h"
#include "stats/difference.h"
#include "stats/kitagawa.h"
#include "stats/paired.h"
#include "stats/power.h"
#include "stats/rank_sum.h"
#include "stats/shown.h"
#include "stats/stratified.h"

namespace sonde {
namespace {

// Fewer times on a side have no interval for their median.
constexpr double kTimesMin = 8;
constexpr double kMeansMin = 10;
const boost::math::normal kNormal;

double two_sided_p(double z) {
  return 2 * boost::math::cdf(boost::math::complement(kNormal, std::abs(z)));
}
double critical() { return boost::math::quantile(kNormal, 1 - (1 - kConfidence) / 2); }

const Sketch& sketch_of(CompareMetric metric, const StratumSums& cell) {
  return metric == CompareMetric::Ttft ? cell.ttft : cell.latency;
}
const Moments& moments_of(CompareMetric metric, const StratumSums& cell) {
  return metric == CompareMetric::Cost ? cell.cost : cell.tokens;
}

double size_of(CompareMetric metric, const StratumSums& cell) {
  switch (metric) {
    case CompareMetric::Success:
      return static_cast<double>(cell.rated);
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return static_cast<double>(sketch_of(metric, cell).count());
    default:
      return static_cast<double>(moments_of(metric, cell).n);
  }
}

// The rate, or the mean; of a cell that has values.
double mean_of(CompareMetric metric, const StratumSums& cell) {
  switch (metric) {
    case CompareMetric::Success:
      return static_cast<double>(cell.ok) / static_cast<double>(cell.rated);
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return sketch_of(metric, cell).mean();
    default:
      return moments_of(metric, cell).mean();
  }
}

double design_effect_of(CompareMetric metric, const Side& side) {
  switch (metric) {
    case CompareMetric::Success:
      return side.summary.design_effect;
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return side.summary.latency_design_effect;
    case CompareMetric::Cost:
      return side.sums.cost_clusters.design_effect(side.sums.cost);
    default:
      return side.sums.token_clusters.design_effect(side.sums.tokens);
  }
}

// A stratum that both sides have, with the sizes that it is worth.
struct Shared {
  const StratumSums* baseline;
  const StratumSums* variant;
  double n_baseline;
  double n_variant;
  double weight;  // Of all weights together 1.
};

// Both sides, in what they share.
struct Matched {
  std::vector<Shared> strata;
  double n_baseline = 0;  // Effective.
  double n_variant = 0;
  double deff_baseline = 1;
  double deff_variant = 1;
  double shared = 0;  // Share of all records.
};

Matched match(CompareMetric metric, const Side& baseline, const Side& variant, double size_min) {
  Matched matched;
  matched.deff_baseline = design_effect_of(metric, baseline);
  matched.deff_variant = design_effect_of(metric, variant);
  double all = 0;
  double shared = 0;
  double weights = 0;
  for (const auto& [name, cell] : baseline.sums.strata) all += size_of(metric, cell);
  for (const auto& [name, cell] : variant.sums.strata) {
    const double size = size_of(metric, cell);
    all += size;
    const auto other = baseline.sums.strata.find(name);
    if (other == baseline.sums.strata.end()) continue;
    const double other_size = size_of(metric, other->second);
    const double n_variant = size / matched.deff_variant;
    const double n_baseline = other_size / matched.deff_baseline;
    if (n_variant <= 0 || n_baseline <= 0 || std::min(n_variant, n_baseline) < size_min) continue;
    shared += size + other_size;
    const double weight = n_variant * n_baseline / (n_variant + n_baseline);
    weights += weight;
    matched.n_baseline += n_baseline;
    matched.n_variant += n_variant;
    matched.strata.push_back({&other->second, &cell, n_baseline, n_variant, weight});
  }
  for (Shared& stratum : matched.strata) stratum.weight /= weights;
  matched.shared = all > 0 ? shared / all : 0;
  return matched;
}

void judge_rates(const Matched& matched, VariantDifference& d) {
  const bool clustered = matched.deff_baseline > 1 || matched.deff_variant > 1;
  std::vector<RateStratum> strata;
  for (const Shared& s : matched.strata) {
    strata.push_back({mean_of(CompareMetric::Success, *s.variant), s.n_variant,
                      mean_of(CompareMetric::Success, *s.baseline), s.n_baseline});
  }
  const StratifiedDifference difference =
      stratified_rate_difference(strata, clustered ? "newcombe-cluster" : "newcombe");
  d.difference = difference.estimate;
  d.interval = difference.interval;
  d.p_value = difference.p_value;
  d.test = difference.test;
}

void judge_pairs(const PairCounts& pairs, VariantDifference& d) {
  d.test = "mcnemar";
  d.p_value = mcnemar_p_value(pairs.only_first, pairs.only_second);
  d.difference = (static_cast<double>(pairs.only_first) - static_cast<double>(pairs.only_second)) /
                 static_cast<double>(pairs.total());
  d.interval =
      paired_difference_interval(pairs.both, pairs.only_first, pairs.only_second, pairs.neither);
}

void judge_times(CompareMetric metric, const Matched& matched, uint64_t seed,
                 VariantDifference& d) {
  Combined medians;
  Combined superiority;
  double variance = 0;
  for (const Shared& s : matched.strata) {
    const Times variant(sketch_of(metric, *s.variant));
    const Times baseline(sketch_of(metric, *s.baseline));
    const RankSum ranks = mann_whitney(variant.values(), baseline.values(), matched.deff_variant,
                                       matched.deff_baseline);
    superiority.add(s.weight, ranks.superiority, ranks.superiority_interval);
    const double towards_half = ranks.superiority > 0.5
                                    ? ranks.superiority - ranks.superiority_interval.low
                                    : ranks.superiority_interval.high - ranks.superiority;
    variance += std::pow(s.weight * towards_half / critical(), 2);
    d.p_value = ranks.p_value;
    medians.add(s.weight, variant.quantile(0.5) - baseline.quantile(0.5),
                quantile_difference_interval(
                    [&](double p) { return variant.quantile(p); }, s.n_variant,
                    [&](double p) { return baseline.quantile(p); }, s.n_baseline, 0.5, seed));
  }
  d.test = matched.strata.size() == 1 ? "mann-whitney" : "van-elteren";
  if (matched.strata.size() > 1) {
    d.p_value =
        variance > 0 ? two_sided_p((superiority.estimate() - 0.5) / std::sqrt(variance)) : 1;
  }
  d.superiority = superiority.estimate();
  d.superiority_interval = superiority.interval("brunner-munzel");
  d.difference = medians.estimate();
  d.interval = medians.interval("quantile-bootstrap");
}

void judge_means(CompareMetric metric, const Matched& matched, VariantDifference& d) {
  MeanSample variant{0, 0, -1};
  MeanSample baseline{0, 0, -1};
  const auto add = [](MeanSample& into, const Moments& moments, double n, double weight) {
    into.mean += weight * moments.mean();
    into.variance_of_mean += weight * weight * moments.variance() / n;
    into.degrees += n;
  };
  for (const Shared& s : matched.strata) {
    add(variant, moments_of(metric, *s.variant), s.n_variant, s.weight);
    add(baseline, moments_of(metric, *s.baseline), s.n_baseline, s.weight);
  }
  const MeanDifference difference = welch(variant, baseline);
  d.test = "welch";
  d.difference = difference.estimate;
  d.interval = difference.interval;
  d.p_value = difference.p_value;
}

Split split_of(CompareMetric metric, const Side& baseline, const Side& variant) {
  std::vector<KitagawaGroup> groups;
  const auto value = [&](const StratumSums& cell) {
    return size_of(metric, cell) > 0 ? mean_of(metric, cell) : 0;
  };
  for (const auto& [name, cell] : variant.sums.strata) {
    KitagawaGroup group{size_of(metric, cell), value(cell), 0, 0};
    if (const auto at = baseline.sums.strata.find(name); at != baseline.sums.strata.end()) {
      group.n2 = size_of(metric, at->second);
      group.value2 = value(at->second);
    }
    groups.push_back(group);
  }
  for (const auto& [name, cell] : baseline.sums.strata) {
    if (!variant.sums.strata.contains(name))
      groups.push_back({0, 0, size_of(metric, cell), value(cell)});
  }
  const Kitagawa parts = kitagawa(groups);
  return {parts.mix, parts.rate};
}

// The spread of times on a log scale, from the middle two thirds of them.
double log_spread(const Distribution& times, const Matched& matched, CompareMetric metric) {
  double spread = 0;
  for (const Shared& s : matched.strata) {
    const Times all(sketch_of(metric, *s.baseline));
    const double low = std::max(1.0, all.quantile(0.1587));
    spread += s.weight * std::log(std::max(low, all.quantile(0.8413)) / low) / 2;
  }
  return times.p50 > 0 ? spread : 0;
}

struct Power {
  double detectable;
  uint64_t wanted;  // Effective records a side.
};

Power power_of(CompareMetric metric, const Matched& matched, const Side& baseline,
               const VariantDifference& d) {
  const double n1 = matched.n_baseline;
  const double n2 = matched.n_variant;
  if (metric == CompareMetric::Success) {
    return {detectable_rate_difference(d.baseline_value, n1, n2),
            records_for_rate_difference(d.baseline_value, d.margin)};
  }
  if (metric == CompareMetric::Latency || metric == CompareMetric::Ttft) {
    const Distribution& times =
        metric == CompareMetric::Ttft ? *baseline.summary.ttft : *baseline.summary.latency;
    const double spread = std::max(1e-6, log_spread(times, matched, metric) * std::sqrt(2.0));
    const double superiority = std::min(1 - 1e-9, detectable_superiority(n1, n2));
    const double ratio = std::exp(boost::math::quantile(kNormal, superiority) * spread);
    const double wanted =
        boost::math::cdf(kNormal, std::log1p(d.margin / std::max(1.0, d.baseline_value)) / spread);
    return {d.baseline_value * (ratio - 1), records_for_superiority(std::max(0.5 + 1e-9, wanted))};
  }
  const Moments& all = metric == CompareMetric::Cost ? baseline.sums.cost : baseline.sums.tokens;
  const double deviation = std::sqrt(all.variance());
  return {detectable_mean_difference(deviation, n1, n2),
          d.margin > 0 ? records_for_mean_difference(deviation, d.margin) : 0};
}

// The figure of all calls of a side; null when it has none.
std::optional<double> value_of(CompareMetric metric, const Side& side) {
  const GroupSummary& summary = side.summary;
  switch (metric) {
    case CompareMetric::Success:
      return summary.success_rate;
    case CompareMetric::Latency:
      return summary.latency ? std::optional(summary.latency->p50) : std::nullopt;
    case CompareMetric::Ttft:
      return summary.ttft ? std::optional(summary.ttft->p50) : std::nullopt;
    case CompareMetric::Cost:
      if (summary.costs.size() != 1 || side.sums.cost.n == 0) return std::nullopt;
      return side.sums.cost.mean();
    default:
      return side.sums.tokens.n > 0 ? std::optional(side.sums.tokens.mean()) : std::nullopt;
  }
}

bool is_enough(CompareMetric metric, const Matched& matched, const Side& baseline,
               const Side& variant, const VariantDifference& d) {
  const double least = std::min(matched.n_baseline, matched.n_variant);
  switch (metric) {
    case CompareMetric::Success:
      return d.test == "mcnemar" ||
             (baseline.summary.success_interval && variant.summary.success_interval &&
              enough_for_rate_difference(d.variant_value, matched.n_variant, d.baseline_value,
                                         matched.n_baseline));
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return enough_for_quantile(least, 0.5);
    default:
      return least >= kMeansMin;
  }
}

}  // namespace

std::optional<VariantDifference> judge(CompareMetric metric, const Side& baseline,
                                       const Side& variant, const PairCounts& pairs,
                                       const JudgeOptions& options) {
  const auto before = value_of(metric, baseline);
  const auto after = value_of(metric, variant);
  if (!before || !after) return std::nullopt;
  if (metric == CompareMetric::Cost &&
      baseline.summary.costs[0].currency != variant.summary.costs[0].currency) {
    return std::nullopt;
  }
  const bool is_time = metric == CompareMetric::Latency || metric == CompareMetric::Ttft;
  VariantDifference d;
  d.metric = metric;
  d.baseline_value = *before;
  d.variant_value = *after;
  d.raw_difference = *after - *before;
  d.margin = metric == CompareMetric::Success ? options.margin : options.relative_margin * *before;
  d.split = split_of(metric, baseline, variant);
  d.pairs = pairs.total();
  const Matched any = match(metric, baseline, variant, 0);
  d.strata = any.strata.size();
  d.shared = any.shared;
  if (any.strata.empty()) return d;
  const Matched matched = is_time ? match(metric, baseline, variant, kTimesMin) : any;
  d.enough = !matched.strata.empty();
  if (!d.enough) return d;
  const double least_rated = static_cast<double>(std::min(
      baseline.summary.ok + baseline.summary.error, variant.summary.ok + variant.summary.error));
  if (is_time) {
    judge_times(metric, matched, options.seed, d);
  } else if (metric != CompareMetric::Success) {
    judge_means(metric, matched, d);
  } else if (pairs.total() >= kPairsMin && static_cast<double>(pairs.total()) * 2 >= least_rated) {
    judge_pairs(pairs, d);
  } else {
    judge_rates(matched, d);
  }
  d.enough = is_enough(metric, matched, baseline, variant, d);
  const Power power = power_of(metric, matched, baseline, d);
  d.detectable = power.detectable;
  // What is wanted counts independent records; calls in clusters are worth less.
  const auto further = [&](double n, double deff) {
    return std::max(0.0, std::ceil((static_cast<double>(power.wanted) - n) * deff));
  };
  const double needed = std::max(further(matched.n_baseline, matched.deff_baseline),
                                 further(matched.n_variant, matched.deff_variant));
  if (needed > 0 && needed < 1e15) d.needed = static_cast<uint64_t>(needed);
  return d;
}

DifferenceVerdict verdict_of(const VariantDifference& d) {
  if (d.strata == 0) return DifferenceVerdict::NotComparable;
  if (!d.enough) return DifferenceVerdict::TooFew;
  const double sign = d.metric == CompareMetric::Success ? 1 : -1;
  const bool higher = d.interval.low > 0 && (!d.superiority || d.superiority_interval.low > 0.5);
  const bool lower = d.interval.high < 0 && (!d.superiority || d.superiority_interval.high < 0.5);
  if (d.p_adjusted <= 1 - kConfidence && (higher || lower)) {
    return (higher ? sign : -sign) > 0 ? DifferenceVerdict::Better : DifferenceVerdict::Worse;
  }
  const Interval gain = sign > 0 ? d.interval : Interval{-d.interval.high, -d.interval.low, ""};
  return non_inferiority(gain, d.margin) == NonInferiority::Shown ? DifferenceVerdict::NonInferior
                                                                  : DifferenceVerdict::Undecided;
}

}  // namespace sonde
