// What every format says of a finding. Plain text, not neutralised.
#pragma once

#include <string>
#include <vector>

#include "analysis/optimizer.h"
#include "report/facts.h"
#include "report/findings.h"

namespace sonde {

// "Output cut off (defect)"; "Service error: auth (defect)".
std::string finding_title(const Finding& finding);

// Where, what was seen, how often, the ids that prove it; the measured precision of a hint.
std::vector<Fact> finding_facts(const Finding& finding);

// "app Support, node Answer, model gpt-4o, prompt ..."
std::string where_text(const Where& where);

// Associations that are suggestive but need more data, a line each.
std::vector<std::string> undecided_lines(const OptimizeResult& result);

// The lines of a patch; one for a parameter or an action.
std::vector<std::string> patch_lines(const Patch& patch);

// Why the prompt failed: the check's title, or the sentence for those without a visible cause.
std::string cause_text(const FailedPrompt& prompt);

// What was counted, failures, what success means, filters, files and rejects.
std::vector<Fact> optimize_facts(const OptimizeResult& result, const OptimizeScope& scope,
                                 const ReadReport& read);

// "title: needs answers" for each check that cannot run.
std::vector<std::string> idle_check_lines(const OptimizeResult& result);

// Of the readers and of the limits.
std::vector<std::string> optimize_notes(const OptimizeResult& result, const ReadReport& read);

}  // namespace sonde
