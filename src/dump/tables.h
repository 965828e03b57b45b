// What Sonde reads of Dify's database: tables, columns, and how their rows are found. The facts of
// the schema are those of Dify 1.16, older versions cross-checked.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sonde::dump {

enum class ColumnShape : uint8_t {
  Plain,
  Json,   // A JSON column, dumped as a string: its own text may hold line ends.
  Time,   // A timestamp without zone; Dify writes UTC.
  Other,  // Not of the table itself: `from` gives it, as "alias.column".
};

struct DumpColumn {
  std::string_view name;
  ColumnShape shape = ColumnShape::Plain;
  bool optional = false;  // Some version of Dify lacks it; it is null then.
  std::string_view from = {};
};

enum class Slicing : uint8_t {
  Whole,   // Small, and rows of any age are needed: names and versions.
  Window,  // The rows of the wanted days, in one query.
  Sliced,  // The same in many queries, so that none holds the database for long.
};

// The table's own rows go by the alias t.
struct DumpTable {
  std::string_view name;
  Slicing slicing;
  bool distinct;          // The joins repeat rows.
  std::string_view time;  // What the window bounds; empty for whole tables.
  std::string_view app;   // What --apps bounds.
  std::string_view from;  // The table with its joins and conditions that hold always.
  bool needed;            // The database is not Dify's when it is missing.
  std::span<const DumpColumn> columns;
};

// In the order in which a reader wants them: names first, then executions from coarse to fine.
std::span<const DumpTable> dump_tables();

}  // namespace sonde::dump
