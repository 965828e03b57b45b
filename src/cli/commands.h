// The table of commands: one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sonde {

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view examples;  // Printed below --help.
  // Declares the options and returns what runs them; the result is the exit code.
  std::function<Result<int>()> (*declare)(CLI::App& command);
  // What else --help prints, from the program's tables.
  std::string (*reference)();
};

std::span<const Command> all_commands();

std::function<Result<int>()> declare_serve(CLI::App& command);
std::function<Result<int>()> declare_project(CLI::App& command);
std::function<Result<int>()> declare_key(CLI::App& command);
std::function<Result<int>()> declare_analyze(CLI::App& command);
std::function<Result<int>()> declare_optimize(CLI::App& command);
std::function<Result<int>()> declare_check(CLI::App& command);
std::function<Result<int>()> declare_report(CLI::App& command);
std::function<Result<int>()> declare_dify(CLI::App& command);
std::function<Result<int>()> declare_compare(CLI::App& command);
std::function<Result<int>()> declare_convert(CLI::App& command);
std::function<Result<int>()> declare_logs(CLI::App& command);
std::function<Result<int>()> declare_metrics(CLI::App& command);
std::function<Result<int>()> declare_export(CLI::App& command);
std::function<Result<int>()> declare_backup(CLI::App& command);
std::function<Result<int>()> declare_doctor(CLI::App& command);
std::function<Result<int>()> declare_erase(CLI::App& command);
std::function<Result<int>()> declare_restore(CLI::App& command);
std::function<Result<int>()> declare_retention(CLI::App& command);
std::function<Result<int>()> declare_show(CLI::App& command);
std::function<Result<int>()> declare_import(CLI::App& command);
std::function<Result<int>()> declare_ledger(CLI::App& command);
std::function<Result<int>()> declare_sql(CLI::App& command);
std::function<Result<int>()> declare_migrate(CLI::App& command);
std::function<Result<int>()> declare_settings(CLI::App& command);

}  // namespace sonde
