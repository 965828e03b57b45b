#include "coverage/simulation.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/tools/roots.hpp>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>

namespace sonde {
namespace {

constexpr double kSessionRecords = 5;    // Mean, geometric.
constexpr double kBlockRecords = 10;     // Mean, geometric.
constexpr double kSessionShare = 0.2;    // Of the variance that lies between sessions.
constexpr double kLogDeviation = 0.8;    // Of times.
constexpr double kOutageFailures = 0.8;  // Share of records that fail in an outage.
constexpr double kSlowBlocks = 0.1;      // Share of blocks whose times
constexpr double kSlowFactor = 3;        // are this much longer.
constexpr uint32_t kBuckets = 1024;
constexpr size_t kClustersMin = 10;

// Times are compared on a log scale, as metrics/group.cc does; in powers of two of a microsecond,
// if the median is a second.
double log_scale(double time) { return std::log2(1e6 * time + 1); }

double uniform(Random& random) { return boost::random::uniform_01<>()(random); }

double normal(Random& random) { return boost::random::normal_distribution<>()(random); }

void add(Sample& sample, Random& random, double rate, double log_time, double deviation) {
  sample.ok.push_back(uniform(random) < rate);
  sample.times.push_back(std::exp(log_time + deviation * normal(random)));
}

void simulate_independent(Random& random, size_t n, double p, Sample& sample) {
  for (uint32_t i = 0; i < n; ++i) {
    add(sample, random, p, 0, kLogDeviation);
    sample.session.push_back(i);
    sample.block.push_back(i);
  }
}

void simulate_sessions(Random& random, size_t n, double p, Sample& sample) {
  const double weight = (1 - kSessionShare) / kSessionShare;
  boost::random::beta_distribution<> rates(p * weight, (1 - p) * weight);
  for (uint32_t session = 0; sample.ok.size() < n; ++session) {
    const double rate = rates(random);
    const double log_time = std::sqrt(kSessionShare) * kLogDeviation * normal(random);
    do {
      add(sample, random, rate, log_time, std::sqrt(1 - kSessionShare) * kLogDeviation);
      sample.session.push_back(session);
      sample.block.push_back(session);
    } while (sample.ok.size() < n && uniform(random) > 1 / kSessionRecords);
  }
}

// Half of the failures come from outages.
void simulate_bursts(Random& random, size_t n, double p, Sample& sample) {
  const double outages = (1 - p) / 2 / kOutageFailures;
  const double quiet_rate = 1 - (1 - p) / 2 / (1 - outages);
  for (uint32_t block = 0; sample.ok.size() < n; ++block) {
    const double rate = uniform(random) < outages ? 1 - kOutageFailures : quiet_rate;
    const double log_time = uniform(random) < kSlowBlocks ? std::log(kSlowFactor) : 0;
    do {
      sample.session.push_back(static_cast<uint32_t>(sample.ok.size()));
      sample.block.push_back(block);
      add(sample, random, rate, log_time, kLogDeviation);
    } while (sample.ok.size() < n && uniform(random) > 1 / kBlockRecords);
  }
}

// As cluster keys are spread: by chance, so that some clusters share a bucket. The mixing of
// SplitMix64.
uint32_t bucket_of(uint32_t cluster) {
  uint64_t bits = (uint64_t{cluster} + 1) * 0x9E3779B97F4A7C15ULL;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<uint32_t>((bits ^ (bits >> 31)) % kBuckets);
}

void consider(const Sample& sample, const std::vector<uint32_t>& cluster_of, double squares,
              Worth& worth) {
  std::vector<ClusterSum> rates(kBuckets, ClusterSum{0, 0});
  std::vector<ClusterSum> times(kBuckets, ClusterSum{0, 0});
  for (size_t i = 0; i < cluster_of.size(); ++i) {
    const uint32_t bucket = bucket_of(cluster_of[i]);
    rates[bucket].n += 1;
    rates[bucket].sum += sample.ok[i];
    times[bucket].n += 1;
    times[bucket].sum += log_scale(sample.times[i]);
  }
  const auto is_empty = [](const ClusterSum& cluster) { return cluster.n == 0; };
  std::erase_if(rates, is_empty);
  std::erase_if(times, is_empty);
  worth.clusters = std::min<uint64_t>(worth.clusters, rates.size());
  if (rates.size() < kClustersMin) return;
  worth.rate_size = std::min(worth.rate_size,
                             design_effect_of_proportion(rates, kConfidence, kBuckets).n_effective);
  worth.time_size = std::min(
      worth.time_size, design_effect_of_mean(times, squares, kConfidence, kBuckets).n_effective);
}

}  // namespace

std::string_view name_of(Dependence dependence) {
  constexpr std::string_view kNames[] = {"independent", "clustered", "bursty"};
  return kNames[static_cast<size_t>(dependence)];
}

Sample simulate(Random& random, Dependence dependence, size_t n, double p) {
  constexpr void (*kSimulations[])(Random&, size_t, double, Sample&) = {
      simulate_independent, simulate_sessions, simulate_bursts};
  Sample sample;
  kSimulations[static_cast<size_t>(dependence)](random, n, p, sample);
  return sample;
}

double true_quantile(Dependence dependence, double p) {
  const boost::math::normal_distribution<> standard;
  if (dependence != Dependence::Bursty) {
    return std::exp(kLogDeviation * boost::math::quantile(standard, p));
  }
  const auto excess = [&](double log_time) {
    const double quick = boost::math::cdf(standard, log_time / kLogDeviation);
    const double slow =
        boost::math::cdf(standard, (log_time - std::log(kSlowFactor)) / kLogDeviation);
    return (1 - kSlowBlocks) * quick + kSlowBlocks * slow - p;
  };
  const auto [low, high] = boost::math::tools::bisect(
      excess, -10.0, 10.0, boost::math::tools::eps_tolerance<double>(40));
  return std::exp((low + high) / 2);
}

Worth worth_of(const Sample& sample) {
  const auto n = static_cast<double>(sample.ok.size());
  double successes = 0;
  double squares = 0;
  for (const uint8_t ok : sample.ok) successes += ok;
  for (const double time : sample.times) squares += log_scale(time) * log_scale(time);
  Worth worth{successes / n, n, n, UINT64_MAX};
  consider(sample, sample.session, squares, worth);
  consider(sample, sample.block, squares, worth);
  return worth;
}

}  // namespace sonde
