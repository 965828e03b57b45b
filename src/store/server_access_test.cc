#include "store/server_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Settings settings_of(const std::string& url, const std::string& layout = "replicated") {
  Settings settings;
  settings.store_url = url;
  settings.store_layout = layout;
  return settings;
}

TEST(ServerAccessTest, HostsAreReadWithoutWhatIsNoPartOfThem) {
  EXPECT_THAT(read_server_access(
                  settings_of("https://a.example:8443, http://[::1]:8123/,https://a.example:8443"))
                  ->hosts,
              ElementsAre("https://a.example:8443", "http://[::1]:8123"));
}

TEST(ServerAccessTest, AnAddressThatIsNoneIsRefusedAndNotRepeated) {
  for (const char* const url :
       {"db:8123", "ftp://hidden", "http://u:hidden@h", "http://hidden@h", "http://h/hidden",
        "http://h?password=hidden", "https://h,", "http://h#hidden", "http://h:99999"}) {
    const auto access = read_server_access(settings_of(url));
    ASSERT_FALSE(access) << url;
    EXPECT_EQ(access.error().code, Code::InvalidInput);
    EXPECT_THAT(access.error().message, HasSubstr("store-url"));
    EXPECT_THAT(access.error().message, Not(HasSubstr("hidden")));
  }
}

// A batch that is sent again must meet the server that may have it.
TEST(ServerAccessTest, ASingleServerHasOneAddress) {
  EXPECT_TRUE(read_server_access(settings_of("http://a", "single")));
  EXPECT_FALSE(read_server_access(settings_of("http://a,http://b", "single")));
  EXPECT_TRUE(read_server_access(settings_of("http://a,http://b", "sharded")));
}

TEST(ServerAccessTest, ThePasswordIsTheFileWithoutItsLastLineBreak) {
  const FolderForTest folder;
  Settings settings = settings_of("http://a");
  settings.store_password_file = folder.path() + "/password";
  EXPECT_EQ(read_server_access(settings).error().code, Code::Unavailable);
  std::ofstream(settings.store_password_file) << " a b \r\n";
  EXPECT_EQ(read_server_access(settings)->password, " a b ");
  std::ofstream(settings.store_password_file) << "hidden\nX-Other: 1";
  const auto two_lines = read_server_access(settings);
  ASSERT_FALSE(two_lines);
  EXPECT_THAT(two_lines.error().message, Not(HasSubstr("hidden")));
}

TEST(ServerAccessTest, ADatabaseIsAName) {
  Settings settings = settings_of("http://a");
  settings.store_database = "a; DROP DATABASE b";
  EXPECT_FALSE(read_server_access(settings));
}

TEST(ServerAccessTest, APasswordIsTakenOutOfAText) {
  EXPECT_EQ(without_password("aXaXX", "X"), "a(password)a(password)(password)");
  EXPECT_EQ(without_password("text", ""), "text");
}

}  // namespace
}  // namespace sonde
