#include "sources/provider/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/provider/base64.h"
#include "sources/provider/endpoint.h"
#include "sources/provider/frames.h"

namespace sonde {
namespace {

using testing::SizeIs;

TEST(ReadAnswer, PutsAnOpenAiStreamTogether) {
  const Answer answer = read_answer(
      "data: "
      "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
      "data: "
      "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_"
      "reason\":\"stop\"}]}\r\n\r\n"
      "data: "
      "{\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
      "\"completion_tokens\":2}}\n\n"
      "data: [DONE]\n\n");
  EXPECT_EQ(answer.text, "Hello");
  EXPECT_EQ(answer.finish, "stop");
  EXPECT_EQ(answer.input_tokens, 3);
  EXPECT_EQ(answer.output_tokens, 2);
}

TEST(ReadAnswer, JoinsTheArgumentsOfStreamedToolCalls) {
  const Answer answer = read_answer(
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}]}}]}
data: {"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"y\""}}]}}]}
data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}
data: {"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]}}]})");
  ASSERT_THAT(answer.calls, SizeIs(2));
  EXPECT_EQ(answer.calls[0].arguments, "{}");
  EXPECT_EQ(answer.calls[1].name, "g");
  EXPECT_EQ(answer.calls[1].arguments, R"({"y":2})");
}

TEST(ReadAnswer, PutsAnAnthropicStreamTogether) {
  const Answer answer = read_answer(
      R"(event: message_start
data: {"type":"message_start","message":{"id":"m","model":"claude","usage":{"input_tokens":17,"output_tokens":1}}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}
data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":40}})");
  EXPECT_EQ(answer.text, "Hi");
  ASSERT_THAT(answer.calls, SizeIs(1));
  EXPECT_EQ(answer.calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(answer.output_tokens, 40);
  EXPECT_EQ(answer.input_tokens, 17);
  EXPECT_EQ(answer.model, "claude");
}

TEST(ReadAnswer, LetsTheCompletedResponseReplaceItsDeltas) {
  const Answer answer = read_answer(
      R"(data: {"type":"response.created","response":{"object":"response","status":"in_progress","output":[]}}
data: {"type":"response.output_text.delta","delta":"Par"}
data: {"type":"response.function_call_arguments.delta","delta":"{}"}
data: {"type":"response.completed","response":{"object":"response","status":"completed","model":"gpt-5","output":[{"type":"message","content":[{"type":"output_text","text":"Paris"}]}],"usage":{"input_tokens":4,"output_tokens":6}}})");
  EXPECT_EQ(answer.text, "Paris");
  EXPECT_EQ(answer.status, "completed");
  EXPECT_EQ(answer.output_tokens, 6);
}

TEST(ReadAnswer, KeepsTheDeltasOfAResponseThatBrokeOff) {
  const Answer answer = read_answer(
      R"(data: {"type":"response.created","response":{"object":"response","status":"in_progress","output":[]}}
data: {"type":"response.output_text.delta","delta":"Par"})");
  EXPECT_EQ(answer.text, "Par");
}

TEST(ReadAnswer, DecodesAwsFrames) {
  // One frame: total 37, no headers; the payload is {"bytes":"U29ycnk="}, "Sorry" in base64.
  const std::string payload = R"({"bytes":"U29ycnk="})";
  std::string frame("\0\0\0\x24\0\0\0\0CRC!", 12);
  frame[3] = static_cast<char>(12 + payload.size() + 4);
  frame += payload + "CRC!";
  EXPECT_THAT(decode_aws_frames(frame), testing::ElementsAre(R"({"text":"Sorry"})"));
  EXPECT_THAT(decode_aws_frames(frame.substr(0, 20)), SizeIs(0));
}

TEST(ReadAnswer, SaysWhenTheLogCutTheBody) {
  EXPECT_TRUE(read_answer("base64:AAAA...[base64 3164 bytes cut]").cut);
}

TEST(ReadAnswer, TakesUnknownTextForAnError) {
  EXPECT_EQ(read_answer("<html>502 Bad Gateway</html>").error, "<html>502 Bad Gateway</html>");
}

TEST(Base64, DecodesBothAlphabetsAndRefusesTheRest) {
  EXPECT_EQ(decode_base64("+/8="), "\xFB\xFF");
  EXPECT_EQ(decode_base64("-_8"), "\xFB\xFF");
  EXPECT_EQ(decode_base64("a"), std::nullopt);
  EXPECT_EQ(decode_base64("ab$d"), std::nullopt);
}

TEST(Endpoint, FindsTheModelInThePath) {
  EXPECT_EQ(model_in_path("/model/amazon.nova-lite-v1%3A0/invoke"), "amazon.nova-lite-v1:0");
  EXPECT_EQ(model_in_path("/v1beta/models/gemini-2.0-flash:generateContent"), "gemini-2.0-flash");
  EXPECT_EQ(model_in_path("/openai/deployments/test/embeddings"), "test");
  EXPECT_EQ(model_in_path("/v1/chat/completions"), "");
}

}  // namespace
}  // namespace sonde
