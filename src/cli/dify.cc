#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "dump/script.h"

namespace sonde {
namespace {

struct ExportArguments {
  dump::ExportOptions options;
  std::string engine = "postgres";
  Arguments output;
};

std::string as_json(const std::string& script) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer writer(buffer);
  writer.StartObject();
  writer.Key("script");
  writer.String(script);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

Result<int> run(ExportArguments& arguments) {
  arguments.options.engine = TRY(dump::parse_engine(arguments.engine));
  const std::string script = TRY(dump::export_script(arguments.options));
  TRY(write_output(arguments.output, arguments.output.json ? as_json(script) : script));
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_dify(CLI::App& command) {
  const auto arguments = std::make_shared<ExportArguments>();
  dump::ExportOptions& options = arguments->options;
  command.require_subcommand(1);
  CLI::App* const sub = command.add_subcommand(
      "export-command", "print a shell script that dumps what Sonde reads of a Dify database");
  sub->add_option("--days", options.days, "how many days back (default 30)");
  sub->add_option("--apps", options.apps, "only these apps: ids or names, with commas between")
      ->delimiter(',');
  sub->add_option("--engine", arguments->engine, "postgres (default) or mysql");
  sub->add_option("--output-folder", options.folder,
                  "where the script writes its files (default dify-dump)");
  sub->add_option("--slice-hours", options.slice_hours,
                  "how much time one query covers (default 24)");
  sub->add_flag("--json", arguments->output.json, "as JSON: {\"script\": ...}");
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
