#include "store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string expanded(SchemaLayout layout) {
  std::string text;
  for (const Migration& migration : all_migrations()) {
    const auto statements = expand_migration(migration, layout);
    if (!statements) return statements.error().message;
    for (const std::string& sql : *statements) text += sql + ";\n\n";
  }
  return text;
}

TEST(Migrations, ExpandToTheGoldenFileOfEachLayout) {
  const std::pair<SchemaLayout, const char*> layouts[] = {
      {SchemaLayout::Embedded, "embedded"},
      {SchemaLayout::Replicated, "replicated"},
      {SchemaLayout::Sharded, "sharded"},
  };
  for (const auto& [layout, name] : layouts) {
    const std::string path = fmt::format("{}/tests/golden/schema/{}.sql", SONDE_SOURCE_DIR, name);
    const std::string text = expanded(layout);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
    std::ifstream file(path, std::ios::binary);
    EXPECT_EQ(text, (std::string{std::istreambuf_iterator<char>(file), {}}))
        << path << " differs; UPDATE_GOLDEN=1 rewrites it";
  }
}

TEST(Migrations, AreNamedInTheOrderInWhichTheyAreApplied) {
  unsigned number = 0;
  for (const Migration& migration : all_migrations()) {
    EXPECT_TRUE(migration.name.starts_with(fmt::format("{:04}_", ++number))) << migration.name;
  }
  EXPECT_GT(number, 0U);
}

TEST(Migrations, PlaceholdersAndStatementsOfOneLayoutAreExpanded) {
  const Migration migration = {"0001_t",
                               "-- Why.\n\nCREATE TABLE t${local} ${on_cluster}\n"
                               "(a Int8) -- kept; with a semicolon\n"
                               "ENGINE = ${Replicated}MergeTree ORDER BY a;\n"
                               "-- only: sharded\nCREATE TABLE t AS t_local;\n"
                               "ALTER TABLE t${local} ${on_cluster} DROP COLUMN a ${wait};\n"};
  EXPECT_THAT(*expand_migration(migration, SchemaLayout::Embedded),
              ElementsAre("CREATE TABLE t\n(a Int8) -- kept; with a semicolon\n"
                          "ENGINE = MergeTree ORDER BY a",
                          "ALTER TABLE t DROP COLUMN a"));
  EXPECT_THAT(
      *expand_migration(migration, SchemaLayout::Sharded),
      ElementsAre("CREATE TABLE t_local ON CLUSTER main\n(a Int8) -- kept; with a semicolon\n"
                  "ENGINE = ReplicatedMergeTree ORDER BY a",
                  "CREATE TABLE t AS t_local",
                  "ALTER TABLE t_local ON CLUSTER main DROP COLUMN a SETTINGS alter_sync = "
                  "2, mutations_sync = 2"));
  EXPECT_THAT(*expand_migration(migration, SchemaLayout::Replicated),
              testing::Contains(Not(HasSubstr("_local"))));
}

TEST(Migrations, APlaceholderThatIsNoneFails) {
  EXPECT_FALSE(expand_migration({"0001_t", "SELECT ${shard};\n"}, SchemaLayout::Embedded));
  EXPECT_FALSE(expand_migration({"0001_t", "SELECT ${"}, SchemaLayout::Embedded));
}

}  // namespace
}  // namespace sonde
