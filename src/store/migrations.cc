#include "store/migrations.h"

#include <algorithm>

#include "base/hash.h"

namespace sonde {
namespace {

constexpr std::string_view kShardedOnly = "-- only: sharded\n";

constexpr Migration kBookkeeping = {
    "migrations",
    "CREATE TABLE IF NOT EXISTS migrations${local} ${on_cluster}\n"
    "(name String, checksum String, applied_at DateTime('UTC') DEFAULT now())\n"
    "ENGINE = ${Replicated}ReplacingMergeTree(applied_at) ORDER BY name;\n"
    // A row is on one shard, and is read from all.
    "-- only: sharded\n"
    "CREATE TABLE IF NOT EXISTS migrations ${on_cluster} AS migrations_local\n"
    "ENGINE = Distributed(main, currentDatabase(), migrations_local, cityHash64(name));\n"};

struct Applied {
  std::string name;
  std::string checksum;
};

Result<std::string_view> replacement(std::string_view placeholder, SchemaLayout layout) {
  const bool is_cluster = layout != SchemaLayout::Embedded;
  if (placeholder == "on_cluster") return is_cluster ? "ON CLUSTER main" : "";
  if (placeholder == "Replicated") return is_cluster ? "Replicated" : "";
  if (placeholder == "local") return layout == SchemaLayout::Sharded ? "_local" : "";
  if (placeholder == "wait") return is_cluster ? "SETTINGS alter_sync = 2, mutations_sync = 2" : "";
  return fail(Code::Internal, "no placeholder '{}' in a migration", placeholder);
}

Result<std::string> expand(std::string_view sql, SchemaLayout layout) {
  std::string text;
  while (true) {
    const size_t begin = sql.find("${");
    text += sql.substr(0, begin);
    if (begin == std::string_view::npos) return text;
    const size_t end = std::min(sql.find('}', begin), sql.size() - 1);
    const std::string_view value = TRY(replacement(sql.substr(begin + 2, end - begin - 2), layout));
    const bool is_word = end + 1 < sql.size() && (sql[end + 1] >= 'A' && sql[end + 1] <= 'z');
    if (value.empty() && !is_word && text.ends_with(' ')) text.pop_back();
    text += value;
    sql.remove_prefix(end + 1);
  }
}

// A statement as it stands in the file: what explains it stays, what is above it goes.
std::string_view without_head(std::string_view statement) {
  while (true) {
    const size_t start = std::min(statement.find_first_not_of(" \n"), statement.size());
    statement.remove_prefix(start);
    if (!statement.starts_with("--") || statement.starts_with(kShardedOnly)) return statement;
    statement.remove_prefix(std::min(statement.find('\n'), statement.size()));
  }
}

std::string checksum_of(const Migration& migration) { return to_hex(hash_bytes(migration.sql)); }

// Names are those of our files: letters, digits and '_'.
std::string mark_as_applied(const Migration& migration) {
  return fmt::format("INSERT INTO migrations (name, checksum) SELECT '{}', '{}'", migration.name,
                     checksum_of(migration));
}

Result<std::vector<Applied>> read_applied(Store& store) {
  const std::string text = TRY(store.query(
      {"SELECT name, argMax(checksum, applied_at) FROM migrations GROUP BY name ORDER BY name",
       {},
       "TSVRaw"}));
  std::vector<Applied> applied;
  size_t at = 0;
  while (at < text.size()) {
    const size_t tab = text.find('\t', at);
    const size_t end = text.find('\n', at);
    CHECK(tab < end && end != std::string::npos);
    applied.push_back({text.substr(at, tab - at), text.substr(tab + 1, end - tab - 1)});
    at = end + 1;
  }
  return applied;
}

// How far the store is; refuses what this program cannot continue.
Result<size_t> count_applied(const std::vector<Applied>& applied,
                             std::span<const Migration> migrations) {
  for (size_t i = 0; i < applied.size(); ++i) {
    if (i >= migrations.size() || applied[i].name != migrations[i].name) {
      return fail(
          Code::InvalidInput,
          "the history has migration {}, which this sonde does not know: it was written by a "
          "newer one, use that or a later one",
          applied[i].name);
    }
    const std::string checksum = checksum_of(migrations[i]);
    if (applied[i].checksum != checksum) {
      return fail(Code::InvalidInput,
                  "the history was made with another {} (checksum {}, here {}): use the sonde that "
                  "made it, or a release",
                  applied[i].name, applied[i].checksum, checksum);
    }
  }
  return applied.size();
}

}  // namespace

Result<std::vector<std::string>> expand_migration(const Migration& migration, SchemaLayout layout) {
  std::vector<std::string> statements;
  std::string_view rest = migration.sql;
  while (true) {
    rest = without_head(rest);
    if (rest.empty()) return statements;
    const size_t end = std::min(rest.find(";\n"), rest.size());
    std::string_view statement = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    if (statement.starts_with(kShardedOnly)) {
      if (layout != SchemaLayout::Sharded) continue;
      statement.remove_prefix(kShardedOnly.size());
    }
    statements.push_back(TRY(expand(statement, layout)));
  }
}

Result<std::vector<std::string>> pending_migrations(Store& store,
                                                    std::span<const Migration> migrations) {
  const std::string tables =
      TRY(store.query({"SELECT count() FROM system.tables WHERE database = currentDatabase() AND "
                       "name = 'migrations'",
                       {},
                       "TSVRaw"}));
  size_t done = 0;
  if (tables != "0\n") {
    const std::vector<Applied> applied = TRY(read_applied(store));
    done = TRY(count_applied(applied, migrations));
  }
  std::vector<std::string> names;
  for (const Migration& migration : migrations.subspan(done)) names.emplace_back(migration.name);
  return names;
}

Result<std::vector<std::string>> migration_statements(SchemaLayout layout,
                                                      std::span<const Migration> migrations) {
  std::vector<std::string> all = TRY(expand_migration(kBookkeeping, layout));
  for (const Migration& migration : migrations) {
    const std::vector<std::string> statements = TRY(expand_migration(migration, layout));
    all.insert(all.end(), statements.begin(), statements.end());
    all.push_back(mark_as_applied(migration));
  }
  return all;
}

Result<> migrate(Store& store, SchemaLayout layout, std::span<const Migration> migrations) {
  const std::vector<std::string> bookkeeping = TRY(expand_migration(kBookkeeping, layout));
  for (const std::string& sql : bookkeeping) TRY(store.execute(sql));
  const std::vector<Applied> applied = TRY(read_applied(store));
  const size_t done = TRY(count_applied(applied, migrations));
  for (const Migration& migration : migrations.subspan(done)) {
    const std::vector<std::string> statements = TRY(expand_migration(migration, layout));
    for (const std::string& sql : statements) TRY(store.execute(sql));
    TRY(store.execute(mark_as_applied(migration)));
  }
  return {};
}

}  // namespace sonde
