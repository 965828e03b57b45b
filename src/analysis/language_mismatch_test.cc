#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kEnglish[] =
    "You can return the order within 30 days, and the shipping is paid by us.";
constexpr char kGerman[] =
    "Sie können die Bestellung innerhalb von 30 Tagen zurückgeben, und wir zahlen.";

TEST(LanguageMismatch, TheAnswerMayNotLeaveThePromptsLanguage) {
  const Span span =
      with_answer(failed_call("Wie kann ich meine Bestellung an Sie zurückgeben?"), kEnglish);
  EXPECT_THAT(evidence(kLanguageMismatch, span),
              StartsWith("the prompt is in German, the answer is in English"));
  EXPECT_THAT(patch(kLanguageMismatch, span), HasSubstr("+Answer in German only."));
}

TEST(LanguageMismatch, TheLanguageAskedForWins) {
  EXPECT_EQ(evidence(kLanguageMismatch,
                     with_answer(failed_call("Answer in German. How do I return it?"), kGerman)),
            "");
  EXPECT_THAT(evidence(kLanguageMismatch,
                       with_answer(failed_call("Answer in German. How do I return it?"), kEnglish)),
              StartsWith("the prompt asks for German"));
}

TEST(LanguageMismatch, CodeAndLabelsHaveNoLanguage) {
  EXPECT_EQ(
      evidence(kLanguageMismatch, with_answer(failed_call("Wie heißt die Funktion für den Median?"),
                                              "median(values)")),
      "");
}

TEST(LanguageMismatch, LeavesSuccessAlone) {
  const Span span =
      with_answer(failed_call("Wie kann ich meine Bestellung an Sie zurückgeben?"), kEnglish);
  EXPECT_EQ(evidence(kLanguageMismatch, span, Outcome::Ok), "");
}

}  // namespace
}  // namespace sonde
