#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "cli/rendering.h"
#include "store/statement.h"

namespace sonde {
namespace {

struct SqlArguments {
  Arguments common;
  std::string statement;
};

struct SqlFormat {
  std::string_view name;
  std::string_view of_engine;
};
constexpr SqlFormat kFormats[] = {{"table", "PrettyCompactNoEscapes"},
                                  {"json", "JSON"},
                                  {"jsonl", "JSONEachRow"},
                                  {"csv", "CSVWithNames"},
                                  {"tsv", "TSVWithNames"}};

Result<std::string> engine_format(const Arguments& arguments) {
  const std::string name = arguments.json ? "json" : arguments.format;
  for (const SqlFormat& format : kFormats) {
    if (format.name == name) return std::string(format.of_engine);
  }
  return fail(Code::InvalidInput, "no format '{}': sonde sql knows table, json, jsonl, csv and tsv",
              name);
}

std::string read_standard_input() {
  std::string text;
  char buffer[4096];
  for (size_t size = 0; (size = std::fread(buffer, 1, sizeof(buffer), stdin)) > 0;)
    text.append(buffer, size);
  return text;
}

Result<int> run(const SqlArguments& arguments) {
  const std::string format = TRY(engine_format(arguments.common));
  const std::string sql = arguments.statement == "-" ? read_standard_input() : arguments.statement;
  TRY(check_reads_only(sql));
  const Settings settings = TRY(settings_of(arguments.common));
  OpenHistory history = TRY(open_to_read(settings));
  bool written = true;
  TRY(history.store().stream({sql, {}, format}, [&](std::string_view piece) {
    written = std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
    return written;
  }));
  if (std::fflush(stdout) != 0 || !written)
    return fail(Code::Unavailable, "cannot write to standard output");
  return kExitDone;
}

}  // namespace

std::function<Result<int>()> declare_sql(CLI::App& command) {
  const auto arguments = std::make_shared<SqlArguments>();
  command.add_option("STATEMENT", arguments->statement, "one statement that reads; - is stdin")
      ->required();
  command
      .add_option("--format", arguments->common.format, "output: table, json, jsonl, csv or tsv")
      ->capture_default_str();
  command.add_flag("--json", arguments->common.json, "the same as --format json");
  add_settings(command, arguments->common);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
