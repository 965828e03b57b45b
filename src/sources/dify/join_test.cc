#include "sources/dify/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "sources/dify/reading_test.h"

namespace sonde::dify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint8_t kMessage = bit(Level::Message);
constexpr uint8_t kRun = bit(Level::Run);
constexpr uint8_t kNode = bit(Level::Node);
constexpr uint8_t kCall = bit(Level::Call);

// Rows as `select row_to_json(t)` prints them; JSON in text columns is a string.
const std::string kBasicMessage = R"({"id":"m-1","app_id":"a-1","model_provider":"openai",
 "model_id":"gpt-4o-mini","override_model_configs":null,"conversation_id":"c-1","inputs":{},
 "query":"Hi","message":[{"role":"system","text":"Be brief","files":[]},
 {"role":"user","text":"Hi","files":[{"type":"image"}]}],"message_tokens":12,
 "message_unit_price":0.15,"message_price_unit":1e-06,"answer":"Hello","answer_tokens":5,
 "parent_message_id":null,"provider_response_latency":2.5,"total_price":0.0000048,"currency":"USD",
 "status":"normal","error":null,"message_metadata":
 "{\"retriever_resources\":[{\"dataset_id\":\"d-1\"},{\"dataset_id\":\"d-2\"},{\"dataset_id\":\"d-1\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_price\":\"0.0000048\",\"currency\":\"USD\",\"time_to_first_token\":0.42}}",
 "invoke_from":"web-app","from_source":"api","from_end_user_id":"u-1","from_account_id":null,
 "created_at":"2026-07-23T10:00:05.123456","updated_at":"2026-07-23T10:00:08","agent_based":false,
 "workflow_run_id":null})";

const std::string kConversation = R"({"id":"c-1","app_id":"a-1","app_model_config_id":"cfg-2",
 "model_provider":"openai","model_id":"gpt-4o-mini","mode":"chat","dialogue_count":1})";
const std::string kOldConfig = R"({"id":"cfg-1","app_id":"a-1","created_at":"2026-06-01T00:00:00",
 "model":"{\"provider\":\"openai\",\"name\":\"gpt-4o\",\"completion_params\":{\"temperature\":1}}",
 "pre_prompt":"Hello","prompt_type":"simple"})";
const std::string kNewConfig = R"({"id":"cfg-2","app_id":"a-1","created_at":"2026-07-01T00:00:00",
 "model":"{\"provider\":\"openai\",\"name\":\"gpt-4o-mini\",\"completion_params\":{\"temperature\":0.2}}",
 "pre_prompt":"Be brief","prompt_type":"simple"})";
const std::string kApp = R"({"id":"a-1","name":"Greeter","mode":"chat","tenant_id":"t"})";
const std::string kEndUser =
    R"({"id":"u-1","session_id":"ann","is_anonymous":false,"type":"service-api"})";
const std::string kDislike = R"({"id":"f-1","app_id":"a-1","conversation_id":"c-1",
 "message_id":"m-1","rating":"dislike","from_source":"user","content":"too short",
 "created_at":"2026-07-23T11:00:00"})";

const std::string kFlowMessage = R"({"id":"m-2","app_id":"a-2","app_name":"Helpdesk",
 "model_provider":null,"model_id":null,"conversation_id":"c-2","inputs":{},"query":"Where is it?",
 "message":"","message_tokens":999,"answer":"On its way","answer_tokens":999,
 "provider_response_latency":4.0,"total_price":9.9,"currency":"USD","status":"normal","error":null,
 "message_metadata":"{\"usage\":{\"total_price\":\"9.9\",\"time_to_first_token\":1.5}}",
 "invoke_from":"service-api","from_source":"api","from_end_user_id":"u-1",
 "created_at":"2026-07-23T10:00:00","workflow_run_id":"r-2"})";
const std::string kFlowRun = R"({"id":"r-2","tenant_id":"t","app_id":"a-2","workflow_id":"w-1",
 "type":"chat","triggered_from":"app-run","version":"2026-07-01 08:00:00","graph":"{}",
 "inputs":"{\"sys.query\":\"Where is it?\"}","status":"succeeded",
 "outputs":"{\"answer\":\"On its way\"}","error":null,"elapsed_time":3.9,"total_tokens":37,
 "total_steps":4,"created_by_role":"end_user","created_by":"u-1",
 "created_at":"2026-07-23T10:00:00","finished_at":"2026-07-23T10:00:03.9","exceptions_count":0})";
const std::string kClassifier = R"({"id":"n-1","app_id":"a-2","workflow_id":"w-1",
 "triggered_from":"workflow-run","workflow_run_id":"r-2","index":2,"node_id":"1700","node_type":
 "question-classifier","title":"Topic","inputs":"{}","process_data":
 "{\"model_mode\":\"chat\",\"model_provider\":\"openai\",\"model_name\":\"gpt-4o-mini\",\"prompts\":[{\"role\":\"user\",\"text\":\"Classify\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12,\"total_price\":\"0.001\",\"currency\":\"USD\"}}",
 "outputs":"{\"class_name\":\"Shipping\",\"usage\":{\"prompt_tokens\":10}}","status":"succeeded",
 "error":null,"elapsed_time":0.8,"execution_metadata":"{\"total_tokens\":12}",
 "created_at":"2026-07-23T10:00:00.1"})";
const std::string kAnswer = R"({"id":"n-2","app_id":"a-2","workflow_id":"w-1",
 "triggered_from":"workflow-run","workflow_run_id":"r-2","index":3,"node_id":"1701",
 "node_type":"llm","title":"Draft","inputs":"{}","process_data":
 "{\"model_mode\":\"chat\",\"model_provider\":\"anthropic\",\"model_name\":\"claude\",\"prompts\":[{\"role\":\"system\",\"text\":\"Help\"},{\"role\":\"user\",\"text\":\"Where is it?\"}],\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":5,\"total_tokens\":25,\"total_price\":\"0.002\",\"currency\":\"USD\",\"time_to_first_token\":0.5}}",
 "outputs":"{\"text\":\"On its way\"}","status":"succeeded","error":null,"elapsed_time":2.4,
 "execution_metadata":"{\"total_tokens\":25,\"iteration_id\":\"it-1\"}",
 "created_at":"2026-07-23T10:00:01"})";
const std::string kTool = R"({"id":"n-3","app_id":"a-2","workflow_id":"w-1",
 "triggered_from":"workflow-run","workflow_run_id":"r-2","index":4,"node_id":"1702",
 "node_type":"tool","title":"Track parcel","inputs":"{\"id\":7}","process_data":null,
 "outputs":"{\"text\":\"in transit\"}","status":"succeeded","error":null,"elapsed_time":0.3,
 "execution_metadata":"{\"total_tokens\":1000}","created_at":"2026-07-23T10:00:02"})";

const std::vector<std::string> kEverything = {
    kBasicMessage, kConversation, kOldConfig, kNewConfig,  kApp,    kEndUser,
    kDislike,      kFlowMessage,  kFlowRun,   kClassifier, kAnswer, kTool};

std::vector<std::string> described(const Outcome& outcome) {
  std::vector<std::string> texts;
  for (const auto& [id, span] : outcome.spans) texts.push_back(describe(span));
  return texts;
}

TEST(DifyJoin, ReadsABasicMessageAsOneMessageThatIsACall) {
  const Outcome outcome = read_all(kEverything);
  ASSERT_THAT(outcome.errors, IsEmpty());
  const Span& span = outcome.at("m-1");
  EXPECT_EQ(span.levels, kMessage | kCall);
  EXPECT_EQ(span.kind, Kind::Llm);
  EXPECT_EQ(span.trace_id, "m-1");
  EXPECT_EQ(span.model, "gpt-4o-mini");
  EXPECT_EQ(span.input_tokens, 12);
  EXPECT_EQ(span.output_tokens, 5);
  EXPECT_EQ(span.cost, 4800);
  EXPECT_EQ(span.currency, "USD");
  EXPECT_EQ(span.duration, 2'500'000);
  EXPECT_EQ(span.time_to_first_token, 420'000);
  EXPECT_EQ(span.start_time, 1784800805123456);
  EXPECT_EQ(span.status, Status::Ok);
  EXPECT_EQ(span.session_id, "c-1");
  EXPECT_EQ(span.dataset_id, "d-1, d-2");
  EXPECT_EQ(span.input_form, Form::Messages);
  EXPECT_EQ(span.input,
            R"([{"role":"system","content":"Be brief"},{"role":"user","content":"Hi\n[image]"}])");
  EXPECT_EQ(span.output, "Hello");
}

TEST(DifyJoin, FindsNamesVersionAndFeedbackOfAMessage) {
  const Span span = read_all(kEverything).at("m-1");
  EXPECT_EQ(span.app_name, "Greeter");
  EXPECT_EQ(span.user_id, "ann");
  EXPECT_EQ(span.prompt_version, "v2");
  EXPECT_EQ(span.parameters, R"({"temperature":0.2})");
  EXPECT_EQ(span.feedback, "dislike");
}

TEST(DifyJoin, TellsAPromptVersionByDateWhereNoConversationWasRead) {
  const Outcome outcome = read_all({kBasicMessage, kNewConfig, kOldConfig});
  EXPECT_EQ(outcome.at("m-1").prompt_version, "v2");
  EXPECT_TRUE(outcome.has_note("told by date"));
  // The only version that is old enough is of another model.
  EXPECT_EQ(read_all({kBasicMessage, kOldConfig}).at("m-1").prompt_version, "");
}

TEST(DifyJoin, SumsAChatflowOverItsCallsAndNeverAddsTotals) {
  const Outcome outcome = read_all(kEverything);
  for (const std::string id : {"m-2", "r-2"}) {
    const Span& span = outcome.at(id);
    EXPECT_EQ(span.input_tokens, 30) << id;
    EXPECT_EQ(span.output_tokens, 7) << id;
    EXPECT_EQ(span.cost, 3'000'000) << id;
    EXPECT_EQ(span.model, "claude, gpt-4o-mini") << id;
    EXPECT_EQ(span.category, "Shipping") << id;
  }
  EXPECT_EQ(outcome.at("m-2").levels, kMessage);
  EXPECT_EQ(outcome.at("r-2").levels, kRun);
  EXPECT_EQ(outcome.at("n-1").levels, kNode | kCall);
  EXPECT_EQ(outcome.at("n-3").levels, kNode);
  EXPECT_FALSE(outcome.at("n-3").total_tokens);
  int64_t tokens = 0;
  for (const auto& [id, span] : outcome.spans) {
    if ((span.levels & kCall) != 0) tokens += *span.input_tokens;
  }
  EXPECT_EQ(tokens, 12 + 10 + 20);
}

TEST(DifyJoin, TiesNodesToTheirRunAndTheRunToItsMessage) {
  const Outcome outcome = read_all(kEverything);
  EXPECT_EQ(outcome.at("r-2").parent_span_id, "m-2");
  EXPECT_EQ(outcome.at("n-2").parent_span_id, "r-2");
  for (const std::string id : {"m-2", "r-2", "n-1", "n-2", "n-3"}) {
    const Span& span = outcome.at(id);
    EXPECT_EQ(span.trace_id, "m-2");
    EXPECT_EQ(span.session_id, "c-2");
    EXPECT_EQ(span.user_id, "ann");
    EXPECT_EQ(span.app_name, "Helpdesk");
    EXPECT_EQ(span.invoke_from, "service-api");
  }
  EXPECT_EQ(outcome.at("n-2").prompt_version, "2026-07-01 08:00:00");
}

TEST(DifyJoin, ReadsAnLlmNodeWhole) {
  const Span span = read_all(kEverything).at("n-2");
  EXPECT_EQ(span.kind, Kind::Llm);
  EXPECT_EQ(span.name, "Draft");
  EXPECT_EQ(span.model, "claude");
  EXPECT_EQ(span.provider, "anthropic");
  EXPECT_EQ(span.finish_reason, "stop");
  EXPECT_EQ(span.duration, 2'400'000);
  EXPECT_EQ(span.time_to_first_token, 500'000);
  EXPECT_EQ(span.cost, 2'000'000);
  EXPECT_EQ(span.category, "Shipping");
  EXPECT_EQ(span.output, "On its way");
  EXPECT_THAT(span.attributes, testing::Contains(testing::FieldsAre("iteration_id", "it-1")));
}

TEST(DifyJoin, GivesTheSameSpansInAnyOrderOfRows) {
  const std::vector<std::string> expected = described(read_all(kEverything));
  std::vector<std::string> rows = kEverything;
  for (size_t i = 0; i < rows.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    EXPECT_EQ(described(read_all(rows)), expected);
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(described(read_all(rows)), expected);
  }
}

// Ids are compared without regard to case: which spelling is kept must not depend on the order.
TEST(DifyJoin, SpellsAnAppTheSameInAnyOrderOfRows) {
  const auto node = [](std::string_view id, std::string_view app) {
    return fmt::format(R"({{"id":"{}","tenant_id":"t","app_id":"{}","workflow_id":"w-1",
      "triggered_from":"workflow-run","workflow_run_id":"r-1","index":1,"node_id":"9",
      "node_type":"end","title":"End","status":"succeeded","app_name":"Greeter"}})",
                       id, app);
  };
  const std::string lower = node("n-1", "e73316a4-616e-4cd4-8bed-bf1c6f037b6d");
  const std::string upper = node("n-2", "e73316a4-616e-4cd4-8bed-bF1c6f037b6d");
  EXPECT_EQ(describe(read_all({lower, upper}).at("n-1")),
            describe(read_all({upper, lower}).at("n-1")));
}

TEST(DifyJoin, GivesTheSameSpansWhenItMustSpill) {
  const std::vector<std::string> expected = described(read_all(kEverything));
  ReadOptions options;
  for (const uint64_t bound : {uint64_t{0}, uint64_t{200}, uint64_t{2000}}) {
    options.memory_bytes_max = bound;
    EXPECT_EQ(described(read_all(kEverything, options, 2)), expected) << bound;
  }
}

TEST(DifyJoin, CountsARowThatIsReadTwiceOnce) {
  std::vector<std::string> rows = kEverything;
  rows.insert(rows.end(), kEverything.begin(), kEverything.end());
  const Outcome outcome = read_all(rows);
  EXPECT_EQ(described(outcome), described(read_all(kEverything)));
  EXPECT_EQ(outcome.emitted, 6U);
  ASSERT_TRUE(outcome.has_note("read twice"));
  EXPECT_EQ(outcome.notes.begin()->second.count, 6U);
}

TEST(DifyJoin, LeavesDebuggerRunsOutUnlessAsked) {
  std::vector<std::string> rows = kEverything;
  std::string& run = rows[8];
  run.replace(run.find("app-run"), 7, "debugging");
  const Outcome outcome = read_all(rows);
  EXPECT_EQ(outcome.emitted, 1U);
  EXPECT_EQ(outcome.excluded, 5U);
  EXPECT_TRUE(outcome.has_note("--include-debugger"));

  ReadOptions options;
  options.debugger = Debugger::Include;
  const Outcome all = read_all(rows, options);
  EXPECT_EQ(all.emitted, 6U);
  EXPECT_EQ(all.at("r-2").invoke_from, "debugger");
}

TEST(DifyJoin, KeepsNoTextThatIsNotWanted) {
  ReadOptions options;
  options.fields = FieldSet{Field::Model, Field::Status};
  const Outcome outcome = read_all(kEverything, options);
  for (const auto& [id, span] : outcome.spans) {
    EXPECT_EQ(span.input + span.output, "") << id;
    EXPECT_THAT(span.attributes, IsEmpty()) << id;
  }
  EXPECT_EQ(outcome.at("m-2").input_tokens, 30);
}

TEST(DifyJoin, PrefersTheRowThatWasFinished) {
  std::string running = kFlowRun;
  running.replace(running.find("succeeded"), 9, "running");
  for (const auto& rows : {std::vector{running, kFlowRun}, std::vector{kFlowRun, running}}) {
    EXPECT_EQ(read_all(rows).at("r-2").status, Status::Ok);
  }
}

TEST(DifyJoin, SaysWhenFeedbackHasNoMessage) {
  const Outcome outcome = read_all({kDislike});
  EXPECT_EQ(outcome.emitted, 0U);
  EXPECT_TRUE(outcome.has_note("messages that were not read"));
}

TEST(DifyJoin, PutsRowsFromSeveralThreads) {
  const ReadOptions options{.memory_bytes_max = 20'000};
  DifyJoin join(options);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&join, t] {
        Row row;
        for (int i = 0; i < 1000; ++i) {
          row.clear();
          row.kind = RowKind::Node;
          row.span.run_id = "r-" + std::to_string(i);
          row.span.span_id = "n-" + std::to_string(t) + "-" + std::to_string(i);
          row.span.levels = kNode | kCall;
          row.span.input_tokens = i;
          EXPECT_TRUE(join.put(row));
        }
      });
    }
  }
  CollectingSink sinks[2];
  SpanSink* const pointers[] = {&sinks[0], &sinks[1]};
  Notes notes;
  uint64_t excluded = 0;
  ASSERT_TRUE(join.finish(pointers, notes, excluded));
  int64_t tokens = 0;
  for (const CollectingSink& sink : sinks) {
    for (const Span& span : sink.spans) tokens += *span.input_tokens;
  }
  EXPECT_EQ(sinks[0].spans.size() + sinks[1].spans.size(), 4000U);
  EXPECT_EQ(tokens, 4 * 999 * 1000 / 2);
}

TEST(DifyJoin, FindsTheRunOfAMessageWhoseSourceDoesNotTellIt) {
  const std::string exported = R"({"conversation_id":"c-2","message_id":"m-2",
   "query":"Where is it?","answer":"On its way","inputs":{},"retriever_resources":[],
   "feedback":[{"rating":"like","from_source":"user","message_id":"m-2"}]})";
  for (const auto& rows : {std::vector{exported, kFlowMessage, kFlowRun, kAnswer},
                           std::vector{kAnswer, kFlowRun, kFlowMessage, exported}}) {
    const Outcome outcome = read_all(rows);
    EXPECT_EQ(outcome.emitted, 3U);
    EXPECT_EQ(outcome.at("m-2").levels, kMessage);
    EXPECT_EQ(outcome.at("n-2").feedback, "like");
  }
}

}  // namespace
}  // namespace sonde::dify
