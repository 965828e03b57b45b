#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;

TEST(TimedOut, DoublesTheTimeItTook) {
  Span span = with_error(failed_call("x"), "Request timed out.");
  span.duration = 60'400'000;
  EXPECT_EQ(patch(kTimedOut, span), "timeout: 60 s -> 120 s, with the answer streamed");
}

TEST(TimedOut, WithoutADurationItSaysWhatToDo) {
  EXPECT_THAT(patch(kTimedOut, with_error(failed_call("x"), "504 Gateway Timeout")),
              HasSubstr("double the client's timeout"));
}

TEST(TimedOut, ASlowCallThatFailedOtherwiseIsNone) {
  Span span = with_error(failed_call("x"), "Bad Request");
  span.duration = 60'000'000;
  EXPECT_EQ(evidence(kTimedOut, span), "");
}

}  // namespace
}  // namespace sonde
