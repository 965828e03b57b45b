// sonde backup and sonde restore: the two ends of one folder.
#include "ingest/backup.h"

#include "base/time.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "report/json_writer.h"
#include "store/chdb_store.h"

namespace sonde {
namespace {

struct BackupArguments : Arguments {
  std::string folder;
};

// `done` says what happened: "Wrote", "Restored".
std::string to_text(const BackupManifest& manifest, std::string_view done,
                    const std::string& backup, const std::string& history) {
  std::string text =
      fmt::format("{} {} spans of {} project{}\n  backup   {}, made at {}\n", done,
                  format_count(manifest.spans()), manifest.projects.size(),
                  manifest.projects.size() == 1 ? "" : "s", backup, manifest.made_at);
  return text + fmt::format("  history  {}\n", history);
}

std::string to_json(const BackupManifest& manifest, const std::string& backup,
                    const std::string& history) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("backup", backup);
  json.field("data_dir", history);
  json.field("made_at", manifest.made_at);
  json.field("spans", manifest.spans());
  json.key("projects");
  json.begin_object();
  for (const auto& [name, spans] : manifest.projects) json.field(name, spans);
  json.end_object();
  json.end_object();
  return json.take();
}

Result<int> backup(const BackupArguments& arguments) {
  const bool is_json = TRY(wants_json(arguments));
  const Settings settings = TRY(settings_of(arguments));
  TRY(require_data_folder(settings, "backup"));
  TRY(require_history(settings));
  const std::unique_ptr<History> history = TRY(History::open(settings));
  const BackupManifest manifest = TRY(write_backup(*history, arguments.folder, now_micros()));
  const std::string from = TRY(data_folder_path(settings));
  TRY(write_output(arguments, is_json ? to_json(manifest, arguments.folder, from)
                                      : to_text(manifest, "Wrote", arguments.folder, from)));
  return 0;
}

Result<int> restore(const BackupArguments& arguments) {
  const bool is_json = TRY(wants_json(arguments));
  const Settings settings = TRY(settings_of(arguments));
  TRY(require_data_folder(settings, "restore"));
  const BackupManifest manifest = TRY(restore_backup(arguments.folder, settings));
  const std::string to = TRY(data_folder_path(settings));
  TRY(write_output(arguments, is_json ? to_json(manifest, arguments.folder, to)
                                      : to_text(manifest, "Restored", arguments.folder, to)));
  return 0;
}

std::function<Result<int>()> declare(CLI::App& command, const std::string& description,
                                     Result<int> (*run)(const BackupArguments&)) {
  const auto arguments = std::make_shared<BackupArguments>();
  command.add_option("FOLDER", arguments->folder, description)->required();
  add_json_option(command, *arguments);
  add_settings(command, *arguments);
  return [arguments, run] { return run(*arguments); };
}

}  // namespace

std::function<Result<int>()> declare_backup(CLI::App& command) {
  return declare(command, "the folder to make, with a copy of the whole history", backup);
}

std::function<Result<int>()> declare_restore(CLI::App& command) {
  return declare(command, "a folder that sonde backup made; the data folder must hold no history",
                 restore);
}

}  // namespace sonde
