// Inputs that ran on both sides of a comparison: what an input is like is then no cause of the
// difference, and does not blur it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "analysis/association/call.h"
#include "analysis/association/contrast.h"

namespace sonde {

// Immutable once built; safe to share between threads.
class PairedInputs {
 public:
  // `input` is the member of Call that is equal for equal inputs; where it is 0 nothing is known.
  // Only calls of one stratum are paired, each input with its first call on either side. `values`
  // are 1 or 0. `table` must outlive it.
  PairedInputs(const CallTable& table, const std::vector<CallValue>& values, uint64_t Call::*input);

  // Puts the paired difference, its interval and test in place of those of `contrast`, and returns
  // true, where at least 30 inputs ran on both sides and they are at least half of the calls of the
  // smaller one (as compare/ does); else leaves it as it is. The rates stay those of all calls.
  //
  // Newcombe's paired interval and McNemar's test (stats/paired.h), the distances from the estimate
  // multiplied by the root of the design effect of the differences (stats/cluster.h), by sessions
  // (else users) and blocks of ten minutes of either side, whichever is largest; the p-value's
  // normal deviate is divided by it.
  bool refine(uint32_t variant, uint32_t baseline, Contrast& contrast) const;

 private:
  struct Run {
    uint32_t call;
    bool value;
  };
  struct Pair {
    Run variant;
    Run baseline;
  };
  using Runs = boost::unordered_flat_map<uint64_t, Run>;  // By input and stratum.

  std::vector<Pair> pairs_of(uint32_t variant, uint32_t baseline) const;
  // Not enough: too few records from too few clusters to tell (decision 0014).
  struct Alike {
    double design_effect;
    bool enough;
  };
  Alike alike(const std::vector<Pair>& pairs) const;

  const CallTable& table_;
  std::vector<Runs> groups_;
};

}  // namespace sonde
