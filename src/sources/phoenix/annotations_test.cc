#include "sources/phoenix/annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/provider/reading_test.h"

namespace sonde {
namespace {

using testing::SizeIs;

TEST(PhoenixAnnotations, AreScoresOfTheirTargets) {
  ReadOptions options;
  options.strays = Strays::Emit;
  const Reading reading = read_json(kPhoenixAnnotations, R"({"data":[
    {"span_id":"a1","name":"relevance","annotator_kind":"LLM","result":{"score":0.87,"label":"yes","explanation":"on topic"},"identifier":"i"},
    {"session_id":"s","name":"csat","annotator_kind":"HUMAN","result":{"score":4.5}},
    {"name":"broken"}]})",
                                    options);
  EXPECT_TRUE(reading.matched);
  ASSERT_THAT(reading.scores, SizeIs(2));
  EXPECT_EQ(reading.scores[0], (Score{.id = "a1/relevance/i",
                                      .trace_id = "",
                                      .span_id = "a1",
                                      .session_id = "",
                                      .name = "relevance",
                                      .value = 0.87,
                                      .label = "yes",
                                      .comment = "on topic",
                                      .source = "llm",
                                      .time = std::nullopt}));
  EXPECT_EQ(reading.scores[1].session_id, "s");
  EXPECT_EQ(reading.scores[1].value, 4.5);
  EXPECT_EQ(reading.excluded, 0U);
}

TEST(PhoenixAnnotations, AreLeftOutWhereOnlySpansCount) {
  const Reading reading = read_json(
      kPhoenixAnnotations,
      R"({"data":[{"trace_id":"t","name":"ok","annotator_kind":"CODE","result":{"label":"true"}}]})");
  EXPECT_EQ(reading.excluded, 1U);
  EXPECT_EQ(reading.notes.count("scores whose trace is not in the same document"), 1U);
}

}  // namespace
}  // namespace sonde
