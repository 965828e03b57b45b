// A check looks at one execution and says whether a known fault shows, with what was seen and what
// to change. One file a check; all_checks.cc lists them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analysis/execution.h"
#include "analysis/patch.h"
#include "model/columns.h"

namespace sonde {

enum class FindingKind : uint8_t {
  Defect,       // One record proves it.
  Hint,         // Likely; printed with its measured precision.
  Association,  // Many records show it together; analysis/association/.
};
std::string_view to_string(FindingKind kind);

struct Observation {
  std::string evidence;  // What was seen, with a quote: "stopped after 512 of max_tokens 512".
  Patch patch;
  std::string subject;  // Splits a check's findings where it knows several faults; else empty.
};

// When a check runs. Later stages only look at what earlier ones left open, so that the wording of
// a prompt is not blamed for an outage.
enum class Stage : uint8_t {
  Service,  // What the provider or the error says; settles the case.
  Answer,   // What the answer shows.
  Prompt,   // What the prompt shows.
  Hint,     // Runs where nothing else was found.
};

struct Precision {
  uint32_t right = 0;  // Flagged rows that carry the label.
  uint32_t flagged = 0;
  uint32_t examples = 0;  // Rows of the labelled set.
};

struct Check {
  std::string_view id;
  FindingKind kind;
  Stage stage;
  // Whether findings differ by prompt template; a rate limit does not.
  bool per_template;
  std::string_view title;
  std::string_view description;
  // Alternatives: the log must show every field of one of them somewhere. Unused ones are empty.
  std::array<FieldSet, 3> needs;
  std::string_view needs_words;
  // Measured on tests/labelled; all zero where nothing was measured.
  Precision precision;
  std::optional<Observation> (*run)(const Execution&);
};

// In the order in which they explain a failure: the first defect found is its primary cause.
std::span<const Check> all_checks();
// Null when there is none.
const Check* find_check(std::string_view id);

extern const Check kContextExceeded;
extern const Check kRateLimited;
extern const Check kTimedOut;
extern const Check kProviderError;
extern const Check kUnfilledVariable;
extern const Check kOutputCutOff;
extern const Check kInvalidJson;
extern const Check kEmptyAnswer;
extern const Check kRefusal;
extern const Check kLanguageMismatch;
extern const Check kNoOutputFormat;
extern const Check kMissingInstruction;
extern const Check kOversizedPrompt;
extern const Check kRepeatedCall;
extern const Check kContradictoryInstructions;
extern const Check kVagueWording;

}  // namespace sonde
