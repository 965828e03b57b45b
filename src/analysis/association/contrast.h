// Groups of calls against each other, or against all others, on the same work and with what calls
// of one session or outage share taken into account: the statistics that every association asks
// for.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/association/call.h"
#include "stats/interval.h"

namespace sonde {

// One value of one call: 1 or 0 for a rate, else any figure.
struct CallValue {
  uint32_t call;     // Index into CallTable::calls.
  uint32_t group;    // From 0; what is compared.
  uint64_t stratum;  // The kind of work: any hash.
  double value;
};

struct Contrast {
  // Rate or mean of all values of each side, as they are.
  double variant_value = 0;
  double baseline_value = 0;
  uint64_t variant_calls = 0;
  uint64_t baseline_calls = 0;
  // variant - baseline on the same work (stats/stratified.h).
  double difference = 0;
  Interval interval{};
  double p_value = 1;
  std::string_view test;
  uint64_t strata = 0;         // Kinds of work that both did.
  double design_effect = 1;    // Of the variant.
  double baseline_effect = 1;  // Design effect of the baseline.
  bool enough = false;         // For the interval to be trusted (stats/shown.h).
};

// Immutable once built; safe to share between threads.
//
// Design effects: calls of a session (else of a user), and calls of ten minutes, are taken for
// alike to the degree that the values show as a whole: the intraclass correlation by analysis
// of variance of what is left when the stratum's mean is taken out (Donner 1986, Int. Stat. Rev.
// 54:67-82), which makes a group's effect 1 + (m - 1) rho with m = sum(n_c^2) / n. Where a group
// has at least ten clusters of its own, their variance (stats/cluster.h) counts if it is larger.
// The larger of sessions and blocks is used.
class Contrasts {
 public:
  enum class Kind : uint8_t { Rate, Mean };
  // What is compared is no cluster: users where groups are users (then sessions and blocks), blocks
  // of time where groups are times (then sessions, else users).
  enum class Clusters : uint8_t { All, NotUsers, NotBlocks };

  // `table` must outlive it. Observations of a stratum in which only one group has any are of no
  // use and may be given all the same.
  Contrasts(const CallTable& table, const std::vector<CallValue>& values, Kind kind,
            Clusters clusters = Clusters::All);

  size_t groups() const { return groups_.size(); }
  uint64_t calls(uint32_t group) const { return groups_[group].calls; }
  double value(uint32_t group) const;  // Rate or mean; 0 without calls.
  Contrast between(uint32_t variant, uint32_t baseline) const;
  Contrast against_rest(uint32_t group) const;

 private:
  struct Cell {
    uint64_t stratum;
    double n = 0;
    double sum = 0;
    double squares = 0;
  };
  struct Group {
    uint64_t calls = 0;
    double sum = 0;
    double effect = 1;
    std::vector<Cell> cells;  // By stratum.
  };

  void fill_cells(const std::vector<CallValue>& values);
  void fill_effects(const std::vector<CallValue>& values, Clusters clusters);
  static std::vector<std::pair<Cell, Cell>> shared_cells(const std::vector<Cell>& one,
                                                         const std::vector<Cell>& two);
  Contrast contrast(const Group& variant, const Group& baseline) const;

  const CallTable& table_;
  Kind kind_;
  std::vector<Group> groups_;
  Group all_;
};

// Gives groups dense numbers from 0 in the order of their first appearance.
class GroupNumbers {
 public:
  uint32_t of(uint64_t key) {
    const auto [place, is_new] = numbers_.try_emplace(key, static_cast<uint32_t>(keys_.size()));
    if (is_new) keys_.push_back(key);
    return place->second;
  }
  uint64_t key(uint32_t number) const { return keys_[number]; }
  size_t size() const { return keys_.size(); }

 private:
  boost::unordered_flat_map<uint64_t, uint32_t> numbers_;
  std::vector<uint64_t> keys_;
};

}  // namespace sonde
