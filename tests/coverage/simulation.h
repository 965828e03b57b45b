// Records with a known truth, as logs have them: alone, in sessions, or with outages.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "stats/cluster.h"

namespace sonde {

enum class Dependence : uint8_t {
  Independent,  // Every record is a session of its own, at a time of its own.
  Clustered,    // Sessions of 5 records on average, whose rates and times differ.
  Bursty,       // Blocks of 10 records on average, some of which are outages.
};

inline constexpr Dependence kDependences[] = {Dependence::Independent, Dependence::Clustered,
                                              Dependence::Bursty};
std::string_view name_of(Dependence dependence);

using Random = std::mt19937_64;

struct Sample {
  std::vector<uint8_t> ok;
  std::vector<double> times;
  std::vector<uint32_t> session;
  std::vector<uint32_t> block;
};

// `n` records whose expected share of successes is `p`; times have median 1 without outages.
Sample simulate(Random& random, Dependence dependence, size_t n, double p);

// What the simulated times have as their quantile at `p` in the long run.
double true_quantile(Dependence dependence, double p);

struct Worth {
  double rate;        // Share of successes.
  double rate_size;   // Independent records that the sample is worth for the rate
  double time_size;   // and for times.
  uint64_t clusters;  // Sessions or blocks, whichever are fewer.
};

// As metrics/group.cc does it: sessions and blocks are hashed into 1024 buckets, a clustering with
// less than 10 clusters is left aside, and the one that costs most decides.
Worth worth_of(const Sample& sample);

}  // namespace sonde
