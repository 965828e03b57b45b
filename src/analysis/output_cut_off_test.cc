#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

Span cut(int64_t limit, int64_t used, std::string reason) {
  Span span =
      with_answer(failed_call("Write a report."), "The report covers three", std::move(reason));
  span.parameters = "{\"max_tokens\":" + std::to_string(limit) + "}";
  span.output_tokens = used;
  return span;
}

TEST(OutputCutOff, DoublesTheLimitAndQuotesTheEnd) {
  const Span span = cut(512, 512, "length");
  EXPECT_EQ(
      evidence(kOutputCutOff, span),
      "stopped after 512 of max_tokens 512, finish reason length; the answer ends \"The report "
      "covers three\"");
  EXPECT_EQ(patch(kOutputCutOff, span), "max_tokens: 512 -> 1024");
}

TEST(OutputCutOff, ProvesASilentFailure) {
  EXPECT_NE(evidence(kOutputCutOff, cut(512, 512, "length"), Outcome::Ok), "");
}

TEST(OutputCutOff, CountsReachingTheLimitWhereNoReasonIsLogged) {
  EXPECT_NE(evidence(kOutputCutOff, cut(512, 512, "")), "");
  EXPECT_EQ(evidence(kOutputCutOff, cut(512, 511, "")), "");
}

TEST(OutputCutOff, StoppingAtTheLimitByItselfIsFine) {
  EXPECT_EQ(evidence(kOutputCutOff, cut(512, 512, "stop")), "");
}

TEST(OutputCutOff, ATinyLimitIsDeliberate) {
  EXPECT_EQ(evidence(kOutputCutOff, cut(5, 5, "length")), "");
}

TEST(OutputCutOff, KnowsTheLimitByItsOtherNames) {
  Span span = cut(0, 300, "MAX_TOKENS");
  span.parameters = R"({"generationConfig":{"maxOutputTokens":300}})";
  EXPECT_EQ(patch(kOutputCutOff, span), "maxOutputTokens: 300 -> 600");
  span.parameters.clear();
  EXPECT_EQ(patch(kOutputCutOff, span), "max_tokens: unset -> 600");
}

TEST(OutputCutOff, QuotesWholeCharacters) {
  Span span = with_answer(failed_call("x"), "", "length");
  for (int i = 0; i < 40; ++i) span.output += "\xE4\xBD\xA0";
  EXPECT_EQ(evidence(kOutputCutOff, span).find("\xEF\xBF\xBD"), std::string::npos);
}

}  // namespace
}  // namespace sonde
