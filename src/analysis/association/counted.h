// What associations that count, rather than compare, have in common.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/association/association.h"

namespace sonde {

// Sums over calls that need not have been made.
class Waste {
 public:
  void add(const CallTable& table, const Call& call);
  // Fills cost (where one currency covers all), tokens and seconds.
  void fill(Saving& saving) const;

 private:
  double cost_ = 0;
  double tokens_ = 0;
  double seconds_ = 0;
  uint64_t currency_ = 0;
  bool mixed_ = false;
  bool any_cost_ = false;
  std::string currency_name_;
};

// The candidate of what was counted: `shows` has one value a call of the table. Fills metric, unit
// "calls", basis, what was wasted, evidence and the calls that show it; `supported` is left to the
// caller.
Candidate counted_candidate(const CallTable& table, const AssociationOptions& options,
                            std::string_view metric, const Waste& waste,
                            const std::vector<bool>& shows);

// Who made a call: the session, else the user; 0 when the log does not say.
inline uint64_t who(const Call& call) { return call.session != 0 ? call.session : call.user; }

// P(X >= count) for a Poisson count with this mean: how likely chance alone gives as many.
double chance_of(uint64_t count, double mean);

// Indexes of the calls that have a time, by time.
std::vector<uint32_t> by_time(const CallTable& table);

}  // namespace sonde
