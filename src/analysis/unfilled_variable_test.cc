#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;

TEST(UnfilledVariable, NamesEveryVariableAndAPatchForEach) {
  const Span span = failed_call("Plan {{days}} days in {{ city }} for a family.");
  EXPECT_EQ(evidence(kUnfilledVariable, span),
            "{{days}}, {{city}} reached the model unfilled: \"Plan {{days}} days in {{ city }} for "
            "a family.\"");
  EXPECT_EQ(patch(kUnfilledVariable, span),
            "days: unset -> a required input, checked before the call\n"
            "city: unset -> a required input, checked before the call");
}

class Placeholders : public testing::TestWithParam<const char*> {};
TEST_P(Placeholders, AreSeen) {
  EXPECT_NE(evidence(kUnfilledVariable, failed_call(GetParam())), "");
}
INSTANTIATE_TEST_SUITE_P(All, Placeholders,
                         testing::Values("Dear {{customer_name}}, thanks.",
                                         "Summarize {{#1711.text#}} now.",
                                         "Write about ${topic} in two sentences.",
                                         "Translate into {target_language}: hello.",
                                         "Übersetze {{größe}} bitte.",
                                         "Reply to \"{{message}}\" politely."));

class NoPlaceholders : public testing::TestWithParam<const char*> {};
TEST_P(NoPlaceholders, AreLeftAlone) {
  EXPECT_EQ(evidence(kUnfilledVariable, failed_call(GetParam())), "");
}
INSTANTIATE_TEST_SUITE_P(
    All, NoPlaceholders,
    testing::Values(R"(Return JSON such as {"name": "Ann", "tags": {"a": 1}}.)",
                    "Explain the Jinja expression {{ user.name }} to me.",
                    "What does this do?\n```js\nconst s = `${name}`;\n```",
                    "Why does echo ${HOME} print nothing in cron?",
                    "Simplify \\frac{abc}{xyz} and x_{max}.", "Is `{{name}}` escaped in Vue?",
                    "Translate the string and keep {count} unchanged: You have {count} mails.",
                    "Document the route /users/{user_id} in one line.", "Let S = {x, y} be a set.",
                    "def f(name): return f\"{name}\"", "Plan a trip to Goa."));

TEST(UnfilledVariable, TheErrorOfAMissingInputCounts) {
  EXPECT_THAT(
      evidence(kUnfilledVariable, with_error(failed_call("x"), "Variable #1711.text# not found")),
      HasSubstr("#1711.text#"));
}

TEST(UnfilledVariable, LooksAtTheSystemPromptToo) {
  EXPECT_NE(evidence(kUnfilledVariable, failed_call("Hi", "You work for {{company}}.")), "");
}

}  // namespace
}  // namespace sonde
