#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;

struct Case {
  const char* message;
  const char* subject;
};

class ProviderErrors : public testing::TestWithParam<Case> {};

TEST_P(ProviderErrors, NameTheirClassAndAnAction) {
  const auto seen = run(kProviderError, with_error(failed_call("x"), GetParam().message));
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->subject, GetParam().subject);
  EXPECT_EQ(seen->patch.kind, Patch::Kind::Action);
  EXPECT_THAT(seen->evidence, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ProviderErrors,
    testing::Values(Case{"Incorrect API key provided", "authentication"},
                    Case{"insufficient_quota", "quota"}, Case{"Connection error.", "connection"},
                    Case{"Internal server error", "server_error"}, Case{"Overloaded", "overloaded"},
                    Case{"content_filter", "content_filter"}, Case{"Something new", "other"}));

TEST(ProviderError, AFilteredAnswerCounts) {
  EXPECT_EQ(evidence(kProviderError, with_answer(failed_call("x"), "", "content_filter")),
            "finish reason content_filter");
}

TEST(ProviderError, LeavesErrorsWithAPromptFixToTheirChecks) {
  for (const char* message : {"Rate limit reached", "Request timed out.", "prompt is too long",
                              "OutputParserError: no JSON", "Variable #a.b# not found"}) {
    EXPECT_EQ(evidence(kProviderError, with_error(failed_call("x"), message)), "") << message;
  }
  EXPECT_EQ(evidence(kProviderError, failed_call("x")), "");
}

}  // namespace
}  // namespace sonde
