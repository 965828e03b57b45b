#include "model/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::IsEmpty;

Span prompt(std::string input, Form form, std::string system = "") {
  Span span;
  span.input = std::move(input);
  span.input_form = form;
  span.system = std::move(system);
  return span;
}

TEST(InputMessages, TextIsOneUserMessageAfterTheSystemPrompt) {
  EXPECT_THAT(input_messages(prompt("Hi", Form::Text, "Be kind.")),
              ElementsAre(FieldsAre("system", "Be kind.", ""), FieldsAre("user", "Hi", "")));
}

TEST(InputMessages, NoContentIsNoMessage) { EXPECT_THAT(input_messages(Span()), IsEmpty()); }

TEST(InputMessages, SystemPromptInTheListIsNotRepeated) {
  const Span span = prompt(R"([{"role":"user","content":"Hi"},{"role":"system","content":"S"}])",
                           Form::Messages, "S");
  EXPECT_THAT(input_messages(span),
              ElementsAre(FieldsAre("system", "S", ""), FieldsAre("user", "Hi", "")));
}

TEST(InputMessages, ContentPartsBecomeLinesAndMarks) {
  const Span span =
      prompt(R"([{"role":"user","content":[{"type":"text","text":"What is this?"},)"
             R"({"type":"image_url","image_url":{"url":"data:.."}},{"type":"input_audio"},)"
             R"({"type":"document"},{"type":"thinking","thinking":"hm"},"end"]}])",
             Form::Messages);
  EXPECT_THAT(input_messages(span),
              ElementsAre(FieldsAre("user", "What is this?\n[image]\n[audio]\n[file]\nend", "")));
}

TEST(InputMessages, OtelPartsAreRead) {
  const Span span = prompt(
      R"([{"role":"user","parts":[{"type":"text","content":"Weather?"}]},)"
      R"({"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"w","arguments":{}}]},)"
      R"({"role":"tool","parts":[{"type":"tool_call_response","id":"1","response":"rainy"}]}])",
      Form::Messages);
  EXPECT_THAT(input_messages(span),
              ElementsAre(FieldsAre("user", "Weather?", ""),
                          FieldsAre("assistant", "",
                                    R"([{"type":"tool_call","id":"1","name":"w","arguments":{}}])"),
                          FieldsAre("tool", "rainy", "")));
}

TEST(InputMessages, DifyAndGeminiShapesAreRead) {
  EXPECT_THAT(
      input_messages(prompt(R"([{"role":"user","text":"Hallo","files":[{}]}])", Form::Messages)),
      ElementsAre(FieldsAre("user", "Hallo\n[file]", "")));
  EXPECT_THAT(
      input_messages(prompt(R"([{"role":"model","parts":[{"text":"Oui"}]}])", Form::Messages)),
      ElementsAre(FieldsAre("assistant", "Oui", "")));
}

TEST(InputMessages, AWrappedListIsAList) {
  const Span span = prompt(R"({"messages":[{"role":"user","content":"Hi"}]})", Form::Json);
  EXPECT_THAT(input_messages(span), ElementsAre(FieldsAre("user", "Hi", "")));
}

TEST(InputMessages, OtherJsonIsHeldWhole) {
  for (const char* json : {R"({"query":"x"})", "[1,2]", "[]", "[{", "\"text\""}) {
    EXPECT_THAT(input_messages(prompt(json, Form::Json)), ElementsAre(FieldsAre("user", json, "")));
  }
}

TEST(InputMessages, NestingBombStaysText) {
  const std::string bomb(200'000, '[');
  EXPECT_THAT(input_messages(prompt(bomb, Form::Messages)),
              ElementsAre(FieldsAre("user", bomb, "")));
}

TEST(OutputMessages, ToolCallsAreKeptApart) {
  Span span;
  span.output = R"([{"role":"assistant","content":null,"tool_calls":[{"id":"a"},{"id":"b"}]}])";
  span.output_form = Form::Messages;
  EXPECT_THAT(output_messages(span),
              ElementsAre(FieldsAre("assistant", "", R"([{"id":"a"},{"id":"b"}])")));
  EXPECT_EQ(answer_text(span), "");
}

TEST(OutputMessages, AnthropicToolUseIsACall) {
  Span span;
  span.output = R"({"role":"assistant","content":[{"type":"text","text":"Let me see."},)"
                R"({"type":"tool_use","id":"t1","name":"f","input":{"a":1}}]})";
  span.output_form = Form::Json;
  EXPECT_THAT(
      output_messages(span),
      ElementsAre(FieldsAre("assistant", "Let me see.",
                            R"([{"type":"tool_use","id":"t1","name":"f","input":{"a":1}}])")));
}

TEST(PromptText, JoinsContentsByBlankLines) {
  EXPECT_EQ(prompt_text(prompt("Hi", Form::Text, R"([{"type":"text","content":"Be kind."}])")),
            "Be kind.\n\nHi");
}

TEST(ToJson, RoundTripsThroughInputMessages) {
  const std::vector<Message> messages = {{"user", "a \"b\"\n\xE4\xBD\xA0", ""},
                                         {"assistant", "", R"([{"id":"1"}])"}};
  const std::string json = to_json(messages);
  EXPECT_EQ(json,
            "[{\"role\":\"user\",\"content\":\"a \\\"b\\\"\\n\xE4\xBD\xA0\"},"
            "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"1\"}]}]");
  EXPECT_THAT(input_messages(prompt(json, Form::Messages)),
              ElementsAre(FieldsAre("user", messages[0].content, ""),
                          FieldsAre("assistant", "", messages[1].tool_calls)));
}

}  // namespace
}  // namespace sonde
