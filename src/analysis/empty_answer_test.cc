#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

TEST(EmptyAnswer, SeesWhiteSpaceOnly) {
  EXPECT_EQ(evidence(kEmptyAnswer, with_answer(failed_call("Hi"), " \n")),
            "the answer holds white space only, finish reason stop");
  EXPECT_NE(evidence(kEmptyAnswer, with_answer(failed_call("Hi"), ""), Outcome::Ok), "");
}

TEST(EmptyAnswer, AToolCallIsAnAnswer) {
  Span span = with_answer(failed_call("Hi"),
                          R"([{"role":"assistant","content":"","tool_calls":[{"id":"1"}]}])");
  span.output_form = Form::Messages;
  EXPECT_EQ(evidence(kEmptyAnswer, span), "");
  EXPECT_EQ(evidence(kEmptyAnswer, with_answer(failed_call("Hi"), "", "tool_calls")), "");
}

TEST(EmptyAnswer, ALogWithoutAnswersProvesNothing) {
  EXPECT_EQ(evidence(kEmptyAnswer, failed_call("Hi")), "");
}

TEST(EmptyAnswer, AnErrorExplainsTheSilence) {
  EXPECT_EQ(evidence(kEmptyAnswer, with_error(with_answer(failed_call("Hi"), ""), "Rate limit")),
            "");
}

TEST(EmptyAnswer, ReasoningThatAteTheBudgetGetsAParameter) {
  Span span = with_answer(failed_call("Hi"), "");
  span.parameters = R"({"max_completion_tokens":1000})";
  span.reasoning_tokens = 1000;
  EXPECT_EQ(patch(kEmptyAnswer, span), "max_completion_tokens: 1000 -> 2000");
}

}  // namespace
}  // namespace sonde
