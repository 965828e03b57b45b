#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;

TEST(NoOutputFormat, ProposesTheKeysThatThePromptNames) {
  const Span span = failed_call(
      "Get the invoice number, the date and the total out of this text so that our import script "
      "can "
      "parse it: Invoice HH-2291");
  EXPECT_THAT(
      patch(kNoOutputFormat, span),
      HasSubstr(R"(+Return only a JSON object with the keys "invoice_number", "date", "total")"));
}

TEST(NoOutputFormat, AParserThatFailedIsEnough) {
  EXPECT_THAT(evidence(kNoOutputFormat, with_error(failed_call("Who wrote the letter?"),
                                                   "OutputParserError: no JSON")),
              HasSubstr("states no form"));
}

TEST(NoOutputFormat, AStatedFormIsEnough) {
  EXPECT_EQ(evidence(kNoOutputFormat,
                     failed_call("Our script parses your reply. Return a table with two columns.")),
            "");
  EXPECT_EQ(
      evidence(kNoOutputFormat, with_error(failed_call("Answer as JSON."), "OutputParserError")),
      "");
}

TEST(NoOutputFormat, ArgumentsInPastedCodeStateNoForm) {
  EXPECT_NE(evidence(kNoOutputFormat,
                     failed_call("Our build script parses your reply. Extract the function names "
                                 "from this file: def save(path, rows): ...")),
            "");
}

TEST(NoOutputFormat, PeopleNeedNoForm) {
  EXPECT_EQ(evidence(kNoOutputFormat, failed_call("Tell me about our import script.")), "");
}

}  // namespace
}  // namespace sonde
