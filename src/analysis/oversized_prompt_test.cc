#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

TEST(OversizedPrompt, NineTenthsOfTheWindowAreTooMuch) {
  Span span = failed_call("x");
  span.model = "openai/gpt-4-0314";
  span.input_tokens = 7373;  // 0.9 * 8192 = 7372.8
  EXPECT_EQ(evidence(kOversizedPrompt, span),
            "about 7373 tokens of the 8192 that fit openai/gpt-4-0314");
  span.input_tokens = 7372;
  EXPECT_EQ(evidence(kOversizedPrompt, span), "");
}

TEST(OversizedPrompt, FarAboveTheLogsMedianIsTooMuch) {
  Span span = failed_call(std::string(40'000, 'a'));
  const Execution beside_short(span, Outcome::Failed, {}, {40});
  EXPECT_EQ(kOversizedPrompt.run(beside_short)->evidence,
            "about 10000 tokens, 250 times the median prompt of this log (40)");
  const Execution beside_long(span, Outcome::Failed, {}, {4000});
  EXPECT_FALSE(kOversizedPrompt.run(beside_long).has_value());
}

TEST(OversizedPrompt, UnknownModelsHaveNoWindow) {
  Span span = failed_call("x");
  span.model = "our-own";
  span.input_tokens = 1'000'000;
  EXPECT_EQ(evidence(kOversizedPrompt, span), "");
}

}  // namespace
}  // namespace sonde
