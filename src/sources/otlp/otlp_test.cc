#include "sources/otlp/otlp.h"

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

std::string one_span(std::string_view members) {
  return R"({"resourceSpans":[{"resource":{"attributes":[
    {"key":"service.name","value":{"stringValue":"shop"}},{"key":"host.name","value":{"stringValue":"vm"}}]},
    "scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",)" +
         std::string(members) + "}]}]}]}";
}

TEST(Otlp, ReadsIdsTimesAndStatus) {
  const Reading reading = read_json(kOtlp, one_span(R"("name":"chat",
    "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661500000000,
    "status":{"code":2,"message":"boom"})"));
  EXPECT_TRUE(reading.matched);
  ASSERT_THAT(reading.spans, SizeIs(1));
  const Span& span = reading.spans[0];
  EXPECT_EQ(span.trace_id, "5b8efff798038103d269b633813fc60c");
  EXPECT_EQ(span.levels, bit(Level::Run));
  EXPECT_EQ(span.start_time, 1544712660000000);
  EXPECT_EQ(span.duration, 1'500'000);
  EXPECT_EQ(span.status, Status::Error);
  EXPECT_EQ(span.status_message, "boom");
  EXPECT_EQ(attribute(span, "service.name"), "shop");
  EXPECT_EQ(attribute(span, "resource.host.name"), "vm");
}

TEST(Otlp, ReadsIdsInBase64) {
  // 0x00 .. 0x07
  const Reading reading = read_json(
      kOtlp,
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"AAECAwQFBgc=","name":"x"}]}]}]})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].span_id, "0001020304050607");
}

TEST(Otlp, WritesStructuredValuesAsJson) {
  const Reading reading = read_json(kOtlp, one_span(R"("attributes":[
    {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"2"},{"boolValue":true}]}}},
    {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}},{"key":"n","value":{}}]}}},
    {"key":"i","value":{"intValue":"7"}},{"key":"bad"},{"value":{"intValue":1}},null,3])"));
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "a"), R"(["x",2,true])");
  EXPECT_EQ(attribute(reading.spans[0], "m"), R"({"k":0.5,"n":null})");
  EXPECT_EQ(attribute(reading.spans[0], "i"), "7");
}

TEST(Otlp, NumbersEventsOfOneName) {
  const Reading reading = read_json(kOtlp, one_span(R"("events":[
    {"name":"chunk","timeUnixNano":"5000","attributes":[{"key":"n","value":{"intValue":1}}]},
    {"name":"chunk","timeUnixNano":"9000","attributes":[{"key":"n","value":{"intValue":2}}]}])"));
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "event.chunk.time"), "5");
  EXPECT_EQ(attribute(reading.spans[0], "event.chunk.n"), "1");
  EXPECT_EQ(attribute(reading.spans[0], "event.chunk.1.n"), "2");
}

constexpr std::string_view kLog = R"("resourceLogs":[{"scopeLogs":[{"logRecords":[
  {"spanId":"eee19b7ec3c1b174","attributes":[{"key":"event.name","value":{"stringValue":"gen_ai.user.message"}}],
   "body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":"Hi"}}]}}}]}]}])";

TEST(Otlp, JoinsMessageLogsToTheirSpan) {
  std::string json = one_span(R"("name":"chat")");
  json.pop_back();
  const Reading reading = read_json(kOtlp, json + "," + std::string(kLog) + "}");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "event.gen_ai.user.message.content"), "Hi");
  EXPECT_EQ(reading.excluded, 0U);
}

TEST(Otlp, ExcludesLogsAndMetricsWithANote) {
  const Reading logs = read_json(kOtlp, "{" + std::string(kLog) + "}");
  EXPECT_TRUE(logs.matched);
  EXPECT_EQ(logs.excluded, 1U);
  EXPECT_EQ(logs.notes.count("log records whose span is not in the same document"), 1U);
  const Reading metrics = read_json(
      kOtlp, R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a"},{"name":"b"}]}]}]})");
  EXPECT_EQ(metrics.excluded, 2U);
  EXPECT_THAT(metrics.spans, IsEmpty());
  EXPECT_EQ(metrics.notes.count("metrics carry no prompts"), 1U);
}

TEST(Otlp, EmitsMessageLogsAloneForSinksThatMerge) {
  ReadOptions options;
  options.strays = Strays::Emit;
  const std::string json = R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[
    {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","eventName":"gen_ai.user.message",
     "body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":"Hi"}}]}}},
    {"spanId":"eee19b7ec3c1b174","eventName":"gen_ai.choice"}]}]}]})";
  const Reading reading = read_json(kOtlp, json, options);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].span_id, "eee19b7ec3c1b174");
  EXPECT_EQ(reading.spans[0].levels, 0);
  EXPECT_EQ(reading.spans[0].status, Status::Unknown);
  EXPECT_EQ(attribute(reading.spans[0], "event.gen_ai.user.message.content"), "Hi");
  EXPECT_EQ(reading.excluded, 1U);  // It does not say its trace.
}

TEST(Otlp, KeepsScopesAndLinks) {
  const Reading reading = read_json(kOtlp, R"({"resourceSpans":[{"scopeSpans":[{
    "scope":{"name":"ai","version":"6"},
    "spans":[{"spanId":"eee19b7ec3c1b174","links":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
      "spanId":"EEE19B7EC3C1B175","attributes":[{"key":"why","value":{"stringValue":"retry"}}]}]}]}]}]})");
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "otel.scope.name"), "ai");
  EXPECT_EQ(attribute(reading.spans[0], "otel.scope.version"), "6");
  EXPECT_EQ(attribute(reading.spans[0], "link.0.trace_id"), "5b8efff798038103d269b633813fc60c");
  EXPECT_EQ(attribute(reading.spans[0], "link.0.span_id"), "eee19b7ec3c1b175");
  EXPECT_EQ(attribute(reading.spans[0], "link.0.why"), "retry");
}

TEST(Otlp, ReadsEvaluationsAsScores) {
  const Reading reading = read_json(kOtlp, one_span(R"("events":[
    {"name":"gen_ai.evaluation.result","timeUnixNano":"5000","attributes":[
      {"key":"gen_ai.evaluation.name","value":{"stringValue":"relevance"}},
      {"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.75}},
      {"key":"gen_ai.evaluation.score.label","value":{"stringValue":"good"}},
      {"key":"gen_ai.evaluation.explanation","value":{"stringValue":"on topic"}}]}])"));
  ASSERT_THAT(reading.scores, SizeIs(1));
  EXPECT_EQ(reading.scores[0], (Score{.id = "",
                                      .trace_id = "5b8efff798038103d269b633813fc60c",
                                      .span_id = "eee19b7ec3c1b174",
                                      .session_id = "",
                                      .name = "relevance",
                                      .value = 0.75,
                                      .label = "good",
                                      .comment = "on topic",
                                      .source = "otlp",
                                      .time = 5}));
}

TEST(Otlp, RejectsSpansBeyondTheLimit) {
  ReadOptions options;
  options.spans_max = 1;
  const Reading reading = read_json(
      kOtlp,
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"a"},{"spanId":"b"},{"spanId":"c"}]}]}]})",
      options);
  EXPECT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.rejected, 2U);
  EXPECT_EQ(reading.rejection, "more than 1 spans in one request");
}

TEST(Otlp, SpreadsUserAndSessionOverTheTrace) {
  const Reading reading = read_json(kOtlp, R"({"resourceSpans":[{"scopeSpans":[{"spans":[
    {"traceId":"t","spanId":"a","attributes":[{"key":"user.id","value":{"stringValue":"ann"}}]},
    {"traceId":"t","spanId":"b","parentSpanId":"a"}]}]}]})");
  ASSERT_THAT(reading.spans, SizeIs(2));
  EXPECT_EQ(attribute(reading.spans[1], "user.id"), "ann");
  EXPECT_EQ(reading.spans[1].levels, 0);
}

TEST(Otlp, SurvivesWrongTypesEverywhere) {
  for (
      const char* json :
      {R"({"resourceSpans":[null,1,{"resource":3,"scopeSpans":{}}]})",
       R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":1,"events":4,"attributes":{}}]}]}]})",
       R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":-1,"status":"x"}]}]}]})"}) {
    EXPECT_FALSE(read_json(kOtlp, json).failed) << json;
  }
}

TEST(Otlp, LeavesLongValuesOutWhenNoContentIsWanted) {
  ReadOptions options;
  options.fields = FieldSet{Field::Model};
  const std::string json =
      one_span(R"("attributes":[{"key":"long","value":{"stringValue":")" + std::string(5000, 'x') +
               R"("}},{"key":"short","value":{"stringValue":"y"}}])");
  const Reading reading = read_json(kOtlp, json, options);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(attribute(reading.spans[0], "long"), "(none)");
  EXPECT_EQ(attribute(reading.spans[0], "short"), "y");
}

}  // namespace
}  // namespace sonde
