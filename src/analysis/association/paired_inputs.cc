#include "analysis/association/paired_inputs.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "analysis/association/counted.h"
#include "stats/cluster.h"
#include "stats/paired.h"
#include "stats/shown.h"

namespace sonde {
namespace {

constexpr uint64_t kMix = 0x9E3779B97F4A7C15ULL;
constexpr size_t kPairsMin = 30;                          // As compare/judge.h has it.
constexpr int64_t kBlock = int64_t{10} * 60 * 1'000'000;  // Ten minutes.
constexpr size_t kClustersMin = 10;
constexpr size_t kFewRecords = 100;  // As metrics/group.cc has it.

uint64_t block_of(const Call& call) {
  return call.start_time ? static_cast<uint64_t>(*call.start_time / kBlock) + 1 : 0;
}

// Of values in clusters; empty where some have none.
std::vector<ClusterSum> sums_of(std::vector<std::pair<uint64_t, double>> values) {
  std::ranges::sort(values);
  std::vector<ClusterSum> sums;
  if (values.empty() || values.front().first == 0) return sums;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i == 0 || values[i].first != values[i - 1].first) sums.push_back({0, 0});
    sums.back().n += 1;
    sums.back().sum += values[i].second;
  }
  return sums;
}

// A p-value when the estimate's variance is `factor` times what the test took it for.
double widened(double p, double factor) {
  if (factor <= 1 || p <= 0 || p >= 1) return p;
  const boost::math::normal normal;
  const double z = boost::math::quantile(boost::math::complement(normal, p / 2));
  return 2 * boost::math::cdf(boost::math::complement(normal, z / std::sqrt(factor)));
}

}  // namespace

PairedInputs::PairedInputs(const CallTable& table, const std::vector<CallValue>& values,
                           uint64_t Call::*input)
    : table_(table) {
  for (const CallValue& value : values) {
    const uint64_t own = table.calls[value.call].*input;
    if (own == 0) continue;
    if (value.group >= groups_.size()) groups_.resize(value.group + 1);
    const uint64_t key = ((own * kMix) ^ value.stratum) * kMix;
    const Run run{value.call, value.value > 0.5};
    const auto [place, is_new] = groups_[value.group].try_emplace(key, run);
    if (!is_new && run.call < place->second.call) place->second = run;
  }
}

std::vector<PairedInputs::Pair> PairedInputs::pairs_of(uint32_t variant, uint32_t baseline) const {
  std::vector<Pair> pairs;
  if (std::max(variant, baseline) >= groups_.size()) return pairs;
  const Runs& other = groups_[baseline];
  for (const auto& [input, run] : groups_[variant]) {
    const auto same = other.find(input);
    if (same != other.end()) pairs.push_back({run, same->second});
  }
  return pairs;
}

PairedInputs::Alike PairedInputs::alike(const std::vector<Pair>& pairs) const {
  const auto n = static_cast<double>(pairs.size());
  double squares = 0;
  for (const Pair& pair : pairs) squares += pair.variant.value != pair.baseline.value ? 1 : 0;
  double effect = 1;
  size_t most = 0;
  const auto consider = [&](Run Pair::*side, uint64_t (*cluster)(const Call&), size_t alone) {
    std::vector<std::pair<uint64_t, double>> values;
    for (const Pair& pair : pairs) {
      values.emplace_back(cluster(table_.calls[(pair.*side).call]),
                          static_cast<double>(pair.variant.value) - pair.baseline.value);
    }
    const std::vector<ClusterSum> sums = sums_of(std::move(values));
    if (sums.size() <= alone) return;
    most = std::max(most, sums.size());
    if (sums.size() < kClustersMin) return;
    const double worth = design_effect_of_mean(sums, squares).n_effective;
    effect = std::max(effect, n / std::max(worth, 1e-9));
  };
  for (Run Pair::*side : {&Pair::variant, &Pair::baseline}) {
    consider(side, who, 1);
    consider(side, block_of, 0);
  }
  const bool are_few = most > 0 && most < kClustersMin && pairs.size() < kFewRecords;
  return {effect, !are_few};
}

bool PairedInputs::refine(uint32_t variant, uint32_t baseline, Contrast& contrast) const {
  const std::vector<Pair> pairs = pairs_of(variant, baseline);
  const uint64_t smaller = std::min(contrast.variant_calls, contrast.baseline_calls);
  if (pairs.size() < kPairsMin || pairs.size() * 2 < smaller) return false;
  uint64_t both = 0;
  uint64_t only_variant = 0;
  uint64_t only_baseline = 0;
  for (const Pair& pair : pairs) {
    both += pair.variant.value && pair.baseline.value ? 1 : 0;
    only_variant += pair.variant.value && !pair.baseline.value ? 1 : 0;
    only_baseline += !pair.variant.value && pair.baseline.value ? 1 : 0;
  }
  const auto n = static_cast<double>(pairs.size());
  const uint64_t neither = pairs.size() - both - only_variant - only_baseline;
  const Alike clusters = alike(pairs);
  const double root = std::sqrt(clusters.design_effect);
  const Interval plain = paired_difference_interval(both, only_variant, only_baseline, neither);
  const double difference =
      (static_cast<double>(only_variant) - static_cast<double>(only_baseline)) / n;
  contrast.difference = difference;
  contrast.interval = {std::max(-1.0, difference - root * (difference - plain.low)),
                       std::min(1.0, difference + root * (plain.high - difference)),
                       root > 1 ? "newcombe-paired-cluster" : plain.method};
  contrast.test = "mcnemar";
  contrast.p_value = widened(mcnemar_p_value(only_variant, only_baseline), clusters.design_effect);
  const double worth = n / clusters.design_effect;
  const double first = static_cast<double>(both + only_variant) / n;
  const double second = static_cast<double>(both + only_baseline) / n;
  contrast.enough = clusters.enough && enough_for_rate_difference(first, worth, second, worth);
  return true;
}

}  // namespace sonde
