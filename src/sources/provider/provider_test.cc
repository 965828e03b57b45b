#include "sources/provider/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/provider/reading_test.h"

namespace sonde {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Span only(const Reading& reading) {
  EXPECT_THAT(reading.spans, SizeIs(1));
  return reading.spans.empty() ? Span() : reading.spans.front();
}

TEST(ProviderCalls, ReadsAnOpenAiChatWhoseBodiesAreText) {
  const Reading reading = read_json(kProviderCalls, R"({
    "host":"api.openai.com","path":"/v1/chat/completions","status":200,"latency_ms":1500,
    "request":"{\"model\":\"gpt-4o\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
    "response":"{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"gpt-4o-2024\",\"choices\":[{\"message\":{\"content\":\"Hello\",\"refusal\":null},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,\"total_tokens\":14,\"prompt_tokens_details\":{\"cached_tokens\":4}}}"
  })");
  EXPECT_TRUE(reading.matched);
  const Span span = only(reading);
  EXPECT_EQ(span.levels, bit(Level::Call));
  EXPECT_EQ(span.status, Status::Ok);
  EXPECT_EQ(span.provider, "openai");
  EXPECT_EQ(span.model_requested, "gpt-4o");
  EXPECT_EQ(span.model, "gpt-4o-2024");
  EXPECT_EQ(span.input, R"([{"role":"user","content":"Hi"}])");
  EXPECT_EQ(span.input_form, Form::Messages);
  EXPECT_EQ(span.output, "Hello");
  EXPECT_EQ(span.finish_reason, "length");
  EXPECT_EQ(span.parameters, R"({"max_tokens":5})");
  EXPECT_EQ(span.input_tokens, 9);
  EXPECT_EQ(span.cache_read_tokens, 4);
  EXPECT_EQ(span.duration, 1'500'000);
}

TEST(ProviderCalls, AddsAnthropicsCachedTokensToTheInput) {
  const Span span = only(read_json(kProviderCalls, R"({
    "path":"/v1/messages","status_code":200,
    "request":{"model":"claude-3","system":"Be brief","messages":[{"role":"user","content":"Hi"}]},
    "response":{"id":"m","type":"message","role":"assistant","model":"claude-3",
      "content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn",
      "usage":{"input_tokens":25,"cache_read_input_tokens":5,"cache_creation_input_tokens":3,"output_tokens":7}}
  })"));
  EXPECT_EQ(span.input_tokens, 33);  // 25 + 5 + 3
  EXPECT_EQ(span.cache_write_tokens, 3);
  EXPECT_EQ(span.system, "Be brief");
  EXPECT_EQ(span.finish_reason, "stop");
  EXPECT_EQ(span.provider, "anthropic");
}

TEST(ProviderCalls, CountsGeminisThoughtsAsOutput) {
  const Span span = only(read_json(kProviderCalls, R"({
    "path":"/v1beta/models/gemini-2.5-flash:generateContent","status":200,
    "request":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":64}},
    "response":{"candidates":[{"content":{"parts":[{"text":"Hel"},{"text":"lo"}]},"finishReason":"MAX_TOKENS"}],
      "usageMetadata":{"promptTokenCount":6,"candidatesTokenCount":10,"thoughtsTokenCount":20,"totalTokenCount":36}}
  })"));
  EXPECT_EQ(span.output, "Hello");
  EXPECT_EQ(span.output_tokens, 30);  // 10 + 20
  EXPECT_EQ(span.model, "gemini-2.5-flash");
  EXPECT_EQ(span.parameters, R"({"maxOutputTokens":64})");
  EXPECT_EQ(span.finish_reason, "length");
}

TEST(ProviderCalls, TakesTheErrorFromTheBody) {
  const Span span = only(read_json(kProviderCalls, R"({
    "path":"/v1/chat/completions","status":429,
    "request":{"model":"m","messages":[{"role":"user","content":"Hi"}]},
    "response":{"error":{"message":"Rate limit reached for requests","type":"rate_limit"}}
  })"));
  EXPECT_EQ(span.status, Status::Error);
  EXPECT_EQ(span.status_message, "Rate limit reached for requests");
  EXPECT_EQ(span.error_class, "rate_limit");
  EXPECT_EQ(span.output_form, Form::None);
}

TEST(ProviderCalls, LeavesAdministrationOutWithANote) {
  const Reading reading = read_json(kProviderCalls, R"({
    "method":"POST","path":"/v1/threads/thread_1HjgF1qM3kuRK2aviYYaLlxF/runs","status":200,
    "request":{"assistant_id":"a"},"response":{"object":"thread.run"}})");
  EXPECT_THAT(reading.spans, IsEmpty());
  EXPECT_EQ(reading.excluded, 1U);
  EXPECT_EQ(reading.notes.count("not a model call: POST /v1/threads/{id}/runs"), 1U);
}

TEST(ProviderCalls, LeavesPlainFlatLogsToOthers) {
  EXPECT_FALSE(
      read_json(kProviderCalls, R"({"request":"hello","response":"hi","status":"ok"})").matched);
}

TEST(ProviderCalls, SurvivesWrongTypesEverywhere) {
  for (
      const char* json : {
          R"({"request":{"messages":7},"response":{"choices":7},"status":"x"})",
          R"({"request":{"messages":[null,1]},"response":{"choices":[null]},"status":200})",
          R"({"request":{"prompt":{}},"response":[[],null,{"choices":[]}],"path":"/v1/completions"})",
          R"({"request":"{","response":"data: {\n\ndata: [DONE]","status":200,"path":"/v1/messages"})",
          R"({"request":null,"response":null,"path":"/v1/chat/completions"})",
          R"({"request":{"messages":[]},"response":{"usage":{"prompt_tokens":"9","total_tokens":-1}},"status":999})",
          R"({"request":{"input":[1]},"response":{"object":"response","output":{"a":1},"usage":[]},"status":200})",
      }) {
    const Reading reading = read_json(kProviderCalls, json);
    EXPECT_TRUE(reading.spans.size() + reading.excluded == 1 || reading.failed) << json;
  }
}

TEST(OpenAiBatch, JoinsStatusAndBodyOfAResult) {
  const Reading reading = read_json(kOpenAiBatch, R"({"id":"batch_req_1","custom_id":"r-1",
    "response":{"status_code":200,"body":{"id":"chatcmpl-9","object":"chat.completion",
      "model":"gpt-4o","choices":[{"message":{"content":"Paris"},"finish_reason":"stop"}]}},"error":null})");
  EXPECT_TRUE(reading.matched);
  const Span span = only(reading);
  EXPECT_EQ(span.output, "Paris");
  EXPECT_EQ(span.status, Status::Ok);
  EXPECT_EQ(span.span_id, "chatcmpl-9");
}

TEST(OpenAiBatch, DoesNotKnowHowARequestEnded) {
  const Span span = only(read_json(kOpenAiBatch, R"({"custom_id":"r-1","method":"POST",
    "url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}})"));
  EXPECT_EQ(span.status, Status::Unknown);
  EXPECT_EQ(span.span_id, "r-1");
  EXPECT_EQ(span.model, "gpt-4o");
}

TEST(ProviderAnswers, ReadsABareChatCompletion) {
  const Reading reading = read_json(kProviderAnswers, R"({"id":"c","object":"chat.completion",
    "model":"gpt-4o","choices":[{"message":{"role":"assistant","content":null,"refusal":"No."},
    "finish_reason":"stop"}]})");
  EXPECT_TRUE(reading.matched);
  const Span span = only(reading);
  EXPECT_EQ(span.output, "No.");
  EXPECT_EQ(span.refusal, true);
  EXPECT_EQ(span.input_form, Form::None);
}

TEST(ProviderAnswers, ReadsMessagesWithAPlainAnswer) {
  const Span span = only(read_json(kProviderAnswers, R"({"model":"m",
    "messages":[{"role":"user","content":"Hi"}],"response":"Hello","latency":0.25})"));
  EXPECT_EQ(span.output, "Hello");
  EXPECT_EQ(span.duration, 250'000);
  EXPECT_THAT(span.input, HasSubstr("Hi"));
}

}  // namespace
}  // namespace sonde
