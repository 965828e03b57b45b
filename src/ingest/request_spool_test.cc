#include "ingest/request_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kLarge = uint64_t{1} << 30;

void ignore(SpoolPlace) {}

class RequestSpoolTest : public testing::Test {
 protected:
  std::unique_ptr<RequestSpool> open(uint64_t segment_bytes_max = kLarge, uint64_t first = 1) {
    auto spool = RequestSpool::open(folder_.path(), first, segment_bytes_max);
    EXPECT_TRUE(spool);
    return *std::move(spool);
  }
  static std::vector<std::string> bodies(const RequestSpool& spool, SpoolPlace last) {
    std::vector<std::string> found;
    EXPECT_TRUE(spool.replay(last, [&](SpoolPlace, std::string_view head, std::string_view body) {
      found.push_back(std::string(head) + ":" + std::string(body));
      return true;
    }));
    return found;
  }
  std::string file_of(uint64_t segment) const {
    return folder_.path() + "/" + segment_name(segment);
  }
  size_t files() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/requests"))
      count += entry.is_regular_file();
    return count;
  }

  FolderForTest folder_;
};

TEST_F(RequestSpoolTest, GivesAnotherProcessWhatWasAppendedInItsOrder) {
  {
    const auto spool = open();
    ASSERT_TRUE(spool->append("h", "one", ignore));
    ASSERT_TRUE(spool->append("", std::string("t\0wo", 4), ignore));
  }
  const auto spool = open();
  EXPECT_THAT(bodies(*spool, spool->start()), ElementsAre("h:one", std::string(":t\0wo", 5)));
}

TEST_F(RequestSpoolTest, PlacesGrowAcrossProcessesAndSegments) {
  SpoolPlace last;
  for (int process = 0; process < 2; ++process) {
    const auto spool = open(100);
    EXPECT_GT(spool->start(), last);
    for (int i = 0; i < 5; ++i) {
      const auto place = spool->append("h", "body", ignore);
      ASSERT_TRUE(place);
      EXPECT_GT(*place, last);
      EXPECT_EQ(spool->durable(), *place);
      last = *place;
    }
  }
  EXPECT_GT(last.segment, 3u);
  EXPECT_EQ(open(100, 50)->start().segment, 50u);
}

TEST_F(RequestSpoolTest, PassesOverWhatACrashLeftHalfWritten) {
  {
    const auto spool = open();
    ASSERT_TRUE(spool->append("h", "whole", ignore));
    ASSERT_TRUE(spool->append("h", "cut off", ignore));
  }
  std::filesystem::resize_file(file_of(1), std::filesystem::file_size(file_of(1)) - 1);
  {
    const auto spool = open();
    EXPECT_THAT(bodies(*spool, spool->start()), ElementsAre("h:whole"));
  }
  std::ofstream(file_of(1), std::ios::app) << std::string(1000, '\xff');
  const auto spool = open();
  EXPECT_THAT(bodies(*spool, spool->start()), ElementsAre("h:whole"));
}

TEST_F(RequestSpoolTest, DeletesWhatWasWrittenAndNothingElse) {
  const auto spool = open(1);  // A segment each.
  const SpoolPlace one = *spool->append("h", "one", ignore);
  ASSERT_TRUE(spool->append("h", "two", ignore));
  const SpoolPlace three = *spool->append("h", "three", ignore);
  ASSERT_TRUE(spool->trim(one, kLarge));
  EXPECT_THAT(bodies(*spool, spool->durable()), ElementsAre("h:two", "h:three"));
  ASSERT_TRUE(spool->trim(three, 0));
  EXPECT_THAT(bodies(*spool, spool->durable()), IsEmpty());
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(spool->bytes(), 0u);
  EXPECT_GT(*spool->append("h", "four", ignore), three);
}

TEST_F(RequestSpoolTest, PlacesAreToldInOrderWhenManyAppendAtATime) {
  const auto spool = open(4096);
  std::vector<SpoolPlace> places;  // Guarded by the spool.
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) {
          EXPECT_TRUE(spool->append("h", "body", [&](SpoolPlace at) { places.push_back(at); }));
        }
      });
    }
  }
  EXPECT_EQ(places.size(), 400u);
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  EXPECT_EQ(bodies(*spool, spool->durable()).size(), 400u);
}

TEST(SegmentName, IsReadBackAndNothingElseIs) {
  EXPECT_EQ(segment_number(segment_name(12)), 12u);
  EXPECT_EQ(segment_number("requests/"), 0u);
  EXPECT_EQ(segment_number("logs/12"), 0u);
  EXPECT_EQ(segment_number("requests/1x"), 0u);
}

}  // namespace
}  // namespace sonde
