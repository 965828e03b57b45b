#include <algorithm>
#include <clocale>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/version.h"
#include "report/text_width.h"

namespace {

using sonde::Command;
using sonde::Result;

// What the compiler was told to use; older processors get a sentence instead of a crash.
bool is_processor_known() {
#ifdef __AVX2__
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
#else
  return true;
#endif
}

// A message may quote a file's name or content, which must not steer the terminal.
std::string printable(std::string_view message) {
  std::string text;
  while (true) {
    const size_t end = std::min(message.find('\n'), message.size());
    text += sonde::sanitize_line(message.substr(0, end));
    if (end == message.size()) return text;
    text += '\n';
    message.remove_prefix(end + 1);
  }
}

int unknown_command(std::string_view name) {
  std::vector<std::string_view> known;
  for (const sonde::Command& command : sonde::all_commands()) known.push_back(command.name);
  const std::string_view meant = sonde::nearest(name, known);
  fmt::print(stderr, "sonde: no command '{}': {}\n", printable(name),
             meant.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                           : fmt::format("did you mean '{}'?", meant));
  return sonde::kExitUsage;
}

int run(int argc, char** argv) {
  CLI::App app("Sonde shows how your prompts behave, and what to change.", "sonde");
  app.set_version_flag("--version", std::string("sonde ") + sonde::kVersion);
  app.require_subcommand(1);
  app.footer("\nStart with: sonde analyze logs.json\n`sonde COMMAND --help` has examples.");
  std::map<std::string, std::function<Result<int>()>, std::less<>> runs;
  for (const Command& command : sonde::all_commands()) {
    CLI::App* const sub =
        app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->footer("\nExamples:\n" + std::string(command.examples) + command.reference());
    runs.emplace(command.name, command.declare(*sub));
  }
  if (argc > 1 && argv[1][0] != '-' && !runs.contains(argv[1])) return unknown_command(argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? sonde::kExitDone : sonde::kExitUsage;
  }
  const Result<int> result = runs.at(app.get_subcommands().front()->get_name())();
  if (result) return *result;
  fmt::print(stderr, "sonde: {}\n", printable(result.error().message));
  return sonde::exit_code(result.error().code);
}

}  // namespace

int main(int argc, char** argv) {
  if (!is_processor_known()) {
    std::fputs("sonde: this build needs a processor with AVX2; build with -DSONDE_MARCH=x86-64\n",
               stderr);
    return sonde::exit_code(sonde::Code::Unavailable);
  }
  std::setlocale(LC_ALL, "C.UTF-8");
  sonde::watch_interrupts();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // Out of memory, or a bug in a library's use.
    fmt::print(stderr, "sonde: internal error: {}\n", error.what());
    return sonde::exit_code(sonde::Code::Internal);
  }
}
