// Renders what `sonde check` judged: a line a rule, JSON, and the messages that are posted.
#pragma once

#include <string>
#include <vector>

#include "metrics/rule.h"
#include "report/report.h"
#include "sources/reader.h"

namespace sonde {

struct CheckScope {
  Level level = Level::Call;
  std::string success;
  std::string time_zone;
  std::vector<std::string> filters;  // As typed.
  uint64_t without_time = 0;         // Records that no --since or --until can place.
};

// What one result says: "fired      success_rate < 0.95: success_rate is 0.849, ...". Plain text,
// not neutralised.
std::string rule_line(const RuleResult& result, const CheckResult& check, Level level);

// Table: a line a rule; with groups, a line for each group that fired or is suspected, at most
// options.groups_shown a rule, and one for the rest. Json: every rule and group. As
// render_analysis() of report/report.h.
std::string render_rules(const CheckResult& check, const CheckScope& scope, const ReadReport& read,
                         const RenderOptions& options);

enum class MessageForm : uint8_t { Json, Slack };

// The body to post about what fired and what does so no longer ("success_rate < 0.95 [app A]").
// Lists the first of either only, so that it stays below the limits of chat systems.
std::string render_message(const CheckResult& check, const std::vector<std::string>& recovered,
                           const CheckScope& scope, MessageForm form);

// Names a rule and its group: "success_rate < 0.95 [app A]".
std::string rule_name(const RuleResult& result, const CheckResult& check);

}  // namespace sonde
