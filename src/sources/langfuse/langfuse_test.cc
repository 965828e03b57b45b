#include "sources/langfuse/langfuse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sources/provider/reading_test.h"

namespace sonde {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string attribute(const Span& span, std::string_view key) {
  const auto found = std::find_if(span.attributes.begin(), span.attributes.end(),
                                  [&](const Attribute& a) { return a.key == key; });
  return found == span.attributes.end() ? "(none)" : found->value;
}

constexpr std::string_view kTrace = R"({
  "trace":{"id":"t","name":"ask","timestamp":"2026-01-01T00:00:00.000Z","userId":"ann","sessionId":"s",
    "tags":["x","y"],"input":"\"Hi\"","scores":[{"name":"user-feedback","value":0,"traceId":"t"},
      {"name":"toxicity","value":0.25,"traceId":"t","observationId":"o"}]},
  "observations":[
    {"id":"o","traceId":"t","type":"GENERATION","name":"outer","parentObservationId":null,"level":"ERROR",
     "statusMessage":"boom","startTime":"2026-01-01T00:00:00.000Z","endTime":"2026-01-01T00:00:02.000Z","input":"a"},
    {"id":"p","traceId":"t","type":"GENERATION","name":"inner","parentObservationId":"o","level":"DEFAULT",
     "startTime":"2026-01-01T00:00:00.500Z","endTime":"2026-01-01T00:00:03.000Z","model":"gpt-4o",
     "input":[{"role":"user","content":"Hi"}],"output":"Hello",
     "usageDetails":{"input":3,"output":2,"total":5},"costDetails":{"total":0.001}},
    {"id":"q","traceId":"t","type":"GENERATION","parentObservationId":"p","startTime":"2026-01-01T00:00:01.000Z"}
  ]})";

TEST(LangfuseTrace, MakesTheTraceARunAboveItsObservations) {
  const Reading reading = read_json(kLangfuseTrace, kTrace);
  EXPECT_TRUE(reading.matched);
  ASSERT_THAT(reading.spans, SizeIs(4));
  const Span& run = reading.spans[0];
  EXPECT_EQ(run.levels, bit(Level::Run));
  EXPECT_EQ(run.duration, 3'000'000);
  EXPECT_EQ(run.status, Status::Error);  // A root observation failed.
  EXPECT_EQ(run.feedback, "dislike");
  EXPECT_EQ(reading.spans[1].parent_span_id, "t");
  EXPECT_EQ(reading.spans[2].parent_span_id, "o");
}

TEST(LangfuseTrace, WritesTheDialectsAttributes) {
  const Reading reading = read_json(kLangfuseTrace, kTrace);
  ASSERT_THAT(reading.spans, SizeIs(4));
  const Span& inner = reading.spans[2];
  EXPECT_EQ(inner.duration, 2'500'000);
  EXPECT_EQ(attribute(inner, "langfuse.observation.type"), "GENERATION");
  EXPECT_EQ(attribute(inner, "langfuse.observation.usage_details"),
            R"({"input":3,"output":2,"total":5})");
  EXPECT_EQ(attribute(inner, "langfuse.user.id"), "ann");
  EXPECT_EQ(attribute(inner, "langfuse.trace.tags"), R"(["x","y"])");
  EXPECT_EQ(attribute(reading.spans[1], "score.toxicity"), "0.25");
}

TEST(LangfuseTrace, CountsOnlyTheInnermostGenerationWithContent) {
  const Reading reading = read_json(kLangfuseTrace, kTrace);
  ASSERT_THAT(reading.spans, SizeIs(4));
  EXPECT_EQ(attribute(reading.spans[1], "sonde.no_call"), "true");
  EXPECT_EQ(attribute(reading.spans[2], "sonde.no_call"), "(none)");
  EXPECT_EQ(attribute(reading.spans[3], "sonde.no_call"), "true");
}

TEST(LangfuseTrace, FindsTheDocumentsOfRetrievals) {
  const auto documents = [](const std::string& type, const std::string& name,
                            const std::string& output) {
    ReadOptions options;
    options.fields = {Field::Documents};
    const Reading reading =
        read_json(kLangfuseRows,
                  R"({"id":"o","traceId":"t","startTime":"2026-01-01T00:00:00Z","type":")" + type +
                      R"(","name":")" + name + R"(","output":)" + output + "}",
                  options);
    return reading.spans.empty() ? "(none)" : reading.spans[0].documents;
  };
  const std::string found =
      R"({"documents":[{"page_content":"..","metadata":{"document_id":"d"}}]})";
  EXPECT_EQ(documents("RETRIEVER", "search", found), R"(["d"])");
  EXPECT_EQ(documents("SPAN", "dataset_retrieval", found), R"(["d"])");
  EXPECT_EQ(documents("RETRIEVER", "search", R"("[{\"id\":\"x\"}]")"), R"(["x"])");
  EXPECT_EQ(documents("RETRIEVER", "search", "[]"), "[]");
  EXPECT_EQ(documents("RETRIEVER", "search", R"("no such thing")"), "");
  EXPECT_EQ(documents("RETRIEVER", "search", "null"), "");
  EXPECT_EQ(documents("SPAN", "format", found), "");
}

TEST(LangfuseRows, ReadsAPageOfObservations) {
  const Reading reading = read_json(kLangfuseRows, R"({"data":[
    {"id":"o","traceId":"t","type":"GENERATION","startTime":"2026-01-01T00:00:00Z","model":"m"}],"meta":{}})");
  EXPECT_TRUE(reading.matched);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].parent_span_id, "");
}

TEST(LangfuseBatch, MergesCreateAndUpdate) {
  const Reading reading = read_json(kLangfuseBatch, R"({"batch":[
    {"id":"1","type":"generation-create","body":{"id":"g","traceId":"t","model":"m","startTime":"2026-01-01T00:00:00Z"}},
    {"id":"2","type":"generation-update","body":{"id":"g","endTime":"2026-01-01T00:00:01Z","model":null}}]})");
  EXPECT_TRUE(reading.matched);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].duration, 1'000'000);
  EXPECT_EQ(attribute(reading.spans[0], "langfuse.observation.model.name"), "m");
}

// As Dify sends them, each event in a request of its own.
Reading read_alone(std::string_view type, std::string_view body) {
  ReadOptions options;
  options.strays = Strays::Emit;
  return read_json(kLangfuseBatch,
                   R"({"batch":[{"id":"e1","timestamp":"2026-01-01T00:00:02Z","type":")" +
                       std::string(type) + R"(","body":)" + std::string(body) +
                       R"(}],"metadata":null})",
                   options);
}

TEST(LangfuseBatch, GivesAnObservationWithoutIdThatOfItsEvent) {
  const Reading reading = read_alone("generation-create", R"({"id":null,"traceId":"t","name":"llm",
    "startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:00:01Z","model":"m","output":"hi",
    "usage":{"input":5,"output":2,"total":7,"unit":"TOKENS","totalCost":0.002}})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].span_id, "e1");
  EXPECT_EQ(reading.spans[0].parent_span_id, "t");
  EXPECT_EQ(attribute(reading.spans[0], "langfuse.observation.cost_details"),
            R"({"total":"0.002"})");
}

TEST(LangfuseBatch, CountsNoCharactersAsTokens) {
  const Reading reading = read_alone("generation-create", R"({"traceId":"t","model":"m",
    "output":"hi","usage":{"input":500,"output":20,"total":520,"unit":"CHARACTERS"}})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "langfuse.observation.usage_details"), "(none)");
}

TEST(LangfuseBatch, TakesTheCostOfADifyNodeFromItsMetadata) {
  const Reading reading = read_alone("generation-create", R"({"id":"n","traceId":"t","model":"m",
    "output":{"text":"hi"},"usage":{"input":5,"output":2,"total":7,"unit":"TOKENS"},
    "metadata":{"total_price":"0.0123","currency":"RMB","node_type":"llm"}})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].cost, 12'300'000);
  EXPECT_EQ(reading.spans[0].currency, "RMB");
  EXPECT_EQ(reading.spans[0].cost_origin, "reported");
}

TEST(LangfuseBatch, KeepsAnEndThatCameWithoutItsStart) {
  const Reading reading = read_alone(
      "generation-update", R"({"id":"n","traceId":"t","endTime":"2026-01-01T00:00:01Z"})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "langfuse.observation.end_time"), "2026-01-01T00:00:01Z");
}

TEST(LangfuseBatch, EmitsScoresThatComeAlone) {
  const Reading reading = read_alone("score-create", R"({"traceId":"t","observationId":"o",
    "name":"tone","value":"friendly","comment":"kind","dataType":"CATEGORICAL"})");
  EXPECT_EQ(reading.excluded, 0U);
  ASSERT_THAT(reading.scores, SizeIs(1));
  EXPECT_EQ(reading.scores[0], (Score{.id = "e1",
                                      .trace_id = "t",
                                      .span_id = "o",
                                      .session_id = "",
                                      .name = "tone",
                                      .value = std::nullopt,
                                      .label = "friendly",
                                      .comment = "kind",
                                      .source = "api",
                                      .time = 1'767'225'602'000'000}));
}

TEST(Langfuse, SurvivesWrongTypesEverywhere) {
  EXPECT_FALSE(read_json(kLangfuseTrace,
                         R"({"trace":{"id":4,"scores":[1],"tags":7},"observations":[null,{"id":[]},
                         {"traceId":"t","type":"X","startTime":{},"id":"o","parentObservationId":"o"}]})")
                   .failed);
  EXPECT_THAT(read_json(kLangfuseBatch, R"({"batch":[{"type":"x","body":3},null]})").spans,
              IsEmpty());
}

}  // namespace
}  // namespace sonde
