#include "report/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One group of a hostile name whose rate is 0.5, between 0.4 and 0.6.
CheckResult fired() {
  RuleResult rule;
  rule.rule = "success_rate < 0.95";
  rule.key = {"<a>&\x1b[31m"};
  rule.verdict = Verdict::Fired;
  rule.count = 100;
  rule.readings.push_back({"success_rate", ValueType::Number,
                           Figure{0.5, 0.4, 0.6, Support::Interval, true}, Truth::True});
  CheckResult check;
  check.by = {"app"};
  check.count = 100;
  check.groups_judged = 1;
  check.rules = {rule};
  return check;
}

TEST(Rules, LineSaysValueIntervalAndRecords) {
  const CheckResult check = fired();
  EXPECT_THAT(rule_line(check.rules[0], check, Level::Call),
              HasSubstr(": success_rate is 0.500, 95 % interval 0.400 to 0.600; 100 calls"));
}

TEST(Rules, TextOfALogCannotSteerTheTerminal) {
  EXPECT_THAT(render_rules(fired(), {}, {}, {}), Not(HasSubstr("\x1b")));
}

TEST(Rules, SlackMessageEscapesMarkup) {
  const std::string body = render_message(fired(), {}, {}, MessageForm::Slack);
  EXPECT_THAT(body, HasSubstr("app &lt;a&gt;&amp;"));
  EXPECT_THAT(body, Not(HasSubstr("<")));
}

TEST(Rules, MessageListsTheFirstAndCountsTheRest) {
  CheckResult check = fired();
  check.rules.resize(1000, check.rules[0]);
  const std::string body = render_message(check, {}, {}, MessageForm::Json);
  EXPECT_LT(body.size(), 40'000U);
  EXPECT_THAT(body, HasSubstr("and 960 more"));
}

}  // namespace
}  // namespace sonde
