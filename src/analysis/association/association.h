// An association is what many records show together, by statistics: failures that go with a
// temperature, a version, an hour. One file each; all_associations.cc lists them.
//
// It is never mixed with the defects that single records prove (analysis/check.h): it has its own
// kind, its own section, and says whether it is counted, seen on the same inputs, or only observed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/association/call.h"
#include "analysis/association/contrast.h"
#include "analysis/check.h"
#include "analysis/patch.h"
#include "analysis/where.h"

namespace sonde {

struct AssociationOptions {
  double margin = 0.02;           // The difference of rates that matters, as a share.
  double relative_margin = 0.10;  // Of times, costs and tokens.
  size_t evidence_max = 5;
  unsigned threads = 1;  // That look for them; the outcome is the same for any number.
};

// How the effect is known.
enum class Basis : uint8_t {
  Counted,   // Arithmetic on the log: no chance is involved.
  Paired,    // The same inputs ran both ways: the inputs are not the cause.
  Observed,  // Who got which was not left to chance: there may be another cause.
};
std::string_view to_string(Basis basis);

// An amount with the limits that the effect's interval gives it; counted ones have none.
struct Amount {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
};

// What following the advice would have saved in this log; null where it cannot be told.
struct Saving {
  std::optional<Amount> failures;
  std::optional<Amount> seconds;  // Of response time, added up over calls.
  std::optional<Amount> cost;     // Billionths of the currency.
  std::string currency;
  std::optional<Amount> tokens;
};

struct AssociationEffect {
  std::string_view metric;  // "failure_rate", "dislike_rate", "latency", "cost", "tokens", ...
  std::string_view unit;    // "share", "ratio" (1 is no difference), "seconds", "tokens", ...
  std::string variant;      // What the finding is about, or what it advises: "temperature 0.9".
  std::string baseline;     // What it is compared with: "temperature 0.2", "all others".
  Contrast contrast;
  double p_adjusted = 1;  // Benjamini-Hochberg over all that the log was tested for.
  Basis basis = Basis::Observed;
  std::string strata;              // What makes work the same, in words: "model and category".
  std::optional<double> margin;    // Of advice that is no worse: the loss that was excluded.
  std::optional<uint64_t> needed;  // Calls more a side, where the data carry no verdict.
  Saving saving;
};

// What all calls that show something have in common; 0 (kNoTemplate) where they differ.
struct CommonPlace {
  uint64_t app = 0;
  uint64_t place = 0;
  uint64_t category = 0;
  uint64_t model = 0;
  uint32_t prompt_template = kNoTemplate;
};

// What an association found, before the number of tests is allowed for.
struct Candidate {
  std::string subject;  // Tells an association's findings apart: "temperature 0.9", "hour 14".
  std::vector<uint32_t> calls;  // Indexes of the first calls that show it.
  uint64_t support = 0;         // How many calls show it.
  CommonPlace common;           // Of all of them.
  std::string evidence;         // What was seen, in a sentence.
  Patch patch;
  AssociationEffect effect;
  // Whether the effect is one: the interval excludes none, and what matters is reached. With the
  // adjusted p it becomes a finding; without, "not enough data" when it is suggestive.
  bool supported = false;
  // p for the adjustment: contrast.p_value, or that of a non-inferiority test. Null: counted.
  std::optional<double> p_value;
};

// `find` is a pure function: several may run at once on one table.
struct Association {
  Check check;  // Its names; kind Association, never run on a single record.
  std::vector<Candidate> (*find)(const CallTable& table, const AssociationOptions& options);
};

std::span<const Association> all_associations();

extern const Association kRateLimitBursts;
extern const Association kRetryStorm;
extern const Association kTimeoutsByLength;
extern const Association kParameterEffect;
extern const Association kJsonValidity;
extern const Association kFewShot;
extern const Association kCachePrefix;
extern const Association kDuplicateCalls;
extern const Association kVersionWorse;
extern const Association kDislikesGather;
extern const Association kEmptyRetrieval;
extern const Association kGroupDiffers;
extern const Association kShorterWording;
extern const Association kModelAlternative;

// --- What the files have in common ---

// Fewer calls on a side are not tested.
inline constexpr uint64_t kSideCallsMin = 10;

// Prompt template, model and category of a call: what makes work the same. Leave out what is
// compared.
struct StratumParts {
  bool place = true;
  bool prompt = true;
  bool model = true;
  bool category = true;
};
uint64_t stratum_of(const CallTable& table, const Call& call, StratumParts parts = {});

// Whether a call's template is one: named by the log, or recovered from at least 1 % of the calls.
bool is_template(const CallTable& table, uint32_t prompt_template);

// A candidate from a contrast of rates of something bad: `metric` is "failure_rate" or its like.
// Fills effect (but for names) with its saving of failures when that is the metric, p_value, and
// `supported`: worse by at least the margin, and the interval excludes no difference.
Candidate worse_candidate(const Contrast& contrast, std::string_view metric,
                          const AssociationOptions& options);

// Records a side that a contrast of rates still lacks to show a difference of `margin` (or the one
// seen, when larger) 4 times in 5; null when it has them.
std::optional<uint64_t> rate_records_needed(const Contrast& contrast, double margin);

// One-sided p-value of "loses at least `margin`" for a rate of something bad, from the upper limit
// of its difference (stats/difference.h, non_inferiority()).
double loss_p_value(const Contrast& contrast, double margin);

// Calls for which `shows` holds: counts them, keeps the first, and what all have in common.
void fill_evidence(const CallTable& table, const AssociationOptions& options,
                   const std::function<bool(const Call&)>& shows, Candidate& candidate);

// `value` a call less over `calls` calls, with the limits of `interval`; all of them per call.
Amount amount_of(double value, const Interval& interval, double calls);

// "12.0 %"; for sentences.
std::string percent(double share);

}  // namespace sonde
