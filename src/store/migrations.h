// What the store's tables are and how they came to be: the files of schema/migrations/, in the
// program. Forward only; a file is never edited once it was released.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace sonde {

// Where the tables live. The same files serve all three, by four placeholders:
//   ${on_cluster}  the clause that makes every node run a statement
//   ${Replicated}  the prefix of an engine's name
//   ${local}       the end of a table's name, where a Distributed table has the plain one
//   ${wait}        settings that make an ALTER wait for every node
// A statement that begins with "-- only: sharded" is left out in the other two.
enum class SchemaLayout : uint8_t { Embedded, Replicated, Sharded };

struct Migration {
  std::string_view name;  // "0001_spans": what was applied, in order.
  std::string_view sql;
};

// In order. Of the program's life.
std::span<const Migration> all_migrations();

// The statements of one file, without the comments around them. Fails with Internal on a
// placeholder that is none of the four.
Result<std::vector<std::string>> expand_migration(const Migration& migration, SchemaLayout layout);

// The names of those that the store has not had, in order. Changes nothing. Fails with InvalidInput
// as migrate() does.
Result<std::vector<std::string>> pending_migrations(
    Store& store, std::span<const Migration> migrations = all_migrations());

// Every statement that migrate() runs on an empty store, in order.
Result<std::vector<std::string>> migration_statements(
    SchemaLayout layout, std::span<const Migration> migrations = all_migrations());

// Applies what the store has not had yet, a statement at a time. Each statement can be run twice,
// so a process that died halfway costs nothing. Fails with InvalidInput, having changed nothing,
// when the store was written by a newer program, or with another version of one of the files.
Result<> migrate(Store& store, SchemaLayout layout,
                 std::span<const Migration> migrations = all_migrations());

}  // namespace sonde
