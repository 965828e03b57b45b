#include "store/chdb_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "store/chdb_store.h"
#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(ChdbLibraryTest, TheSettingIsTheOnlyPlaceElseTheProgramsFolderComesFirstAndTheSystemLast) {
  EXPECT_THAT(chdb_library_places("/opt/x.so"), testing::ElementsAre("/opt/x.so"));
  EXPECT_THAT(chdb_library_places("x.so"), testing::ElementsAre("./x.so"));
  const auto places = chdb_library_places("");
  ASSERT_EQ(places.size(), 4U);
  EXPECT_THAT(places[1], EndsWith("/lib/sonde/libchdb.so"));
  EXPECT_EQ(places[3], "libchdb.so");
}

// The library that is there is loaded once for the process, so these run in processes of their own.
int exit_with_message(const std::string& library) {
  FolderForTest folder;
  Settings settings = folder.settings();
  settings.chdb_library = library;
  const auto store = open_chdb_store(settings);
  if (store) return 0;
  fmt::print(stderr, "{}|{}", static_cast<int>(store.error().code), store.error().message);
  return 1;
}

TEST(ChdbLibraryDeathTest, AMissingLibraryIsOneSentenceWithTheRemedy) {
  EXPECT_EXIT(std::_Exit(exit_with_message("/nowhere/libchdb.so")), testing::ExitedWithCode(1),
              "4\\|the store needs the engine libchdb.so, which is not there: `make setup` fetches "
              "it, or set chdb-library to its path \\(looked for /nowhere/libchdb.so\\)");
}

TEST(ChdbLibraryDeathTest, AFileThatIsNoLibraryIsNamed) {
  FolderForTest folder;
  const std::string path = folder.path() + "/libchdb.so";
  std::ofstream(path) << "no library";
  EXPECT_EXIT(std::_Exit(exit_with_message(path)), testing::ExitedWithCode(1),
              "4\\|the engine .*libchdb.so cannot be loaded");
}

TEST(ChdbLibraryDeathTest, ALibraryWithoutTheFunctionsIsRefused) {
  EXPECT_EXIT(std::_Exit(exit_with_message("/lib/x86_64-linux-gnu/libm.so.6")),
              testing::ExitedWithCode(1), "4\\|the engine libchdb.so lacks chdb_connect");
}

}  // namespace
}  // namespace sonde
