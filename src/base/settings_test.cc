#include "base/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sonde {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    root_ =
        std::filesystem::path(testing::TempDir()) / ("sonde_settings_" + std::string(info->name()));
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "work");
    std::filesystem::create_directories(root_ / "config/sonde");
    options_.working_dir = (root_ / "work").string();
    options_.environment["XDG_CONFIG_HOME"] = (root_ / "config").string();
  }
  ~SettingsTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& file, std::string_view text) const {
    std::ofstream(root_ / file) << text;
  }
  void write_work(std::string_view text) const { write("work/sonde.toml", text); }
  void write_home(std::string_view text) const { write("config/sonde/sonde.toml", text); }
  Settings load() const {
    Result<Settings> settings = load_settings(options_);
    EXPECT_TRUE(settings.has_value()) << settings.error().message;
    return settings.value_or(Settings{});
  }
  // Without the folder of the test.
  std::string error() const {
    const Result<Settings> settings = load_settings(options_);
    if (settings) return "no error";
    std::string message = settings.error().message;
    const std::string folder = root_.string() + "/";
    if (message.starts_with(folder)) message.erase(0, folder.size());
    return message;
  }

  std::filesystem::path root_;
  LoadOptions options_;
};

TEST_F(SettingsTest, AreTheDefaultsWhereNothingIsSet) {
  const Settings settings = load();
  EXPECT_EQ(settings.nesting_max, 512);
  EXPECT_EQ(settings.groups_max, 10'000);
  EXPECT_EQ(settings.exact_values_max, 16'384);
  EXPECT_EQ(settings.color, "auto");
  EXPECT_TRUE(settings.origins.empty());
}

TEST_F(SettingsTest, EachSourceOverridesTheOnesBelow) {
  write_home("threads = 1\ngroups-max = 1\nfindings-max = 1\nevidence-ids-max = 5\n");
  write_work("threads = 2\ngroups-max = 2\nfindings-max = 2\n");
  options_.environment["SONDE_THREADS"] = "3";
  options_.environment["SONDE_GROUPS_MAX"] = "3";
  options_.flags["threads"] = "4";
  const Settings settings = load();
  EXPECT_EQ(settings.threads, 4);
  EXPECT_EQ(settings.groups_max, 3);
  EXPECT_EQ(settings.findings_max, 2);
  EXPECT_EQ(settings.evidence_ids_max, 5);
  EXPECT_THAT(settings.origins,
              ElementsAre(Pair("evidence-ids-max", EndsWith("config/sonde/sonde.toml:4")),
                          Pair("findings-max", EndsWith("work/sonde.toml:3")),
                          Pair("groups-max", "SONDE_GROUPS_MAX"), Pair("threads", "--threads")));
}

TEST_F(SettingsTest, HomeHoldsTheFileWhereXdgIsUnset) {
  options_.environment = {{"HOME", root_.string()}};
  std::filesystem::create_directories(root_ / ".config/sonde");
  write(".config/sonde/sonde.toml", "color = 'never'");
  EXPECT_EQ(load().color, "never");
}

TEST_F(SettingsTest, SizesTakeUnits) {
  write_work("memory-bytes-max = '64MB'\ndocument-bytes-max = 4096\n");
  options_.flags["document-bytes-max"] = "2MiB";
  const Settings settings = load();
  EXPECT_EQ(settings.memory_bytes_max, 64'000'000);
  EXPECT_EQ(settings.document_bytes_max, 2'097'152);
}

TEST_F(SettingsTest, PathsInAFileAreRelativeToIt) {
  write_home("category-map = 'categories.toml'\ntemp-dir = '/var/tmp'\n");
  const Settings settings = load();
  EXPECT_EQ(settings.category_map, (root_ / "config/sonde/categories.toml").string());
  EXPECT_EQ(settings.temp_dir, "/var/tmp");
  options_.flags["category-map"] = "mine.toml";
  EXPECT_EQ(load().category_map, "mine.toml");
}

TEST_F(SettingsTest, SuccessCanDifferByApp) {
  write_home("[apps.'Harbor Support']\nsuccess = 'refusal'\n[apps.b]\nsuccess = 'status = ok'\n");
  write_work("success = 'not refusal'\n[apps.'Harbor Support']\nsuccess = 'feedback = like'\n");
  const Settings settings = load();
  EXPECT_EQ(settings.success_of("Harbor Support"), "feedback = like");
  EXPECT_EQ(settings.success_of("b"), "status = ok");
  EXPECT_EQ(settings.success_of("c"), "not refusal");
}

TEST_F(SettingsTest, AProjectKeepsWhatItWasPromisedWhateverIsSaidForAll) {
  write_home("[projects.legal]\nretention-days = 3650\n[projects.a]\ncontent-days = 5\n");
  write_work(
      "retention-days = 90\ncontent-days = 30\nhistory-bytes-max = '2GiB'\n"
      "[projects.a]\nretention-days = 0\nhistory-bytes-max = '1MiB'\n");
  options_.flags["retention-days"] = "7";
  const Settings settings = load();
  EXPECT_EQ(settings.retention_of("legal"), (Retention{3650, 30, 0}));
  EXPECT_EQ(settings.retention_of("a"), (Retention{0, 5, 1 << 20}));
  EXPECT_EQ(settings.retention_of("b"), (Retention{7, 30, 0}));
  EXPECT_EQ(settings.history_bytes_max, int64_t{2} << 30);
  EXPECT_EQ(Settings().retention_of("b"), Retention{});
}

TEST_F(SettingsTest, ATableHoldsOptionsOfCheckWithTheirLines) {
  write_home("[check]\nby = 'app'\nfail-if = 'errors > 9'\n");
  write_work(
      "[check]\nfail-if = [\n  'success_rate < 0.95',\n  'cost > 5',\n]\nmin-count = 50\n"
      "allow-no-data = true\nnotify-state = 'alarm.json'\n");
  const Settings settings = load();
  const auto texts = [&](const char* option) {
    std::vector<std::string> shown;
    const std::string folder = root_.string() + "/";
    for (const OptionText& value : settings.check.at(option)) {
      EXPECT_TRUE(value.origin.starts_with(folder)) << value.origin;
      shown.push_back(value.text + " at " + value.origin.substr(folder.size()));
    }
    return shown;
  };
  EXPECT_THAT(texts("fail-if"), ElementsAre("success_rate < 0.95 at work/sonde.toml:3",
                                            "cost > 5 at work/sonde.toml:4"));
  EXPECT_THAT(texts("by"), ElementsAre("app at config/sonde/sonde.toml:2"));
  EXPECT_THAT(texts("min-count"), ElementsAre("50 at work/sonde.toml:6"));
  EXPECT_THAT(texts("allow-no-data"), ElementsAre("true at work/sonde.toml:7"));
  EXPECT_THAT(texts("notify-state"),
              ElementsAre((root_ / "work/alarm.json").string() + " at work/sonde.toml:8"));
  EXPECT_EQ(settings.check.size(), 5U);
}

TEST_F(SettingsTest, ASuccessFlagOrVariableHoldsForAllApps) {
  write_work("[apps.a]\nsuccess = 'refusal'\n");
  options_.environment["SONDE_SUCCESS"] = "status = ok";
  EXPECT_EQ(load().success_of("a"), "status = ok");
  options_.flags["success"] = "not refusal";
  EXPECT_EQ(load().success_of("a"), "not refusal");
}

TEST_F(SettingsTest, ErrorsNameThePlaceTheKeyAndTheRemedy) {
  struct Mistake {
    const char* file;
    const char* message;
  };
  constexpr Mistake kMistakes[] = {
      {"\nthreads = 'many'",
       "work/sonde.toml:2: threads is 'many', but takes a whole number from 0 "
       "to 1024"},
      {"threads = 1.5",
       "work/sonde.toml:1: threads is neither a text nor a whole number, but takes a whole number "
       "from 0 to 1024"},
      {"nesting-max = 0",
       "work/sonde.toml:1: nesting-max is '0', but takes a whole number from 1 "
       "to 1024"},
      {"memory-bytes-max = '1MB'",
       "work/sonde.toml:1: memory-bytes-max is '1MB', but takes a size from 16MiB to 64TiB, such "
       "as "
       "64MiB or 64MB"},
      {"color = 'blue'", "work/sonde.toml:1: color is 'blue', but takes auto, always or never"},
      {"progress = 'always'", "work/sonde.toml:1: progress is 'always', but takes auto or never"},
      {"success = ''", "work/sonde.toml:1: success is '', but takes a text"},
      {"tread = 1", "work/sonde.toml:1: there is no setting 'tread'; `sonde settings` lists them"},
      {"treads = 1", "work/sonde.toml:1: there is no setting 'treads'; did you mean threads?"},
      {"app = 1", "work/sonde.toml:1: there is no setting 'app'; did you mean apps?"},
      {"apps = 1",
       "work/sonde.toml:1: apps is written as [apps.\"NAME\"] with success = \"...\" "
       "below it"},
      {"[apps]\na = 'x'",
       "work/sonde.toml:2: apps is written as [apps.\"NAME\"] with success = "
       "\"...\" below it"},
      {"projects = 1",
       "work/sonde.toml:1: projects is written as [projects.\"NAME\"] with retention-days = 90 "
       "below it"},
      {"[projects.a]\nretention_days = 1",
       "work/sonde.toml:2: there is no setting of a project 'retention_days'; did you mean "
       "retention-days?"},
      {"[projects.a]\ncontent-days = -1",
       "work/sonde.toml:2: content-days is '-1', but takes a whole number from 0 to 100000"},
      {"check = 1",
       "work/sonde.toml:1: check is written as [check] with fail-if = [\"...\"] below it"},
      {"[check]\nfail_if = 'x'",
       "work/sonde.toml:2: there is no option of check 'fail_if'; did you mean fail-if?"},
      {"[check]\nfiles = 'x'",
       "work/sonde.toml:2: there is no option of check 'files'; known are fail-if, level, where, "
       "since, by, min-count, allow-no-data, notify, notify-format, notify-state, notify-timeout"},
      {"[check]\nfail-if = ['a',\n3]",
       "work/sonde.toml:3: fail-if of check takes texts in quotes, as in [\"...\", \"...\"]"},
      {"[check]\nmin-count = -1",
       "work/sonde.toml:2: min-count of check takes a whole number, not below 0"},
      {"[check]\nnotify = ['http://secret']",
       "work/sonde.toml:2: notify of check takes a text in quotes"},
      {"[apps.a]\nsucess = 'x'",
       "work/sonde.toml:2: there is no setting of an app 'sucess'; did "
       "you mean success?"},
      {"[apps.a]\nsuccess = 3",
       "work/sonde.toml:2: success of app 'a' takes an expression in "
       "quotes"},
  };
  for (const Mistake& mistake : kMistakes) {
    write_work(mistake.file);
    EXPECT_EQ(error(), mistake.message);
  }
  write_work("a = 1\nthreads = ");
  EXPECT_THAT(error(), HasSubstr("work/sonde.toml:2: this is not TOML: "));
}

TEST_F(SettingsTest, ErrorsNameTheVariableOrTheFlag) {
  options_.environment["SONDE_THREADS"] = "x";
  EXPECT_EQ(error(), "SONDE_THREADS: threads is 'x', but takes a whole number from 0 to 1024");
  options_.environment["SONDE_THREADS"] = "";
  EXPECT_EQ(error(), "no error");
  options_.flags["threads"] = "-1";
  EXPECT_EQ(error(), "--threads: threads is '-1', but takes a whole number from 0 to 1024");
  options_.flags = {{"colour", "auto"}};
  EXPECT_EQ(error(), "--colour: there is no setting 'colour'; did you mean color?");
}

TEST_F(SettingsTest, AFileThatCannotBeReadIsUnavailable) {
  std::filesystem::create_directories(root_ / "work/sonde.toml");
  const Result<Settings> settings = load_settings(options_);
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().code, Code::Unavailable);
}

TEST(SettingsTable, NamesAreUniqueAndFitFlagsAndVariables) {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) {
    names.push_back(setting.name);
    EXPECT_EQ(setting.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos);
    EXPECT_FALSE(setting.description.empty()) << setting.name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(environment_name("memory-bytes-max"), "SONDE_MEMORY_BYTES_MAX");
}

TEST(SettingsTable, EveryDefaultIsAValueItsSettingTakes) {
  const Settings defaults;
  for (const Setting& setting : kSettings) {
    const LoadOptions options{
        .flags = {{std::string(setting.name), setting_text(defaults, setting)}},
        .environment = {},
        .working_dir = "/nonexistent"};
    EXPECT_TRUE(load_settings(options).has_value()) << setting.name;
  }
}

TEST(SettingsMarkdown, HasARowForEverySetting) {
  const std::string page = settings_markdown();
  for (const Setting& setting : kSettings) {
    EXPECT_THAT(page, HasSubstr(fmt::format("\n| `{}` | ", setting.name)));
  }
  EXPECT_THAT(page, HasSubstr("| `memory-bytes-max` | `512MiB` | a size from 16MiB to 64TiB"));
}

}  // namespace
}  // namespace sonde
