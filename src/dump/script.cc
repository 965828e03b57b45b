#include "dump/script.h"

#include "dump/shell.h"
#include "dump/tables.h"

namespace sonde::dump {
namespace {

constexpr int kDaysMax = 3650;
constexpr int kSliceHoursMax = 8760;
constexpr size_t kAppsMax = 1000;
constexpr int kSecondsPerHour = 3600;

struct EngineRow {
  std::string_view name;
  Engine engine;
  std::string_view connection;  // Comment lines of the script.
  std::string_view shell;
};

const EngineRow kEngines[] = {
    {"postgres", Engine::Postgres,
     R"(# Connection: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE (user postgres, database dify),
# or the command that runs psql, for example
#   export DIFY_PSQL='docker compose exec -T db_postgres psql -U postgres -d dify'
)",
     kShellPostgres},
    {"mysql", Engine::MySql,
     R"(# Connection: MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_USER, MYSQL_PWD, MYSQL_DATABASE (user root, database dify),
# or the command that runs the client, for example
#   export DIFY_MYSQL='docker compose exec -T -e MYSQL_PWD db_mysql mysql -u root dify'
)",
     kShellMySql},
};

std::string_view shape_mark(ColumnShape shape) {
  switch (shape) {
    case ColumnShape::Json:
      return ":json";
    case ColumnShape::Time:
      return ":time";
    case ColumnShape::Plain:
    case ColumnShape::Other:
      return "";
  }
  return "";
}

std::string_view slicing_name(Slicing slicing) {
  switch (slicing) {
    case Slicing::Whole:
      return "whole";
    case Slicing::Window:
      return "window";
    case Slicing::Sliced:
      return "sliced";
  }
  return "";
}

std::string dump_call(const DumpTable& table) {
  std::string call = fmt::format("dump {} {} {} {} {} {} \\\n  {} \\\n ", table.name,
                                 table.needed ? "needed" : "optional", slicing_name(table.slicing),
                                 shell_word(table.distinct ? "distinct" : ""),
                                 shell_word(table.time), table.app, shell_word(table.from));
  for (const DumpColumn& column : table.columns) {
    std::string word(column.name);
    if (column.optional) word += '?';
    word += shape_mark(column.shape);
    if (!column.from.empty()) word += fmt::format("={}", column.from);
    call += ' ' + shell_word(word);
  }
  return call + '\n';
}

Result<> check_range(std::string_view name, int value, int max) {
  if (value >= 1 && value <= max) return {};
  return fail(Code::InvalidInput, "{} is {}, must be 1 to {}", name, value, max);
}

Result<> check(const ExportOptions& options) {
  TRY(check_range("days", options.days, kDaysMax));
  TRY(check_range("slice-hours", options.slice_hours, kSliceHoursMax));
  TRY(check_text("output-folder", options.folder));
  if (options.apps.size() > kAppsMax) {
    return fail(Code::InvalidInput, "{} apps are named, limit is {}", options.apps.size(),
                kAppsMax);
  }
  for (const std::string& app : options.apps) TRY(check_text("a name in apps", app));
  return {};
}

// The script's start: what it is, how it connects, the settings.
std::string opening(const ExportOptions& options, const EngineRow& engine) {
  std::string script =
      "#!/bin/bash\n"
      "# Dumps what Sonde reads of a self-hosted Dify's database; it only reads.\n"
      "# Made by `sonde dify export-command`. Run it with bash where the database can be "
      "reached.\n";
  script += engine.connection;
  script += kShellHead;
  // A name that begins with a hyphen would be an option to the commands that get it.
  const std::string folder =
      options.folder.starts_with('-') ? "./" + options.folder : options.folder;
  script += fmt::format("folder={}\ndays={}\nslice_seconds={}\n", shell_word(folder), options.days,
                        options.slice_hours * kSecondsPerHour);
  script += "tables='";
  for (const DumpTable& table : dump_tables()) {
    script += fmt::format("{}{}", &table == dump_tables().data() ? "" : " ", table.name);
  }
  return script + "'\n";
}

}  // namespace

Result<Engine> parse_engine(std::string_view name) {
  for (const EngineRow& row : kEngines) {
    if (row.name == name) return row.engine;
  }
  return fail(Code::InvalidInput, "no engine '{}': known are postgres and mysql", name);
}

Result<std::string> export_script(const ExportOptions& options) {
  TRY(check(options));
  const EngineRow& engine = kEngines[options.engine == Engine::Postgres ? 0 : 1];
  std::string script = opening(options, engine);
  script += engine.shell;
  script += kShellCore;
  script += "until=$(ask \"$now_sql\")\nsince=$((until - days * 86400))\n";
  std::string names;
  for (const DumpTable& table : dump_tables()) {
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", table.name);
  }
  script += fmt::format(
      "known=$(ask \"select concat(table_name, '.', column_name, ' ', table_name)\n"
      "  from information_schema.columns where $schema_sql and table_name in (\n"
      "  {})\")\n"
      "known=\" ${{known//$'\\n'/ }} \"\n\n",
      names);
  for (const std::string& app : options.apps) {
    script += fmt::format("find_app {} {}\n", shell_word(app),
                          shell_word(sql_value(options.engine, app)));
  }
  script += "mkdir -p \"$folder\"\ntrap clean_up EXIT\n\n";
  for (const DumpTable& table : dump_tables()) script += dump_call(table);
  script += kShellEnd;
  return script;
}

}  // namespace sonde::dump
