#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

TEST(ContradictoryInstructions, QuotesBothAndRemovesTheShorter) {
  const Span span = failed_call("Answer in one word. Describe Lisbon in detail.");
  EXPECT_EQ(evidence(kContradictoryInstructions, span),
            "asks for a short answer and a detailed one: \"Answer in one word.\" and \"Describe "
            "Lisbon in detail.\"");
  EXPECT_EQ(
      patch(kContradictoryInstructions, span),
      "--- prompt\n+++ prompt\n@@ -1,1 +1,1 @@\n-Answer in one word. Describe Lisbon in detail.\n"
      "\\ No newline at end of file\n+Describe Lisbon in detail.\n\\ No newline at end of file\n");
}

TEST(ContradictoryInstructions, ComparesLimits) {
  EXPECT_NE(evidence(kContradictoryInstructions,
                     failed_call("Use at most 20 words. The answer has at least 5 sentences.")),
            "");
  EXPECT_EQ(evidence(kContradictoryInstructions,
                     failed_call("Use at most 100 words. The answer has at least 5 sentences.")),
            "");
}

TEST(ContradictoryInstructions, QuotedTextInstructsNobody) {
  EXPECT_EQ(
      evidence(
          kContradictoryInstructions,
          failed_call("Classify: \"Answer in one word. Explain in detail.\" as rude or polite.")),
      "");
}

}  // namespace
}  // namespace sonde
