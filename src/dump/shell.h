// The parts of the printed script that do not depend on the options.
#pragma once

#include <string_view>

namespace sonde::dump {

// In the order of the script: what says and stops, how one engine is asked, how a table is dumped.
// The settings (folder, days, slice_seconds) stand between kShellHead and the engine.
extern const std::string_view kShellHead;
extern const std::string_view kShellPostgres;
extern const std::string_view kShellMySql;
extern const std::string_view kShellCore;
// After the tables.
extern const std::string_view kShellEnd;

}  // namespace sonde::dump
