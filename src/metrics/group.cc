#include "metrics/group.h"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "stats/cluster.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/shown.h"

namespace sonde {
namespace {

// With fewer clusters, how much clusters differ cannot be told: one service account that makes
// every call is no reason to call the rate unknown.
constexpr size_t kClustersMin = 10;

// From this many records on, few clusters hide no interval: an hour of a busy service is worth
// reading, as long as it is read as that hour (docs/decisions/0014).
constexpr double kFewRecords = 100;

constexpr int64_t kClusterBlock = int64_t{10} * 60 * 1'000'000;  // Ten minutes.

// Distinct models or error classes a group lists; the rest is summed up as "(other)".
constexpr size_t kNamesMax = 64;

// A response time on a log scale, as a whole number so that sums are exact in any order: 256 steps
// to a power of two. Response times are skewed; on a log scale their variance means something.
uint32_t log_steps(int64_t micros) {
  const auto value = static_cast<uint64_t>(micros) + 1;
  const int power = 63 - std::countl_zero(value);
  const uint64_t mantissa = power >= 8 ? value >> (power - 8) : value << (8 - power);
  return static_cast<uint32_t>(power) * 256 + static_cast<uint32_t>(mantissa & 0xFF);
}

// Student's t of the mean, with the effective size for the size. Response times are skewed, for
// which the lower limit is cautious and the upper one is not: with fewer than kMeanMin records
// worth it is no interval at all. Source: Snedecor and Cochran (1989), Statistical Methods, 4.4.
constexpr double kMeanMin = 30;
Interval mean_interval(const Sketch& sketch, double n_effective, uint64_t clusters,
                       double confidence) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (n_effective < kMeanMin || clusters < kClustersMin)
    return {-kInfinity, kInfinity, "student-t"};
  const double mean = sketch.mean();
  double squares = 0;
  sketch.visit([&](double value, uint64_t times) {
    squares += static_cast<double>(times) * (value - mean) * (value - mean);
  });
  const double variance = squares / static_cast<double>(sketch.count() - 1);
  const boost::math::students_t_distribution<> t(n_effective - 1);
  const double spread =
      boost::math::quantile(t, 0.5 + confidence / 2) * std::sqrt(variance / n_effective);
  return {mean - spread, mean + spread, "student-t"};
}

// By chance, as stats/cluster.h takes buckets to be filled. The mixing of SplitMix64.
uint32_t bucket_of(uint64_t block) {
  uint64_t bits = (block + 1) * 0x9E3779B97F4A7C15ULL;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<uint32_t>((bits ^ (bits >> 31)) % kClusterBuckets);
}

NameCounts most_frequent_first(std::vector<std::pair<std::string, uint64_t>> counts) {
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return counts;
}

}  // namespace

ClusterKeys cluster_keys_of(const Span& span) {
  ClusterKeys keys;
  const std::string_view who = span.session_id.empty() ? span.user_id : span.session_id;
  if (!who.empty()) {
    keys.has_session = true;
    keys.session = static_cast<uint32_t>(hash_bytes(who) % kClusterBuckets);
  }
  if (span.start_time) {
    const uint64_t block = static_cast<uint64_t>(*span.start_time / kClusterBlock);
    keys.has_block = true;
    keys.block = bucket_of(block);
  }
  return keys;
}

void Group::count_name(Counts& counts, std::string_view name, uint64_t times) {
  for (auto& [known, count] : counts) {
    if (known == name) {
      count += times;
      return;
    }
  }
  if (counts.size() <= kNamesMax) {
    counts.emplace_back(counts.size() < kNamesMax ? name : "(other)", times);
  } else {
    counts.back().second += times;
  }
}

void Group::add(const Span& span, Outcome outcome, const ClusterKeys& clusters) {
  ++count_;
  ++outcomes_[static_cast<size_t>(outcome)];
  const bool is_rated = outcome == Outcome::Ok || outcome == Outcome::Failed;
  uint32_t steps = 0;
  const bool is_timed = span.duration && *span.duration >= 0;
  if (is_timed) {
    latency_.add(*span.duration);
    steps = log_steps(*span.duration);
    time_squares_ += uint64_t{steps} * steps;
  }
  if (span.time_to_first_token && *span.time_to_first_token >= 0)
    ttft_.add(*span.time_to_first_token);
  const auto part_of = [&](uint32_t bucket) {
    return Part{static_cast<uint16_t>(bucket), static_cast<uint16_t>(steps), is_rated,
                outcome == Outcome::Ok, is_timed};
  };
  if (clusters.has_session) sessions_.add(part_of(clusters.session));
  if (clusters.has_block) blocks_.add(part_of(clusters.block));

  // A log may hold -1 for "not known".
  const bool has_input = span.input_tokens && *span.input_tokens >= 0;
  const bool has_output = span.output_tokens && *span.output_tokens >= 0;
  if (has_input) input_tokens_ += static_cast<uint64_t>(*span.input_tokens);
  if (has_output) output_tokens_ += static_cast<uint64_t>(*span.output_tokens);
  input_known_ += has_input ? 1 : 0;
  output_known_ += has_output ? 1 : 0;
  tokens_known_ += has_input && has_output ? 1 : 0;
  if (span.cost) {
    ++cost_known_;
    auto total = std::find_if(costs_.begin(), costs_.end(),
                              [&](const CurrencyTotal& t) { return t.currency == span.currency; });
    if (total == costs_.end()) total = costs_.insert(costs_.end(), {span.currency, 0, 0});
    total->cost += *span.cost;
    ++total->count;
  }
  if (outcome == Outcome::Failed) {
    count_name(errors_, span.error_class.empty() ? std::string_view("unknown") : span.error_class,
               1);
  }
  if (!span.model.empty()) count_name(models_, span.model, 1);
  if (span.start_time) {
    first_time_ = std::min(first_time_, *span.start_time);
    last_time_ = std::max(last_time_, *span.start_time);
  }
}

void Group::Clusters::append(const Part& part) {
  parts_.push_back(part);
  if (parts_.size() == kRecordsMax) sum_up();
}

void Group::Clusters::sum_up() {
  if (is_summed_) return settle();
  is_summed_ = true;
  settle();
  parts_.shrink_to_fit();
}

Group::Cluster& Group::Clusters::at(uint32_t bucket) {
  if (!all_.empty()) return all_[bucket];
  for (auto& [known, cluster] : few_) {
    if (known == bucket) return cluster;
  }
  if (few_.size() < kFewMax) return few_.emplace_back(bucket, Cluster{}).second;
  all_.resize(kClusterBuckets);
  for (const auto& [known, cluster] : few_) all_[known] = cluster;
  few_ = decltype(few_)();  // `{}` would keep the memory.
  return all_[bucket];
}

void Group::Clusters::settle() {
  for (const Part& part : parts_) at(part.bucket).add(Cluster(part));
  parts_.clear();
}

void Group::Clusters::merge(const Clusters& other) {
  if (other.is_summed_) sum_up();
  for (const Part& part : other.parts_) add(part);
  for (const auto& [bucket, cluster] : other.few_) at(bucket).add(cluster);
  for (uint32_t bucket = 0; bucket < other.all_.size(); ++bucket) {
    const Cluster& cluster = other.all_[bucket];
    if (cluster.rated > 0 || cluster.timed > 0) at(bucket).add(cluster);
  }
}

std::vector<Group::Cluster> Group::Clusters::list() const {
  Clusters summed = *this;
  summed.sum_up();
  std::vector<Cluster> touched;
  auto& few = summed.few_;
  std::sort(few.begin(), few.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [bucket, cluster] : few) touched.push_back(cluster);
  for (const Cluster& cluster : summed.all_) {
    if (cluster.rated > 0 || cluster.timed > 0) touched.push_back(cluster);
  }
  return touched;
}

void Group::merge(const Group& other) {
  count_ += other.count_;
  for (size_t i = 0; i < std::size(outcomes_); ++i) outcomes_[i] += other.outcomes_[i];
  latency_.merge(other.latency_);
  ttft_.merge(other.ttft_);
  time_squares_ += other.time_squares_;
  input_tokens_ += other.input_tokens_;
  output_tokens_ += other.output_tokens_;
  input_known_ += other.input_known_;
  output_known_ += other.output_known_;
  tokens_known_ += other.tokens_known_;
  cost_known_ += other.cost_known_;
  for (const CurrencyTotal& total : other.costs_) {
    auto mine = std::find_if(costs_.begin(), costs_.end(),
                             [&](const CurrencyTotal& t) { return t.currency == total.currency; });
    if (mine == costs_.end()) mine = costs_.insert(costs_.end(), {total.currency, 0, 0});
    mine->cost += total.cost;
    mine->count += total.count;
  }
  for (const auto& [name, count] : other.errors_) count_name(errors_, name, count);
  for (const auto& [name, count] : other.models_) count_name(models_, name, count);
  sessions_.merge(other.sessions_);
  blocks_.merge(other.blocks_);
  first_time_ = std::min(first_time_, other.first_time_);
  last_time_ = std::max(last_time_, other.last_time_);
}

// The records' worth under the clustering that costs most: sessions or time blocks.
Group::Effective Group::effective() const {
  const auto rated = static_cast<double>(outcomes_[0] + outcomes_[1]);
  Effective best{
      rated,       1,    static_cast<double>(latency_.count()), ClusteredBy::Nothing, kNoClusters,
      kNoClusters, rated};
  uint64_t success_most = 0;
  uint64_t latency_most = 0;
  const auto consider = [&](const Clusters& clusters, ClusteredBy by) {
    std::vector<ClusterSum> success;
    std::vector<ClusterSum> times;
    for (const Cluster& c : clusters.list()) {
      if (c.rated > 0) success.push_back({static_cast<double>(c.rated), static_cast<double>(c.ok)});
      if (c.timed > 0)
        times.push_back({static_cast<double>(c.timed), static_cast<double>(c.time_sum)});
    }
    double covered = 0;
    double squares = 0;
    for (const ClusterSum& c : success) {
      covered += c.n;
      squares += c.n * c.n;
    }
    // Where some records have no cluster, they would pass for independent ones. All of one user
    // are no cluster that tells anything, all of ten minutes are.
    const size_t alone = by == ClusteredBy::Sessions ? 1 : 0;
    if (covered == rated && success.size() > std::max<uint64_t>(alone, success_most)) {
      success_most = success.size();
      best.success_worst = rated * rated / squares;  // As stats/cluster.h, where all agree.
    }
    if (success.size() >= kClustersMin && covered == rated) {
      const DesignEffect effect =
          design_effect_of_proportion(success, kConfidence, kClusterBuckets);
      if (effect.n_effective < best.success) {
        best.success = effect.n_effective;
        best.success_deff = rated / std::max(effect.n_effective, 1e-9);
        best.by = by;
      }
    }
    covered = 0;
    for (const ClusterSum& c : times) covered += c.n;
    const bool covers = covered == static_cast<double>(latency_.count());
    if (covers && times.size() > alone) {
      latency_most = std::max<uint64_t>(latency_most, times.size());
    }
    if (covers && times.size() >= kClustersMin) {
      best.latency =
          std::min(best.latency, design_effect_of_mean(times, static_cast<double>(time_squares_),
                                                       kConfidence, kClusterBuckets)
                                     .n_effective);
    }
  };
  consider(sessions_, ClusteredBy::Sessions);
  consider(blocks_, ClusteredBy::TimeBlocks);
  const auto gate = [](uint64_t most, double records) {
    const bool is_few = most > 0 && most < kClustersMin && records < kFewRecords;
    return is_few ? most : kNoClusters;
  };
  best.success_clusters = gate(success_most, rated);
  best.latency_clusters = gate(latency_most, static_cast<double>(latency_.count()));
  return best;
}

Group::ClusteredBy Group::clustered_by() const { return effective().by; }

Distribution Group::distribution(const Sketch& sketch, double n_effective, uint64_t clusters,
                                 double confidence) {
  Distribution d;
  d.count = sketch.count();
  d.mean = sketch.mean();
  d.p50 = sketch.quantile(0.50);
  d.p95 = sketch.quantile(0.95);
  d.p99 = sketch.quantile(0.99);
  d.max = static_cast<double>(sketch.max());
  d.exact = sketch.is_exact();
  const auto quantile = [&sketch](double p) { return sketch.quantile(p); };
  const std::string_view method =
      n_effective < static_cast<double>(d.count) ? "order-statistics-cluster" : "order-statistics";
  const auto interval = [&](double p) -> Interval {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (!enough_for_quantile(n_effective, p, clusters)) return {-kInfinity, kInfinity, method};
    return quantile_interval(quantile_interval_probabilities(p, n_effective, confidence), quantile,
                             method);
  };
  d.p50_interval = interval(0.50);
  d.p95_interval = interval(0.95);
  d.p99_interval = interval(0.99);
  d.p99_enough = enough_for_quantile(n_effective, 0.99, clusters);
  d.mean_interval = mean_interval(sketch, n_effective, clusters, confidence);
  return d;
}

GroupSummary Group::summary(std::vector<std::string> key, double confidence) const {
  GroupSummary s;
  s.key = std::move(key);
  s.count = count_;
  s.ok = outcomes_[0];
  s.error = outcomes_[1];
  s.cancelled = outcomes_[2];
  s.pending = outcomes_[3];
  s.unknown = outcomes_[4];
  const Effective n = effective();
  const uint64_t rated = s.ok + s.error;
  s.design_effect = n.success_deff;
  if (n.success_clusters != kNoClusters) s.few_clusters_worth = n.success_worst;
  if (latency_.count() > 0) {
    s.latency_design_effect =
        std::max(1.0, static_cast<double>(latency_.count()) / std::max(n.latency, 1e-9));
  }
  if (rated > 0) {
    s.success_rate = static_cast<double>(s.ok) / static_cast<double>(rated);
    if (enough_for_rate(*s.success_rate, n.success, n.success_clusters)) {
      s.success_interval = wilson_corrected_interval(
          *s.success_rate, n.success, confidence,
          n.by == ClusteredBy::Nothing ? "wilson-corrected" : "wilson-corrected-cluster");
    }
  }
  s.errors = most_frequent_first(errors_);
  if (latency_.count() > 0)
    s.latency = distribution(latency_, n.latency, n.latency_clusters, confidence);
  if (ttft_.count() > 0) {
    // First tokens are as much alike as response times.
    s.ttft = distribution(ttft_, static_cast<double>(ttft_.count()) / s.latency_design_effect,
                          n.latency_clusters, confidence);
  }
  if (input_known_ > 0) s.input_tokens = input_tokens_;
  if (output_known_ > 0) s.output_tokens = output_tokens_;
  s.tokens_known = tokens_known_;
  s.costs = costs_;
  std::sort(s.costs.begin(), s.costs.end(),
            [](const CurrencyTotal& a, const CurrencyTotal& b) { return a.currency < b.currency; });
  s.cost_known = cost_known_;
  s.models = most_frequent_first(models_);
  if (first_time_ <= last_time_) {
    s.first_time = first_time_;
    s.last_time = last_time_;
  }
  return s;
}

}  // namespace sonde
