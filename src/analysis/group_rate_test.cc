#include "analysis/group_rate.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

constexpr uint64_t kGroup = 7;
constexpr int64_t kHour = int64_t{3600} * 1'000'000;

// `calls` an hour apart in sessions of `size`; the first `failures` fail.
CallTable calls_in_sessions(uint64_t calls, uint64_t size, uint64_t failures) {
  CallTable table;
  for (uint64_t i = 0; i < calls; ++i) {
    Call& call = table.calls.emplace_back();
    call.group_of_template = kGroup;
    call.session = 1 + i / size;
    call.start_time = kHour * static_cast<int64_t>(i);
    call.failed = i < failures;
  }
  return table;
}

std::optional<Interval> interval_of(const CallTable& table, uint64_t failures, uint64_t calls) {
  GroupRates rates;
  rates.want(kGroup);
  rates.add(table);
  return rates.interval(kGroup, failures, calls);
}

TEST(GroupRates, CallsOfTheirOwnAreIndependent) {
  // Wilson of 50 of 100 is 0.4038 to 0.5962.
  const auto interval = interval_of(calls_in_sessions(100, 1, 50), 50, 100);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, 0.4038, 5e-5);
  EXPECT_NEAR(interval->high, 0.5962, 5e-5);
  EXPECT_EQ(interval->method, "wilson-corrected");
}

TEST(GroupRates, SessionsThatFailAsAWholeCountAsFew) {
  // Twenty sessions of five, ten of which fail: worth no more than 20, whose Wilson interval is
  // 0.2993 to 0.7007.
  const auto interval = interval_of(calls_in_sessions(100, 5, 50), 50, 100);
  ASSERT_TRUE(interval.has_value());
  EXPECT_LE(interval->low, 0.30);
  EXPECT_GE(interval->high, 0.70);
  EXPECT_EQ(interval->method, "wilson-corrected-cluster");
}

TEST(GroupRates, FewSessionsInFewCallsHaveNoInterval) {
  CallTable table = calls_in_sessions(40, 8, 20);
  for (Call& call : table.calls) call.start_time.reset();
  EXPECT_FALSE(interval_of(table, 20, 40).has_value());
}

TEST(GroupRates, ASampleTellsHowAlikeTheCallsOfTheLogAre) {
  const CallTable sample = calls_in_sessions(100, 5, 50);
  const auto interval = interval_of(sample, 500, 1000);
  ASSERT_TRUE(interval.has_value());
  // Worth at most 200: 0.4314 to 0.5686.
  EXPECT_LE(interval->low, 0.432);
  EXPECT_GT(interval->low, interval_of(sample, 50, 100)->low);
}

TEST(GroupRates, NothingIsSaidOfCallsThatAreNotThere) {
  EXPECT_FALSE(interval_of(CallTable(), 5, 100).has_value());
}

}  // namespace
}  // namespace sonde
