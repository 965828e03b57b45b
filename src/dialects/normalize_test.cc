#include "dialects/normalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dialects/values.h"

namespace sonde {

void PrintTo(const Attribute& attribute, std::ostream* out) {
  *out << attribute.key << '=' << attribute.value;
}

namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::IsEmpty;

Span normalize(std::vector<Attribute> attributes, Status status = Status::Ok) {
  static const Normalizer normalizer;
  Span span;
  span.status = status;
  span.start_time = 1'000'000;
  span.attributes = std::move(attributes);
  normalizer.apply(span);
  return span;
}

TEST(Normalizer, PrefersTheDialectListedFirst) {
  const Span span = normalize({{"llm.request.model", "b"}, {"gen_ai.request.model", "a"}});
  EXPECT_EQ(span.model_requested, "a");
  EXPECT_THAT(span.attributes, ElementsAre(FieldsAre("llm.request.model", "b")));
}

TEST(Normalizer, PrefersTheRicherShapeWithinADialect) {
  const Span span = normalize({{"input.value", "raw"},
                               {"llm.input_messages.0.message.role", "user"},
                               {"llm.input_messages.0.message.content", "Hi"}});
  EXPECT_EQ(span.input, R"([{"role":"user","content":"Hi"}])");
  EXPECT_EQ(span.input_form, Form::Messages);
}

TEST(Normalizer, NamesTheDocumentsOfARetrieval) {
  const Span span = normalize({{"openinference.span.kind", "RETRIEVER"},
                               {"output.value", R"({"documents":["other"]})"},
                               {"retrieval.documents.10.document.content", "Free of charge."},
                               {"retrieval.documents.2.document.metadata", R"({"source":"b.md"})"},
                               {"retrieval.documents.0.document.id", "a"},
                               {"retrieval.documents.0.document.content", "text"}});
  EXPECT_EQ(span.documents, R"(["a","b.md","Free of charge."])");
  EXPECT_EQ(span.output_form, Form::Messages);
  EXPECT_EQ(normalize({{"gen_ai.operation.name", "retrieval"},
                       {"gen_ai.retrieval.documents", R"([{"id":"d1","score":0.9}])"}})
                .documents,
            R"(["d1"])");
  EXPECT_EQ(normalize({{"retrieval.document", R"([{"document":{"id":"d1"}}])"}}).documents,
            R"(["d1"])");
}

TEST(Normalizer, TakesARetrievalsAnswerForItsDocuments) {
  EXPECT_EQ(normalize({{"openinference.span.kind", "RETRIEVER"}, {"output.value", "[]"}}).documents,
            "[]");
  EXPECT_EQ(normalize({{"langfuse.observation.type", "retriever"},
                       {"langfuse.observation.output", R"([{"metadata":{"source":"s"}}])"}})
                .documents,
            R"(["s"])");
  EXPECT_EQ(
      normalize({{"openinference.span.kind", "RETRIEVER"}, {"output.value", "text"}}).documents,
      "");
  EXPECT_EQ(normalize({{"openinference.span.kind", "LLM"}, {"output.value", "[]"}}).documents, "");
}

TEST(Normalizer, KeepsAttributesNoDialectClaims) {
  EXPECT_THAT(normalize({{"team", "search"}}).attributes, ElementsAre(FieldsAre("team", "search")));
}

TEST(Normalizer, GoesOnToTheNextClaimWhenAValueCannotBeRead) {
  const Span span =
      normalize({{"gen_ai.usage.input_tokens", "many"}, {"llm.token_count.prompt", "7"}});
  EXPECT_EQ(span.input_tokens, 7);
  EXPECT_THAT(span.attributes, ElementsAre(FieldsAre("gen_ai.usage.input_tokens", "many")));
}

TEST(Normalizer, NeverOverwritesWhatTheSourceFilled) {
  Span span;
  span.model = "known";
  span.attributes = {{"gen_ai.response.model", "other"}};
  Normalizer().apply(span);
  EXPECT_EQ(span.model, "known");
}

TEST(Normalizer, CountsTheInnerVercelSpanOnly) {
  EXPECT_EQ(normalize({{"ai.operationId", "ai.generateText.doGenerate"}}).levels, bit(Level::Call));
  const Span outer = normalize({{"ai.operationId", "ai.generateText"}, {"ai.model.id", "m"}});
  EXPECT_EQ(outer.levels, 0);
  EXPECT_EQ(outer.kind, Kind::Chain);
}

TEST(Normalizer, LeavesPlainSpansAlone) {
  const Span span = normalize({{"http.request.method", "GET"}, {"service.name", "shop"}});
  EXPECT_EQ(span.kind, Kind::Span);
  EXPECT_EQ(span.levels, 0);
}

TEST(Normalizer, TellsACallByItsModel) {
  EXPECT_EQ(normalize({{"gen_ai.request.model", "m"}}).levels, bit(Level::Call));
}

TEST(Normalizer, BuildsParametersFromTheRest) {
  const Span span = normalize({{"gen_ai.request.model", "m"},
                               {"gen_ai.request.temperature", "0.5"},
                               {"gen_ai.request.stop_sequences", R"(["x"])"},
                               {"gen_ai.request.service_tier", "auto"}});
  EXPECT_EQ(span.parameters, R"({"temperature":0.5,"stop_sequences":["x"],"service_tier":"auto"})");
}

TEST(Normalizer, TakesTheFirstTokenFromTimeOrDuration) {
  EXPECT_EQ(normalize({{"gen_ai.response.time_to_first_chunk", "0.25"}}).time_to_first_token,
            250'000);
  // 1970-01-01T00:00:01.5Z is half a second after the start, as Langfuse quotes it.
  EXPECT_EQ(
      normalize({{"langfuse.observation.completion_start_time", "\"1970-01-01T00:00:01.500Z\""}})
          .time_to_first_token,
      500'000);
}

TEST(Normalizer, ClassifiesErrors) {
  const Span span = normalize({{"error.type", "RateLimitError"}}, Status::Error);
  EXPECT_EQ(span.status_message, "RateLimitError");
  EXPECT_EQ(normalize({{"error.type", "429"}}, Status::Error).error_class, "rate_limit");
  EXPECT_EQ(normalize({{"error.type", "429"}}, Status::Ok).error_class, "");
}

TEST(Normalizer, JoinsTextAndToolCallsOfVercel) {
  const Span span =
      normalize({{"ai.response.text", "Wait"},
                 {"ai.response.toolCalls", R"([{"toolCallId":"c","toolName":"f","input":"{}"}])"}});
  EXPECT_EQ(span.output_form, Form::Messages);
  EXPECT_EQ(
      span.output,
      R"([{"role":"assistant","content":"Wait","tool_calls":[{"id":"c","name":"f","arguments":"{}"}]}])");
}

TEST(Normalizer, SurvivesValuesOfAnyKind) {
  for (const Dialect* dialect : all_dialects()) {
    for (const Rule& rule : dialect->rules) {
      for (const char* value :
           {"", "[", "{}", "[]", "[1,null]", "null", "-1", "1e400", "\"", "a.b"}) {
        const std::string key(rule.key);
        const Span span =
            normalize({{key, value}, {key + ".0.x", value}, {key + ".99999999999.y", value}});
        EXPECT_LE(span.attributes.size(), 3U);
      }
    }
  }
}

TEST(Dialects, ClaimEachKeyOnce) {
  std::set<std::string_view> keys;
  for (const Dialect* dialect : all_dialects()) {
    for (const Rule& rule : dialect->rules) EXPECT_TRUE(keys.insert(rule.key).second) << rule.key;
  }
}

TEST(UsageMap, AddsUpBucketsThatExcludeEachOther) {
  Span span;
  EXPECT_TRUE(apply_usage_map(
      R"({"input":21,"output":7,"total":34,"input_cached_tokens":4,"output_reasoning_tokens":2})",
      span));
  EXPECT_EQ(span.input_tokens, 25);
  EXPECT_EQ(span.output_tokens, 9);
  EXPECT_EQ(span.cache_read_tokens, 4);
  EXPECT_EQ(span.reasoning_tokens, 2);
}

TEST(UsageMap, DoesNotAddPartsThatTheTotalShowsToBeIncluded) {
  Span span;  // 6 + 2055 = 2061: the reasoning is part of the output.
  EXPECT_TRUE(apply_usage_map(
      R"({"total":2061,"input":6,"completion_details.reasoning":1104,"output":2055})", span));
  EXPECT_EQ(span.output_tokens, 2055);
  EXPECT_EQ(span.reasoning_tokens, 1104);
}

TEST(CostMap, PrefersTheTotalAndIgnoresZerosOfFailures) {
  Span span;
  EXPECT_TRUE(apply_cost_map(R"({"input":0.1,"output":0.2,"total":0.25})", span));
  EXPECT_EQ(span.cost, 250'000'000);
  Span failed;
  failed.status = Status::Error;
  EXPECT_FALSE(apply_cost_map(R"({"input":0,"total":0})", failed));
  EXPECT_FALSE(failed.cost.has_value());
}

TEST(FinishReason, ReadsListsAndSpellings) {
  EXPECT_EQ(parse_finish_reason(R"(["tool-calls"])"), "tool_calls");
  EXPECT_EQ(parse_finish_reason("stop"), "stop");
  EXPECT_EQ(parse_finish_reason("[]"), "");
}

TEST(Content, FindsMessagesInEnvelopes) {
  EXPECT_EQ(parse_content(R"({"messages":[{"role":"user","content":"a"}],"model":"m"})").form,
            Form::Messages);
  EXPECT_EQ(parse_content(R"("\"quoted\"")").form, Form::Text);
  EXPECT_EQ(parse_content(R"("{\"a\":1}")").text, R"({"a":1})");
  EXPECT_EQ(parse_content("[not json").form, Form::Text);
}

TEST(Normalizer, ForgetsTheZerosOfFailedCalls) {
  Span span;
  span.attributes = {{"langfuse.observation.level", "ERROR"},
                     {"langfuse.observation.type", "generation"},
                     {"langfuse.observation.usage_details", R"({"input":0,"output":0,"total":0})"},
                     {"langfuse.observation.cost_details", R"({"input":0,"total":0})"}};
  Normalizer().apply(span);
  EXPECT_EQ(span.status, Status::Error);
  EXPECT_EQ(span.input_tokens, std::nullopt);
  EXPECT_EQ(span.output_tokens, std::nullopt);
  EXPECT_EQ(span.total_tokens, std::nullopt);
  EXPECT_EQ(span.cost, std::nullopt);
  EXPECT_EQ(span.currency, "");
}

}  // namespace
}  // namespace sonde
