#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/dify/reading_test.h"

namespace sonde::dify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint8_t kMessage = bit(Level::Message);
constexpr uint8_t kCall = bit(Level::Call);

std::string node(std::string_view fields) {
  return R"({"id":"n-1","workflow_run_id":"r-1","node_id":"1","node_type":"llm","title":"Draft",)" +
         std::string(fields) + "}";
}

TEST(DifyNodes, LeaveTokensAndCostUnknownWhenTheCallFailed) {
  const Outcome outcome = read_all({node(R"("status":"failed","error":"Rate limit reached",
    "process_data":"{\"model_mode\":\"chat\",\"model_name\":\"gpt-4o\",\"usage\":null}",
    "execution_metadata":"{\"total_tokens\":0,\"total_price\":\"0\",\"currency\":\"USD\"}")")});
  const Span& span = outcome.at("n-1");
  EXPECT_EQ(span.status, Status::Error);
  EXPECT_EQ(span.status_message, "Rate limit reached");
  EXPECT_EQ(span.error_class, "rate_limit");
  EXPECT_FALSE(span.input_tokens);
  EXPECT_FALSE(span.total_tokens);
  EXPECT_FALSE(span.cost);
  EXPECT_EQ(span.currency, "");
}

TEST(DifyNodes, TakeTheCostOfTheMetadataWhereTheUsageHasNone) {
  const Span span = read_all({node(R"("status":"succeeded",
    "process_data":"{\"model_mode\":\"chat\"}","outputs":"{\"text\":\"x\"}",
    "execution_metadata":"{\"total_tokens\":17,\"total_price\":\"0.0000048\",\"currency\":\"RMB\"}")")})
                        .at("n-1");
  EXPECT_EQ(span.total_tokens, 17);
  EXPECT_EQ(span.cost, 4800);
  EXPECT_EQ(span.currency, "RMB");
  EXPECT_EQ(span.cost_origin, "reported");
}

TEST(DifyNodes, MarkValuesThatDifyCut) {
  const std::string flagged = node(R"("status":"succeeded","outputs_truncated":true)");
  const std::string marked = node(R"("status":"succeeded",
    "process_data":"{\"prompts\":[{\"role\":\"user\",\"text\":\"abc...[TRUNCATED]...xyz\"}]}")");
  const std::string whole = node(R"("status":"succeeded")");
  const std::string offload = R"({"node_execution_id":"n-1","file_id":"f","type":"outputs"})";
  EXPECT_TRUE(read_all({flagged}).at("n-1").content_truncated);
  EXPECT_TRUE(read_all({marked}).at("n-1").content_truncated);
  EXPECT_TRUE(read_all({offload, whole}).at("n-1").content_truncated);
  EXPECT_TRUE(read_all({whole, offload}).has_note("truncated"));
  EXPECT_FALSE(read_all({whole}).at("n-1").content_truncated);
}

TEST(DifyNodes, CountHandledErrorsAndRetriesAsErrors) {
  const Outcome handled = read_all({node(R"("status":"exception","error":"timed out")")});
  EXPECT_EQ(handled.at("n-1").status, Status::Error);
  EXPECT_TRUE(handled.has_note("fail branch"));
  const Outcome retried = read_all({node(R"("status":"retry","retry_index":1)")});
  EXPECT_EQ(retried.at("n-1").status, Status::Error);
  EXPECT_THAT(retried.at("n-1").attributes,
              testing::Contains(testing::FieldsAre("retry_index", "1")));
}

TEST(DifyNodes, OfAPageShareTheRunThatTheStartNodeNames) {
  const std::string page = R"({"data":[
    {"id":"n-1","index":1,"node_id":"1","node_type":"start","title":"Start","status":"succeeded",
     "inputs":{"sys.workflow_run_id":"r-9"},"outputs":{},"process_data":null},
    {"id":"n-2","index":2,"node_id":"2","node_type":"llm","title":"Draft","status":"succeeded",
     "process_data":{"model_mode":"chat","model_name":"gpt-4o"}}]})";
  const Outcome outcome = read_all({page});
  EXPECT_EQ(outcome.at("n-2").run_id, "r-9");
  EXPECT_EQ(outcome.at("n-2").trace_id, "r-9");
}

TEST(DifyNodes, OfAPageWithoutARunMakeOneTrace) {
  const std::string page = R"({"data":[
    {"id":"n-8","index":1,"node_id":"1","node_type":"code","title":"A","status":"succeeded"},
    {"id":"n-2","index":2,"node_id":"2","node_type":"llm","title":"B","status":"succeeded"}]})";
  const Outcome outcome = read_all({page});
  EXPECT_EQ(outcome.at("n-8").trace_id, "n-2");
  EXPECT_EQ(outcome.at("n-2").trace_id, "n-2");
  EXPECT_EQ(outcome.at("n-2").run_id, "");
}

TEST(DifyNodes, NameTheToolAndTheDatasets) {
  const Span tool = read_all({R"({"id":"n","node_id":"1","node_type":"tool","title":"Search",
    "status":"succeeded","workflow_run_id":"r"})"})
                        .at("n");
  EXPECT_EQ(tool.kind, Kind::Tool);
  EXPECT_EQ(tool.tool_name, "Search");
  const Span retrieval = read_all({R"({"id":"n","node_id":"1","node_type":"knowledge-retrieval",
    "title":"Find","status":"succeeded","workflow_run_id":"r",
    "process_data":{"usage":{"total_tokens":0}},
    "outputs":{"result":[{"metadata":{"dataset_id":"d-1"}},{"metadata":{"dataset_id":"d-1"}},
    {"metadata":{"dataset_id":"d-2"}}]}})"})
                             .at("n");
  EXPECT_EQ(retrieval.dataset_id, "d-1, d-2");
  EXPECT_EQ(retrieval.levels, bit(Level::Node));
}

TEST(DifyMessages, OfTheConsoleTakeTheModelOfTheirConversation) {
  const std::string page = R"({"limit":20,"has_more":false,"data":[{"id":"m-1",
    "conversation_id":"c-1","inputs":{},"query":"Hi","message":[{"role":"user","text":"Hi"}],
    "message_tokens":9,"answer":"Hello","answer_tokens":3,"provider_response_latency":1.2,
    "from_source":"console","from_account_id":"acc-1","feedbacks":[{"rating":"like","content":null,
    "from_source":"admin"}],"workflow_run_id":null,"created_at":1784800805,"agent_thoughts":[],
    "metadata":{"usage":{"prompt_tokens":9,"completion_tokens":3,"total_price":"0.0000032",
    "currency":"USD"}},"status":"normal","error":null}]})";
  const std::string conversations = R"({"page":1,"limit":20,"total":1,"has_more":false,"data":[
    {"id":"c-1","status":"normal","from_source":"console","summary":"Hi","model_config":{"model":
    {"provider":"openai","name":"gpt-4o","completion_params":{"top_p":1}},"pre_prompt":""},
    "message_count":1}]})";
  const Outcome outcome = read_all({page, conversations});
  ASSERT_THAT(outcome.errors, IsEmpty());
  const Span& span = outcome.at("m-1");
  EXPECT_EQ(span.source, "dify-chat-messages");
  EXPECT_EQ(span.levels, kMessage | kCall);
  EXPECT_EQ(span.model, "gpt-4o");
  EXPECT_EQ(span.parameters, R"({"top_p":1})");
  EXPECT_EQ(span.cost, 3200);
  EXPECT_EQ(span.start_time, 1784800805000000);
  EXPECT_EQ(span.feedback, "like");
  EXPECT_EQ(span.user_id, "acc-1");
}

TEST(DifyMessages, OfTheServiceApiMayHaveNeitherTokensNorModel) {
  const Span span = read_all({R"({"id":"m-1","conversation_id":"c-1","inputs":{},"query":"Hi",
    "answer":"Hello","feedback":{"rating":"dislike"},"retriever_resources":[],
    "created_at":1784800805,"status":"normal","error":null})"})
                        .at("m-1");
  EXPECT_EQ(span.source, "dify-service-messages");
  EXPECT_FALSE(span.input_tokens);
  EXPECT_FALSE(span.cost);
  EXPECT_FALSE(span.duration);
  EXPECT_EQ(span.feedback, "dislike");
}

TEST(DifyMessages, ThatFailedKeepZerosUnknown) {
  const Span span = read_all({R"({"id":"m-1","app_id":"a","conversation_id":"c","query":"Hi",
    "answer":"","message_tokens":0,"answer_tokens":0,"total_price":null,"currency":"USD",
    "provider_response_latency":0,"status":"error","error":"Request timed out.",
    "message_metadata":null,"workflow_run_id":null})"})
                        .at("m-1");
  EXPECT_FALSE(span.input_tokens);
  EXPECT_FALSE(span.duration);
  EXPECT_EQ(span.error_class, "timeout");
}

TEST(DifyRuns, OfTheWorkflowLogsJoinTheirDetail) {
  const std::string logs = R"({"page":1,"limit":20,"total":1,"has_more":false,"data":[{"id":"l-1",
    "workflow_run":{"id":"r-1","version":"2026-01-01","status":"stopped","error":null,
    "elapsed_time":1.5,"total_tokens":0,"total_steps":2,"created_at":1784800805},
    "created_from":"service-api","created_by_end_user":{"id":"u","session_id":"ann"}}]})";
  const std::string detail = R"({"id":"r-1","version":"2026-01-01","graph":{},"inputs":{"a":1},
    "status":"stopped","outputs":{},"elapsed_time":1.5,"total_tokens":0,"total_steps":2,
    "created_at":1784800805})";
  for (const auto& documents : {std::vector{logs, detail}, std::vector{detail, logs}}) {
    const Outcome outcome = read_all(documents);
    ASSERT_EQ(outcome.emitted, 1U);
    const Span& span = outcome.at("r-1");
    EXPECT_EQ(span.status, Status::Cancelled);
    EXPECT_EQ(span.trace_id, "r-1");
    EXPECT_EQ(span.user_id, "ann");
    EXPECT_EQ(span.invoke_from, "service-api");
    EXPECT_EQ(span.prompt_version, "2026-01-01");
    EXPECT_EQ(span.input, R"({"a":1})");
    EXPECT_FALSE(outcome.has_note("twice"));
  }
}

TEST(DifyRuns, ThatSucceededInPartAreOkAndSaidSo) {
  const Outcome outcome = read_all({R"({"id":"r-1","status":"partial-succeeded","triggered_from":
    "app-run","total_steps":3,"exceptions_count":1,"elapsed_time":2})"});
  EXPECT_EQ(outcome.at("r-1").status, Status::Ok);
  EXPECT_TRUE(outcome.has_note("in part"));
}

TEST(DifyNodes, TakeTheVersionOfTheWorkflowTable) {
  const std::string workflow = R"({"id":"w","app_id":"a","version":"2026-07-01","graph":"{}"})";
  const std::string of_it = node(R"("workflow_id":"w","status":"succeeded")");
  EXPECT_EQ(read_all({of_it, workflow}).at("n-1").prompt_version, "2026-07-01");
}

TEST(DifyFeedback, ExportGivesMessagesAndMarksCutAnswers) {
  const std::string cut(500, 'x');
  const Outcome outcome = read_all({R"({"export_info":{"app_id":"a"},"feedback_data":[
    {"feedback_id":"f","app_name":"Greeter","app_id":"a","conversation_id":"c","message_id":"m-1",
     "user_query":"Hi","ai_response":")" +
                                    cut + R"(...","feedback_rating_raw":"dislike",
     "feedback_comment":"wrong","feedback_source":"user","message_date":"2026-07-23 10:00:05"},
    {"feedback_id":"f2"}]})"});
  const Span& span = outcome.at("m-1");
  EXPECT_EQ(span.feedback, "dislike");
  EXPECT_EQ(span.app_name, "Greeter");
  EXPECT_EQ(span.status, Status::Unknown);
  EXPECT_EQ(span.start_time, 1784800805000000);
  EXPECT_TRUE(span.content_truncated);
  EXPECT_EQ(outcome.unmatched, 1U);
}

TEST(DifyFeedback, QuotesAMessageOnceForEachRating) {
  const auto row = [](std::string_view source, std::string_view rating) {
    return R"({"feedback_id":"f","message_id":"m-1","user_query":"Hi","ai_response":"Hello",)"
           R"("feedback_rating_raw":")" +
           std::string(rating) + R"(","feedback_source":")" + std::string(source) + "\"}";
  };
  const Outcome outcome = read_all({row("user", "like"), row("admin", "dislike")});
  EXPECT_EQ(outcome.emitted, 1U);
  EXPECT_EQ(outcome.at("m-1").feedback, "like");
  EXPECT_FALSE(outcome.has_note("twice"));
}

TEST(DifyFeedback, OfAUserGoesBeforeAnAdmins) {
  const std::string message = R"({"id":"m-1","app_id":"a","conversation_id":"c","query":"q",
    "answer":"a","workflow_run_id":null,"status":"normal"})";
  const std::string user =
      R"({"id":"1","message_id":"m-1","rating":"dislike","from_source":"user"})";
  const std::string admin = R"({"id":"2","message_id":"m-1","rating":"like","from_source":"admin",
    "created_at":"2026-07-23T10:00:05"})";
  EXPECT_EQ(read_all({message, user, admin}).at("m-1").feedback, "dislike");
  EXPECT_EQ(read_all({admin, user, message}).at("m-1").feedback, "dislike");
}

TEST(DifyConversations, StandInForACompletionUntilItsMessageIsRead) {
  const std::string list = R"({"data":[{"id":"c-1","from_source":"api","model_config":{"model":
    {"name":"gpt-4o"}},"message":{"query":"Write","answer":"Done"},"created_at":1784800805}],
    "has_more":false,"limit":20})";
  const std::string message = R"({"id":"m-1","conversation_id":"c-1","query":"Write","answer":
    "Done","feedbacks":[],"answer_tokens":1,"message_tokens":1,"status":"normal"})";
  EXPECT_EQ(read_all({list}).at("c-1").model, "gpt-4o");
  const Outcome both = read_all({list, message});
  EXPECT_EQ(both.emitted, 1U);
  EXPECT_EQ(both.at("m-1").model, "gpt-4o");
}

TEST(DifyConversations, AloneSayThatTheirMessagesAreMissing) {
  const Outcome outcome = read_all({R"({"id":"c-1","from_source":"api","model_config":{}})"});
  EXPECT_EQ(outcome.emitted, 0U);
  EXPECT_TRUE(outcome.has_note("without their messages"));
}

TEST(DifyRows, OfAnUnknownStatusCountInNoRate) {
  const Outcome outcome = read_all({node(R"("status":"lost")")});
  EXPECT_EQ(outcome.at("n-1").status, Status::Unknown);
  EXPECT_TRUE(outcome.has_note("does not know"));
}

TEST(DifyRows, NameTheFieldThatIsWrong) {
  EXPECT_THAT(
      read_all({R"({"id":null,"app_id":"a","conversation_id":"c","query":"","answer":""})"}).errors,
      ElementsAre("id is missing"));
}

TEST(DifyRows, OfWrongTypesAreReadAsFarAsTheyGo) {
  const Outcome outcome = read_all(
      {R"({"id":7,"app_id":[],"conversation_id":{},"query":1,"answer":[1],"message":"{broken",
       "message_tokens":"x","answer_tokens":1e300,"message_metadata":"[]","status":null,
       "created_at":"never","agent_thoughts":3,"feedbacks":[1,null,"x"],"workflow_run_id":null})",
       node(R"("status":"succeeded","process_data":"{\"prompts\":[1,2],\"usage\":[]}",
       "outputs":"not json","execution_metadata":5,"elapsed_time":"fast","index":-1)")});
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_EQ(outcome.emitted, 2U);
  EXPECT_FALSE(outcome.at("7").input_tokens);
  EXPECT_TRUE(outcome.has_note("should hold JSON"));
}

TEST(DifyPages, MayBeEmpty) {
  EXPECT_EQ(source_name(R"({"data":[],"has_more":false,"limit":20})"), "dify-page");
  EXPECT_EQ(source_name(R"({"data":[],"meta":{}})"), "");
  EXPECT_EQ(source_name(R"({"data":[{"object":"model"}]})"), "");
}

TEST(DifySources, TellTablesApart) {
  EXPECT_EQ(
      source_name(R"({"id":"1","name":"x","mode":"chat","tenant_id":"t","workflow_id":null})"),
      "dify-apps");
  EXPECT_EQ(source_name(R"({"id":"1","app_id":"a","app_model_config_id":"c","name":"x",
    "mode":"chat","dialogue_count":2})"),
            "dify-conversation-table");
  EXPECT_EQ(source_name(R"({"id":"1","app_id":"a","version":"draft","graph":"{}"})"),
            "dify-workflows");
  EXPECT_EQ(source_name(R"({"id":"1","workflow_id":"w","workflow_run_id":"r","app_id":"a",
    "created_from":"service-api"})"),
            "dify-workflow-app-logs");
  EXPECT_EQ(source_name(R"({"id":"1","message_id":"m","position":1,"thought":"","tool":""})"),
            "dify-passed-over");
  EXPECT_EQ(source_name(R"({"prompt":"x","model":"y","success":true})"), "");
  EXPECT_EQ(source_name(R"({"id":"1","conversation_id":"c","query":"q","answer":"a",
    "model":"gpt-4o","response_time":1.2,"feedback":"like","app_id":"a"})"),
            "");
}

}  // namespace
}  // namespace sonde::dify
