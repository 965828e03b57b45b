// The failure rates of the groups that findings are counted in, with intervals that allow for calls
// of one session or outage being alike.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>

#include "analysis/association/call.h"
#include "stats/interval.h"

namespace sonde {

// Not thread-safe.
class GroupRates {
 public:
  // A group whose calls add() is to look at, by a member of WhereKey.
  void want(uint64_t group) { groups_.try_emplace(group); }
  // The calls of the log, or a sample of whole sessions.
  void add(const CallTable& table);

  // Interval of `failures` of `calls`, counted in the whole log. As in metrics/group.cc: by
  // sessions (else users) and by blocks of ten minutes, whichever make calls more alike; null where
  // too few records or clusters are behind it (stats/shown.h, decision 0014), or none are known.
  // Contract: failures <= calls.
  std::optional<Interval> interval(uint64_t group, uint64_t failures, uint64_t calls) const;

 private:
  struct Sum {
    double n = 0;
    double failed = 0;
  };
  using Sums = boost::unordered_flat_map<uint64_t, Sum>;
  struct Group {
    double calls = 0;
    Sums sessions;
    Sums blocks;
  };
  boost::unordered_flat_map<uint64_t, Group> groups_;
};

}  // namespace sonde
