#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rendering.h"
#include "store/clickhouse_store.h"
#include "store/migrations.h"
#include "store/open_store.h"

namespace sonde {
namespace {

struct MigrateArguments {
  Arguments common;
  bool dry_run = false;
};

Result<std::string> statements_text(const Settings& settings) {
  const SchemaLayout layout = layout_of(settings);
  std::string text;
  if (!settings.store_url.empty()) text += database_statement(settings, layout) + ";\n\n";
  const std::vector<std::string> statements = TRY(migration_statements(layout));
  for (const std::string& sql : statements) {
    text += sql;
    text += ";\n\n";
  }
  text.pop_back();
  return text;
}

// The embedded store is migrated by opening it.
Result<std::string> migrate_embedded(const Settings& settings) {
  const std::unique_ptr<Store> store = TRY(open_store(settings));
  return fmt::format("the history in {} is up to date\n", TRY(store_place(settings)));
}

Result<std::string> migrate_servers(const Settings& settings) {
  const SchemaLayout layout = layout_of(settings);
  TRY(create_database(settings, layout));
  const std::unique_ptr<Store> store = TRY(open_clickhouse_store(settings));
  const std::string place = TRY(store_place(settings));
  const std::vector<std::string> pending = TRY(pending_migrations(*store));
  if (pending.empty()) return fmt::format("the history at {} is up to date\n", place);
  TRY(migrate(*store, layout));
  return fmt::format("the history at {} has now {}\n", place, fmt::join(pending, ", "));
}

Result<int> run(const MigrateArguments& arguments) {
  const Settings settings = TRY(settings_of(arguments.common));
  std::string text;
  if (arguments.dry_run) {
    text = TRY(statements_text(settings));
  } else if (settings.store_url.empty()) {
    text = TRY(migrate_embedded(settings));
  } else {
    text = TRY(migrate_servers(settings));
  }
  TRY(write_output(arguments.common, text));
  return kExitDone;
}

}  // namespace

std::function<Result<int>()> declare_migrate(CLI::App& command) {
  const auto arguments = std::make_shared<MigrateArguments>();
  command.add_flag("--dry-run", arguments->dry_run,
                   "only print the statements that an empty store would get; asks no server");
  add_settings(command, arguments->common);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
