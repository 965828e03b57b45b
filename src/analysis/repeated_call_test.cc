#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

TEST(RepeatedCall, OneFailureIsNoRepeat) {
  const Span span = failed_call("Plan a trip");
  EXPECT_FALSE(kRepeatedCall.run(Execution(span, Outcome::Failed, {5, 1})).has_value());
  EXPECT_EQ(kRepeatedCall.run(Execution(span, Outcome::Failed, {3, 2}))->evidence,
            "the same prompt, model and parameters were sent 3 times, 2 of them failed");
}

}  // namespace
}  // namespace sonde
