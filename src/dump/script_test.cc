#include "dump/script.h"

#include <gmock/gmock.h>

#include "dump/tables.h"

namespace sonde::dump {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(const ExportOptions& options) {
  const Result<std::string> script = export_script(options);
  return script ? "" : script.error().message;
}

TEST(ExportScript, DumpsEveryTableWithEveryColumn) {
  for (const Engine engine : {Engine::Postgres, Engine::MySql}) {
    const std::string script = export_script({.engine = engine}).value();
    for (const DumpTable& table : dump_tables()) {
      const size_t at = script.find("\ndump " + std::string(table.name) + " ");
      ASSERT_NE(at, std::string::npos) << table.name;
      const std::string call = script.substr(at, script.find("\ndump ", at + 1) - at);
      for (const DumpColumn& column : table.columns) {
        EXPECT_THAT(call, HasSubstr(" '" + std::string(column.name))) << table.name;
      }
    }
  }
}

TEST(ExportScript, DumpsTheTablesThatTheReadersKnow) {
  std::vector<std::string_view> names;
  for (const DumpTable& table : dump_tables()) names.push_back(table.name);
  EXPECT_THAT(names, testing::ElementsAre("apps", "app_model_configs", "workflows", "conversations",
                                          "messages", "message_feedbacks", "workflow_runs",
                                          "workflow_app_logs", "workflow_node_executions",
                                          "workflow_node_execution_offload"));
}

TEST(ExportScript, AsksEachEngineInItsOwnWords) {
  const std::string postgres = export_script({}).value();
  EXPECT_THAT(postgres, HasSubstr("FETCH_COUNT=1000"));
  EXPECT_THAT(postgres, HasSubstr("row_to_json"));
  EXPECT_THAT(postgres, Not(HasSubstr("json_object")));
  const std::string mysql = export_script({.engine = Engine::MySql}).value();
  EXPECT_THAT(mysql, HasSubstr("--quick"));
  EXPECT_THAT(mysql, HasSubstr("json_object"));
  EXPECT_THAT(mysql, Not(HasSubstr("row_to_json")));
}

TEST(ExportScript, StopsAtTheFirstFailure) {
  const std::string script = export_script({}).value();
  EXPECT_TRUE(script.starts_with("#!/bin/bash\n"));
  EXPECT_THAT(script, HasSubstr("\nset -euo pipefail\n"));
}

TEST(ExportScript, QuotesNamesForTheShellAndTheDatabase) {
  const std::string script =
      export_script({.apps = {"O'Brien $(id)"}, .folder = "my $(id) 'logs'"}).value();
  EXPECT_THAT(script,
              HasSubstr("\nfind_app 'O'\\''Brien $(id)' ''\\''O'\\'''\\''Brien $(id)'\\'''\n"));
  EXPECT_THAT(script, HasSubstr("\nfolder='my $(id) '\\''logs'\\'''\n"));
}

TEST(ExportScript, KeepsAFolderWithAHyphenFromBeingAnOption) {
  EXPECT_THAT(export_script({.folder = "-rf"}).value(), HasSubstr("\nfolder='./-rf'\n"));
}

TEST(ExportScript, TellsTheWindowAndTheSlicesInSeconds) {
  const std::string script = export_script({.days = 7, .slice_hours = 6}).value();
  EXPECT_THAT(script, HasSubstr("\ndays=7\nslice_seconds=21600\n"));
}

TEST(ExportScript, RefusesOptionsOutOfRange) {
  EXPECT_EQ(refusal({.days = 0}), "days is 0, must be 1 to 3650");
  EXPECT_EQ(refusal({.days = 3651}), "days is 3651, must be 1 to 3650");
  EXPECT_EQ(refusal({.slice_hours = 0}), "slice-hours is 0, must be 1 to 8760");
  EXPECT_EQ(refusal({.slice_hours = 8761}), "slice-hours is 8761, must be 1 to 8760");
  EXPECT_EQ(refusal({.folder = ""}), "output-folder is empty");
  EXPECT_EQ(refusal({.folder = "a\nrm -r b"}), "output-folder has a control character");
  EXPECT_EQ(refusal({.apps = {"good", "bad\n\\! id"}}), "a name in apps has a control character");
  EXPECT_EQ(refusal({.apps = {""}}), "a name in apps is empty");
  EXPECT_EQ(refusal({.apps = std::vector<std::string>(1001, "a")}),
            "1001 apps are named, limit is 1000");
}

TEST(ParseEngine, KnowsTwo) {
  EXPECT_EQ(parse_engine("postgres").value(), Engine::Postgres);
  EXPECT_EQ(parse_engine("mysql").value(), Engine::MySql);
  EXPECT_EQ(parse_engine("oracle").error().message,
            "no engine 'oracle': known are postgres and mysql");
}

}  // namespace
}  // namespace sonde::dump
