#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

constexpr char kOpenAi[] =
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 "
    "tokens.";

TEST(ContextExceeded, NamesTheSizeSentAndTheSizeThatFits) {
  // 8192 less a tenth, 819, leaves 7373.
  EXPECT_EQ(patch(kContextExceeded, with_error(failed_call("x"), kOpenAi)),
            "prompt: 9001 tokens -> at most 7373 tokens");
}

TEST(ContextExceeded, ReadsAnthropicsForm) {
  EXPECT_EQ(
      patch(kContextExceeded,
            with_error(failed_call("x"), "prompt is too long: 208310 tokens > 200000 maximum")),
      "prompt: 208310 tokens -> at most 180000 tokens");
}

TEST(ContextExceeded, TakesTheWindowFromTheModelWhenTheErrorNamesNone) {
  Span span = with_error(failed_call("x"), "Input is too long for requested model.");
  span.model = "gpt-4";
  span.input_tokens = 9000;
  EXPECT_EQ(patch(kContextExceeded, span), "prompt: 9000 tokens -> at most 7373 tokens");
}

TEST(ContextExceeded, LeavesOtherErrorsAlone) {
  EXPECT_EQ(evidence(kContextExceeded, with_error(failed_call("x"), "Rate limit reached")), "");
  EXPECT_EQ(evidence(kContextExceeded, failed_call("maximum context length")), "");
}

}  // namespace
}  // namespace sonde
