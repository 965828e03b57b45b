#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;
using testing::HasSubstr;

constexpr char kAsk[] = "Return a JSON object with the keys name and age.";

TEST(InvalidJson, NamesThePlaceWhereParsingStopped) {
  EXPECT_THAT(evidence(kInvalidJson, with_answer(failed_call(kAsk), R"({"name": "Ann", })")),
              HasSubstr("missing a name for object member at byte 16"));
}

TEST(InvalidJson, ProseBeforeTheJsonIsNamed) {
  EXPECT_THAT(evidence(kInvalidJson, with_answer(failed_call(kAsk), R"(Sure! {"name":"Ann"})")),
              HasSubstr("6 bytes of text before the JSON"));
}

TEST(InvalidJson, SetsJsonModeFirstAndThePromptAfter) {
  Span span = with_answer(failed_call(kAsk), "Ann is 30.");
  EXPECT_EQ(patch(kInvalidJson, span), R"(response_format: unset -> {"type":"json_object"})");
  span.parameters = R"({"response_format":{"type":"json_object"}})";
  EXPECT_THAT(patch(kInvalidJson, span), HasSubstr("\n+Return only the JSON object"));
}

TEST(InvalidJson, ValidJsonIsFine) {
  EXPECT_EQ(
      evidence(kInvalidJson, with_answer(failed_call(kAsk), " {\"name\":\"Ann\",\"age\":3}\n")),
      "");
}

TEST(InvalidJson, AFenceIsAFaultOnlyWhereTheCallFailed) {
  const Span span = with_answer(failed_call(kAsk), "```json\n{\"name\":\"Ann\"}\n```");
  EXPECT_EQ(evidence(kInvalidJson, span, Outcome::Ok), "");
  EXPECT_THAT(evidence(kInvalidJson, span), HasSubstr("inside a code fence"));
}

TEST(InvalidJson, SpeakingOfJsonIsNotAskingForIt) {
  for (const char* prompt : {"What is JSON?", "Explain the difference between JSON and YAML.",
                             "Summarize the JSON document below.", "Answer in prose, not JSON."}) {
    EXPECT_EQ(evidence(kInvalidJson, with_answer(failed_call(prompt), "It is a format.")), "")
        << prompt;
  }
}

TEST(InvalidJson, UnderstandsTheRequestInOtherLanguages) {
  for (const char* prompt :
       {"Antworte nur als JSON.", "Réponds au format JSON.", "Responde en JSON.",
        "Responda em JSON.", "请以JSON格式返回结果。", "JSON形式で答えてください。"}) {
    EXPECT_NE(evidence(kInvalidJson, with_answer(failed_call(prompt), "x")), "") << prompt;
  }
}

}  // namespace
}  // namespace sonde
