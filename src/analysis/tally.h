// What one Optimizer keeps while records stream by. Internal to optimizer.cc and
// optimize_result.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/bounded_map.h"
#include "analysis/optimizer.h"

namespace sonde {

// A record by where it stands in the log, and its id.
struct Example {
  uint32_t file = 0;
  uint64_t byte = 0;
  std::string id;

  auto order() const { return std::tie(file, byte, id); }
  friend bool operator<(const Example& a, const Example& b) { return a.order() < b.order(); }
};
Example example_of(const Span& span);

// The earliest records, in order, at most `limit`.
class Examples {
 public:
  // True when the record is now the earliest.
  bool add(const Example& example, size_t limit);
  void merge(const Examples& other, size_t limit);
  const std::vector<Example>& list() const { return list_; }

 private:
  std::vector<Example> list_;
};

struct CallTally {
  uint64_t calls = 0;
  uint64_t failures = 0;
};

struct FindingGroup {
  const Check* check = nullptr;
  std::string subject;
  uint64_t tally_key = 0;
  uint64_t support = 0;
  uint64_t silent = 0;
  uint64_t explained = 0;
  Examples examples;
  // Of the earliest example:
  Where where;
  std::string evidence;
  Patch patch;
};

struct PromptGroup {
  const Check* cause = nullptr;
  std::string subject;
  bool silent = false;
  uint64_t count = 0;
  WhereKey key{};
  uint64_t call = 0;    // Of a group without a cause, whose records are the same call.
  uint64_t tokens = 0;  // Likewise.
  Examples examples;
  // Of the earliest example:
  Where where;
  std::string prompt;
  std::string sentence;
};

// Prompt sizes in tokens, in steps of a sixteenth of a power of two: merging is exact.
class SizeHistogram {
 public:
  void add(uint64_t tokens);
  void merge(const SizeHistogram& other);
  // The lower edge of the step that holds the median; 0 without records.
  uint64_t median() const;

 private:
  static constexpr int kStepBits = 4;
  std::array<uint64_t, size_t{64} << kStepBits> counts_{};
  uint64_t total_ = 0;
};

struct Optimizer::State {
  explicit State(const OptimizerOptions& given)
      : options(given),
        tallies(given.templates_max),
        calls(given.calls_max),
        findings(given.groups_max),
        prompts(given.groups_max),
        collector(given.association_limits) {}

  OptimizerOptions options;
  OptimizeResult totals;  // Only its counts.
  FieldSet seen;
  BoundedMap<CallTally> tallies;
  BoundedMap<Repeats> calls;
  BoundedMap<FindingGroup> findings;
  BoundedMap<PromptGroup> prompts;
  SizeHistogram sizes;
  CallCollector collector;
};

void join(FindingGroup& mine, FindingGroup&& theirs, size_t evidence_max);
void join(PromptGroup& mine, PromptGroup&& theirs, size_t evidence_max);

// Identifies a finding or a prompt group.
uint64_t finding_key(const Check& check, std::string_view subject, const WhereKey& where);

}  // namespace sonde
