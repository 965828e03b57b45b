#include <algorithm>

#include "base/time.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/key_book.h"
#include "report/json_writer.h"
#include "store/catalog.h"
#include "store/chdb_store.h"
#include "store/data_folder.h"

namespace sonde {
namespace {

struct KeyArguments {
  Arguments common;
  std::string name;  // Of a project, or a public key.
  std::string scopes = "read,write";
  CLI::App* create = nullptr;
  CLI::App* list = nullptr;
  CLI::App* revoke = nullptr;
};

std::string time_text(const std::optional<int64_t>& time) {
  return time ? format_iso_time(*time).substr(0, 19) : std::string();
}

void time_field(JsonWriter& json, std::string_view name, const std::optional<int64_t>& time) {
  json.known_field(name, time ? format_iso_time(*time) : std::string());
}

std::string projects_text(const std::vector<ProjectRecord>& projects, bool is_json) {
  if (!is_json) {
    size_t width = 7;
    for (const ProjectRecord& project : projects) width = std::max(width, project.name.size());
    std::string text = fmt::format("{:<{}}  created (UTC)\n", "project", width);
    for (const ProjectRecord& project : projects)
      text += fmt::format("{:<{}}  {}\n", project.name, width,
                          project.created_at ? time_text(project.created_at) : "by an import");
    return text;
  }
  JsonWriter json;
  json.begin_object();
  json.key("projects");
  json.begin_array();
  for (const ProjectRecord& project : projects) {
    json.begin_object();
    json.field("name", project.name);
    time_field(json, "created_at", project.created_at);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string keys_text(const std::vector<KeyRecord>& keys, bool is_json) {
  if (!is_json) {
    std::string text = fmt::format("{:<32}  {:<20}  {:<16}  {:<19}  {}\n", "public key", "project",
                                   "scopes", "created (UTC)", "revoked (UTC)");
    for (const KeyRecord& key : keys)
      text += fmt::format("{:<32}  {:<20}  {:<16}  {:<19}  {}\n", key.public_key, key.project,
                          scopes_text(key.scopes), time_text(key.created_at),
                          time_text(key.revoked_at));
    return text;
  }
  JsonWriter json;
  json.begin_object();
  json.key("keys");
  json.begin_array();
  for (const KeyRecord& key : keys) {
    json.begin_object();
    json.field("public_key", key.public_key);
    json.field("project", key.project);
    json.field("scopes", scopes_text(key.scopes));
    time_field(json, "created_at", key.created_at);
    time_field(json, "revoked_at", key.revoked_at);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string new_key_text(const NewKey& key, const std::string& project, bool is_json) {
  if (!is_json) {
    return fmt::format(
        "public key  {}\nsecret key  {}\nThe secret key is not shown again. Both are for project "
        "{}.\n",
        key.public_key, key.secret, project);
  }
  JsonWriter json;
  json.begin_object();
  json.field("project", project);
  json.field("public_key", key.public_key);
  json.field("secret_key", key.secret);
  json.end_object();
  return json.take();
}

Result<int> run_project(const KeyArguments& arguments) {
  const bool is_json = arguments.common.json;
  const Settings settings = TRY(settings_of(arguments.common));
  const auto book = TRY(open_key_book(settings));
  if (arguments.create->parsed()) TRY(book->create_project(arguments.name, now_micros()));
  if (arguments.list->parsed()) {
    const std::vector<ProjectRecord> projects = TRY(book->projects());
    TRY(write_output(arguments.common, projects_text(projects, is_json)));
  }
  return kExitDone;
}

Result<int> run_key(const KeyArguments& arguments) {
  const bool is_json = arguments.common.json;
  const Settings settings = TRY(settings_of(arguments.common));
  const auto book = TRY(open_key_book(settings));
  if (arguments.create->parsed()) {
    const Scopes scopes = TRY(parse_scopes(arguments.scopes));
    const NewKey key = TRY(book->create_key(settings.project, scopes, now_micros()));
    TRY(write_output(arguments.common, new_key_text(key, settings.project, is_json)));
  }
  if (arguments.revoke->parsed()) TRY(book->revoke_key(arguments.name, now_micros()));
  if (arguments.list->parsed()) {
    const bool has_project = settings.origins.contains("project");
    const std::vector<KeyRecord> keys =
        TRY(book->keys(has_project ? settings.project : std::string()));
    TRY(write_output(arguments.common, keys_text(keys, is_json)));
  }
  return kExitDone;
}

CLI::App* add_action(CLI::App& command, KeyArguments& arguments, const std::string& name,
                     const std::string& summary) {
  CLI::App* const action = command.add_subcommand(name, summary);
  action->add_flag("--json", arguments.common.json, "print JSON");
  add_settings(*action, arguments.common);
  return action;
}

}  // namespace

Result<std::unique_ptr<KeyBook>> open_key_book(const Settings& settings) {
  const std::string folder = TRY(data_folder_path(settings));
  Result<std::unique_ptr<KeyBook>> book = KeyBook::open(folder);
  if (book || book.error().code != Code::NotFound) return book;
  // To make the tables the folder must be nobody else's; a server would have made them.
  const std::unique_ptr<DataFolder> lock = TRY(DataFolder::open(folder));
  TRY(Catalog::open(folder));
  return KeyBook::open(folder);
}

std::function<Result<int>()> declare_project(CLI::App& command) {
  const auto arguments = std::make_shared<KeyArguments>();
  command.require_subcommand(1);
  arguments->create = add_action(command, *arguments, "create", "make a project");
  arguments->create->add_option("name", arguments->name, "its name")->required();
  arguments->list = add_action(command, *arguments, "list", "list the projects");
  return [arguments] { return run_project(*arguments); };
}

std::function<Result<int>()> declare_key(CLI::App& command) {
  const auto arguments = std::make_shared<KeyArguments>();
  command.require_subcommand(1);
  arguments->create =
      add_action(command, *arguments, "create", "make a key for --project, shown once");
  arguments->create->add_option("--scopes", arguments->scopes, "what it may do: read, write, admin")
      ->capture_default_str();
  arguments->list =
      add_action(command, *arguments, "list", "list the keys, of one --project or of all");
  arguments->revoke = add_action(command, *arguments, "revoke", "let a key in no more");
  arguments->revoke->add_option("public-key", arguments->name, "its public key")->required();
  return [arguments] { return run_key(*arguments); };
}

}  // namespace sonde
