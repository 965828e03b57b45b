#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;
using testing::StartsWith;

TEST(RateLimited, WaitsAsLongAsTheProviderSays) {
  const Span span =
      with_error(failed_call("x"), "Rate limit reached for gpt-4o. Please try again in 1.5s.");
  EXPECT_THAT(patch(kRateLimited, span), StartsWith("retry after 2 s with exponential backoff"));
  EXPECT_THAT(evidence(kRateLimited, span), HasSubstr("Rate limit reached for gpt-4o"));
}

TEST(RateLimited, ReadsMillisecondsAndMinutes) {
  EXPECT_THAT(patch(kRateLimited, with_error(failed_call("x"), "Rate limit. Try again in 120ms.")),
              StartsWith("retry after 1 s"));
  EXPECT_THAT(
      patch(kRateLimited, with_error(failed_call("x"), "Rate limit. Retry after 2 minutes")),
      StartsWith("retry after 120 s"));
}

TEST(RateLimited, HasADefaultWait) {
  EXPECT_THAT(patch(kRateLimited, with_error(failed_call("x"), "429 Too Many Requests")),
              StartsWith("retry after 20 s"));
}

TEST(RateLimited, QuotaIsAnotherCase) {
  EXPECT_EQ(evidence(kRateLimited, with_error(failed_call("x"), "You exceeded your current quota")),
            "");
}

}  // namespace
}  // namespace sonde
