#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::StartsWith;

TEST(Refusal, QuotesTheModel) {
  EXPECT_EQ(evidence(kRefusal, with_answer(failed_call("Write it."), "I can't help with that."),
                     Outcome::Ok),
            "the model declined: \"I can't help with that.\"");
}

TEST(Refusal, TrustsTheProvidersMark) {
  Span span = with_answer(failed_call("Write it."), "");
  span.refusal = true;
  EXPECT_EQ(evidence(kRefusal, span), "the provider marked the answer as a refusal");
}

TEST(Refusal, PatchesTheSystemPromptWhereThereIsOne) {
  EXPECT_THAT(
      patch(kRefusal, with_answer(failed_call("Hi", "Be kind."), "I cannot assist with that.")),
      StartsWith("--- system-prompt\n+++ system-prompt\n"));
}

TEST(Refusal, AnApologyIsNone) {
  EXPECT_EQ(
      evidence(kRefusal, with_answer(failed_call("x"), "I'm sorry your table arrived damaged.")),
      "");
}

}  // namespace
}  // namespace sonde
