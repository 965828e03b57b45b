#include "analysis/association/chat_examples.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analysis/association/call_collector.h"
#include "analysis/where.h"

namespace sonde {
namespace {

using Turns = std::vector<std::string>;  // User and assistant by turns, the question last.

Span chat(const Turns& turns, const std::string& session = "", const std::string& answer = "ok") {
  std::vector<Message> messages = {{"system", "You sort complaints.", ""}};
  for (size_t i = 0; i < turns.size(); ++i) {
    messages.push_back({i % 2 == 0 ? "user" : "assistant", turns[i], ""});
  }
  Span span;
  span.kind = Kind::Llm;
  span.status = Status::Ok;
  span.input = to_json(messages);
  span.input_form = Form::Messages;
  span.output = answer;
  span.output_form = Form::Text;
  span.session_id = session;
  return span;
}

CallTable table_of(const std::vector<Span>& spans) {
  CallCollector collector;
  uint64_t byte = 0;
  for (Span span : spans) {
    span.location.byte = byte++;
    collector.add(Execution(span, Outcome::Ok), call_key(span), {});
  }
  return collector.finish();
}

TEST(ChatExamples, ThePairsBeforeDifferentQuestionsAreExamples) {
  std::vector<Span> spans;
  for (int i = 0; i < 3; ++i) {
    spans.push_back(chat(
        {"It is broken.", "defect", "It is late.", "delivery", fmt::format("Complaint {}", i)}));
  }
  for (const Call& call : table_of(spans).calls) {
    EXPECT_EQ(call.examples, 2U);
    EXPECT_GT(call.example_tokens, 0U);
    EXPECT_EQ(call.repeated_example_tokens, 0U);
  }
}

TEST(ChatExamples, APairThatStandsTwiceIsRepeated) {
  std::vector<Span> spans;
  for (int i = 0; i < 3; ++i) {
    spans.push_back(chat(
        {"It is broken.", "defect", "It is broken.", "defect", fmt::format("Complaint {}", i)}));
  }
  for (const Call& call : table_of(spans).calls) {
    EXPECT_EQ(call.repeated_example_tokens * 2, call.example_tokens);
  }
}

TEST(ChatExamples, AConversationThatGrowsIsNone) {
  // With and without sessions, each call carries all before it.
  for (const std::string session : {"", "s1"}) {
    std::vector<Span> spans;
    Turns turns;
    for (int i = 0; i < 6; ++i) {
      turns.push_back(fmt::format("Question {}", i));
      spans.push_back(chat(turns, session, fmt::format("Answer {}", i)));
      turns.push_back(fmt::format("Answer {}", i));
    }
    for (const Call& call : table_of(spans).calls) EXPECT_EQ(call.examples, 0U);
  }
}

TEST(ChatExamples, AGreetingThatTheLogAnsweredIsNone) {
  std::vector<Span> spans;
  for (int i = 0; i < 6; ++i) {
    const std::string session = fmt::format("s{}", i);
    spans.push_back(chat(
        {
            "Hi",
        },
        session, "Hello!"));
    spans.push_back(chat({"Hi", "Hello!", fmt::format("Where is order {}?", i)}, session));
  }
  for (const Call& call : table_of(spans).calls) EXPECT_EQ(call.examples, 0U);
}

TEST(ChatExamples, OneConversationReplayedForSeveralModelsIsNone) {
  std::vector<Span> spans;
  for (int i = 0; i < 6; ++i) {
    spans.push_back(chat({"Write a poem.", "Roses are red.", "Now rhyme."}, fmt::format("s{}", i)));
  }
  for (const Call& call : table_of(spans).calls) EXPECT_EQ(call.examples, 0U);
}

TEST(ChatExamples, OneSessionThatGoesBackToItsStartIsNone) {
  std::vector<Span> spans;
  for (int i = 0; i < 6; ++i) {
    spans.push_back(chat({"Write a poem.", "Roses are red.", fmt::format("Change {}.", i)}, "s"));
  }
  for (const Call& call : table_of(spans).calls) EXPECT_EQ(call.examples, 0U);
}

TEST(ChatExamples, WhatFollowsTheExamplesIsTheConversation) {
  std::vector<Span> spans;
  for (int i = 0; i < 4; ++i) {
    const std::string session = fmt::format("s{}", i);
    const std::string first = fmt::format("Complaint {}", i);
    spans.push_back(chat({"It is broken.", "defect", first}, session, "delivery"));
    spans.push_back(chat({"It is broken.", "defect", first, "delivery", "Are you sure?"}, session));
  }
  for (const Call& call : table_of(spans).calls) EXPECT_EQ(call.examples, 1U);
}

TEST(ChatExamples, ToolCallsEndThePairs) {
  Span span = chat({"a", "b", "c"});
  span.input = to_json(std::vector<Message>{
      {"user", "a", ""}, {"assistant", "b", R"([{"id":"1","name":"f"}])"}, {"user", "c", ""}});
  EXPECT_TRUE(chat_pairs_of(Execution(span, Outcome::Ok)).empty());
}

}  // namespace
}  // namespace sonde
