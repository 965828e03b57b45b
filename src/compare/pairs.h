// Inputs that ran on several variations, for tests that compare input by input.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/outcome.h"
#include "model/span.h"

namespace sonde {

// Outcomes of the inputs that both variations ran: of each, its first run in the log.
struct PairCounts {
  uint64_t both = 0;
  uint64_t only_first = 0;
  uint64_t only_second = 0;
  uint64_t neither = 0;
  uint64_t total() const { return both + only_first + only_second + neither; }
};

// Keeps the inputs with the smallest hashes when there are more than `runs_max`, so that what is
// kept depends on neither order nor threads: a random sample of the inputs. Not thread-safe.
class Pairs {
 public:
  explicit Pairs(size_t runs_max) : runs_max_(runs_max) {}

  // Only runs with an outcome count. `variant` identifies the variation in its scope.
  void add(uint64_t input, uint64_t variant, Outcome outcome, const Location& location);
  void merge(const Pairs& other);
  // Several variants turned out to be one.
  void rename(const std::function<uint64_t(uint64_t)>& new_name);
  PairCounts count(uint64_t first, uint64_t second) const;

 private:
  struct Run {
    uint64_t input;
    uint64_t variant;
    bool operator==(const Run&) const = default;
    friend size_t hash_value(const Run& run) {
      return static_cast<size_t>(run.input ^ (run.variant * 0x9E3779B97F4A7C15ULL));
    }
  };
  struct First {
    uint64_t byte;
    uint32_t file;
    bool ok;
    bool before(const First& other) const {
      return file != other.file ? file < other.file : byte < other.byte;
    }
  };
  void keep(const Run& run, const First& first);
  void shrink();

  size_t runs_max_;
  uint64_t input_max_ = UINT64_MAX;
  boost::unordered_flat_map<Run, First> runs_;
};

}  // namespace sonde
