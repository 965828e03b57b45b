// Runs the checks over a log and counts what they find. One Optimizer a thread, merged at the end;
// the result is the same for every split of the records.
//
// A record that succeeded gets no finding, unless it proves itself unusable (a silent failure: cut
// off, empty, refused, or not the JSON that was asked for). Associations are about many records.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/association/association.h"
#include "analysis/association/call_collector.h"
#include "analysis/check.h"
#include "analysis/where.h"
#include "model/columns.h"
#include "stats/interval.h"

namespace sonde {

struct OptimizerOptions {
  size_t evidence_max = 5;         // Ids kept a group.
  size_t groups_max = 20'000;      // Findings, and lines of failed prompts, at about 3 KB each.
  size_t templates_max = 200'000;  // Groups whose calls are counted, at 24 bytes each.
  size_t calls_max = 1'000'000;    // Distinct calls remembered to see repeats, at 24 bytes each.
  CallLimits association_limits{};
  AssociationOptions associations{};  // Its evidence_max is set from the one above.
};

struct Effect {
  uint64_t failures_explained = 0;  // Failures whose primary cause this is.
  uint64_t failures_total = 0;      // In the log, silent ones included.
  // Calls of the finding's group and how many of them failed; null when not remembered.
  std::optional<uint64_t> group_calls;
  std::optional<uint64_t> group_failures;
  std::optional<Interval> group_failure_rate;  // 0 to 1.
};

struct Finding {
  std::string id;  // Stable between runs: the check's id and a hash of where it is.
  const Check* check = nullptr;
  std::string subject;                    // Of provider-error: the error class.
  Where where;                            // Template empty where the check does not depend on it.
  uint64_t support = 0;                   // Failures that show it.
  uint64_t silent = 0;                    // Those among them that the log calls a success.
  std::vector<std::string> evidence_ids;  // The earliest.
  std::string evidence;                   // Of the earliest record.
  Patch patch;                            // Likewise.
  Effect effect;                          // Of defects and hints.
  std::optional<AssociationEffect> association;  // Of associations, in its place.
};

struct FailedPrompt {
  Where where;
  std::string prompt;  // The earliest one, one line.
  uint64_t count = 0;
  bool silent = false;  // The log calls it a success.
  std::vector<std::string> example_ids;
  const Check* cause = nullptr;  // Null: none visible, and `sentence` says why.
  std::string subject;
  std::string sentence;
};

struct CheckStatus {
  const Check* check = nullptr;
  bool applies = false;  // The log holds what the check looks at.
};

struct OptimizeResult {
  uint64_t records = 0;
  uint64_t succeeded = 0;  // Silent failures included.
  uint64_t failed = 0;
  uint64_t silent_failures = 0;
  uint64_t not_counted = 0;
  uint64_t unexplained = 0;           // Failures without a visible cause.
  std::vector<Finding> findings;      // Defects, hints: by failures explained, support, id.
  std::vector<Finding> associations;  // By what they would save.
  std::vector<Finding> undecided;     // Associations that need more data.
  size_t association_tests = 0;       // That the adjustment of p allows for.
  std::vector<FailedPrompt> prompts;  // By count, then place.
  std::vector<CheckStatus> checks;    // All, in the order of all_checks() and all_associations().
  std::string applicability;          // "7 of 16 checks apply: no answers, no error messages".
  std::vector<std::string> notes;     // What limits left out.
};

// Not thread-safe.
class Optimizer {
 public:
  explicit Optimizer(const OptimizerOptions& options = {});
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(Optimizer&&) noexcept;
  ~Optimizer();

  void add(const Span& span, Outcome outcome);
  // A span that is not counted, but may say something of calls that are: what was retrieved for
  // them, how they were rated.
  void note(const Span& span);
  // Both must have the same options.
  void merge(Optimizer&& other);
  // Call once, at the end.
  OptimizeResult finish();

  // What add() reads of a span.
  static FieldSet fields();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde
