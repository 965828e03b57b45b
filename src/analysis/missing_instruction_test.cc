#include <gtest/gtest.h>

#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

class Bare : public testing::TestWithParam<const char*> {};
TEST_P(Bare, IsSeen) { EXPECT_NE(evidence(kMissingInstruction, failed_call(GetParam())), ""); }
INSTANTIATE_TEST_SUITE_P(All, Bare,
                         testing::Values("Regex?", "Goa?", "refund when", "Best dosa?",
                                         "how do i get a refund?", "推荐餐厅"));

class Complete : public testing::TestWithParam<const char*> {};
TEST_P(Complete, IsLeftAlone) {
  EXPECT_EQ(evidence(kMissingInstruction, failed_call(GetParam())), "");
}
INSTANTIATE_TEST_SUITE_P(All, Complete,
                         testing::Values("Plan a trip", "What is the capital of France?",
                                         "Where is order 48213?", "Translate: cat",
                                         "次の文を英語に翻訳してください。",
                                         "Which of the two chairs is better for a small kitchen?"));

TEST(MissingInstruction, ASystemPromptInstructs) {
  EXPECT_EQ(evidence(kMissingInstruction, failed_call("Regex?", "You are a coding tutor.")), "");
}

TEST(MissingInstruction, EarlierTurnsInstruct) {
  Span span = failed_call(
      R"([{"role":"user","content":"Explain regexes."},{"role":"assistant","content":"Ok"},{"role":"user","content":"more?"}])");
  span.input_form = Form::Messages;
  EXPECT_EQ(evidence(kMissingInstruction, span), "");
}

}  // namespace
}  // namespace sonde
