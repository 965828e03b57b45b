// Which rules had fired when `sonde check` last ran: what --notify-state keeps.
#pragma once

#include <set>
#include <string>

#include "base/result.h"

namespace sonde {

// Names as rule_name() of report/rules.h makes them. A file that does not exist holds none.
// Fails with InvalidInput (no state of ours, or over 16 MiB) or Unavailable.
Result<std::set<std::string>> read_alarm_state(const std::string& path);

// Replaces the file as a whole, so that a reader finds the old state or the new one.
// Fails with Unavailable.
Result<> write_alarm_state(const std::string& path, const std::set<std::string>& fired);

}  // namespace sonde
