// Which documents a message, a knowledge node and the model calls behind it had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sources/dify/reading_test.h"

namespace sonde::dify {
namespace {

std::string message(const std::string& resources, const std::string& status = "normal") {
  return R"({"id":"m-1","app_id":"a-1","conversation_id":"c-1","model_id":"gpt-4o","query":"Hi",
    "answer":"Hello","created_at":"2026-07-23T10:00:05","status":")" +
         status + R"(","message_metadata":"{\"retriever_resources\":)" + resources + "}\"}";
}

std::string config(const std::string& members) {
  return R"({"id":"cfg","app_id":"a-1","created_at":"2026-06-01T00:00:00","pre_prompt":"Hello",
    "model":"{\"name\":\"gpt-4o\"}",)" +
         members + "}";
}

// `dataset_configs` of an app with one knowledge base, which `model` says how to search.
std::string datasets(const std::string& model) {
  return R"("dataset_configs":"{\"retrieval_model\":\")" + model +
         R"(\",\"datasets\":{\"datasets\":)" +
         R"([{\"dataset\":{\"enabled\":true,\"id\":\"d-1\"}}]}}")";
}
const std::string kDatasets = datasets("multiple");
const std::string kNoDatasets =
    R"("dataset_configs":"{\"retrieval_model\":\"multiple\",\"datasets\":{\"datasets\":[]}}")";
const std::string kAgent =
    R"("agent_mode":"{\"enabled\":true,\"strategy\":\"function_call\",\"tools\":[]}")";
const std::string kCitationsOn = R"("retriever_resource":"{\"enabled\":true}")";
const std::string kCitationsOff = R"("retriever_resource":"{\"enabled\":false}")";

std::string documents_of_message(const std::vector<std::string>& rows) {
  return read_all(rows).at("m-1").documents;
}

TEST(DifyDocuments, OfAMessageAreThoseItCites) {
  const std::string resources =
      R"([{\"position\":1,\"document_id\":\"i1\",\"document_name\":\"faq.md\",\"segment_id\":\"s1\"},)"
      R"({\"position\":2,\"document_id\":\"i1\",\"document_name\":\"faq.md\",\"segment_id\":\"s2\"},)"
      R"({\"position\":3,\"document_id\":\"i2\"}])";
  EXPECT_EQ(documents_of_message({message(resources)}), R"(["faq.md","i2"])");
}

TEST(DifyDocuments, OfTheServiceApiStandBesideTheAnswer) {
  const Span span = read_all({R"({"id":"m-1","conversation_id":"c-1","inputs":{},"query":"Hi",
    "answer":"Hello","feedback":null,"retriever_resources":[{"document_name":"faq.md"}],
    "created_at":1784800805,"status":"normal"})"})
                        .at("m-1");
  EXPECT_EQ(span.source, "dify-service-messages");
  EXPECT_EQ(span.documents, R"(["faq.md"])");
}

TEST(DifyDocuments, AreUnknownWhenNothingIsCitedAndTheAppIsNotKnown) {
  EXPECT_EQ(documents_of_message({message("[]")}), "");
  EXPECT_EQ(documents_of_message({message("null")}), "");
}

TEST(DifyDocuments, AreNoneWhenTheAppAlwaysSearchesAndNothingIsCited) {
  EXPECT_EQ(documents_of_message({message("[]"), config(kDatasets + "," + kCitationsOn)}), "[]");
  // The database holds no value where the author left the default, which is to cite.
  EXPECT_EQ(documents_of_message({message("[]"), config(kDatasets)}), "[]");
  EXPECT_EQ(documents_of_message({message("null"), config(kDatasets)}), "");
}

TEST(DifyDocuments, AreUnknownWhenTheSearchIsNotCertain) {
  for (const std::string& members : {kDatasets + "," + kCitationsOff, kNoDatasets,
                                     datasets("single"), kDatasets + "," + kAgent}) {
    EXPECT_EQ(documents_of_message({message("[]"), config(members)}), "") << members;
  }
  EXPECT_EQ(documents_of_message({message("[]", "error"), config(kDatasets)}), "");
}

std::string node(const std::string& id, const std::string& type, int index,
                 const std::string& outputs) {
  return R"({"id":")" + id + R"(","node_id":")" + id + R"(","node_type":")" + type +
         R"(","title":"T","status":"succeeded","workflow_run_id":"r-1","index":)" +
         std::to_string(index) + R"(,"outputs":)" + outputs + "}";
}

const std::string kFlowMessage = R"({"id":"m-1","app_id":"a-1","conversation_id":"c-1",
  "query":"Hi","answer":"Hello","workflow_run_id":"r-1","status":"normal",
  "message_metadata":"{\"retriever_resources\":[]}"})";
const std::string kRun = R"({"id":"r-1","app_id":"a-1","workflow_id":"w","status":"succeeded",
  "triggered_from":"app-run","total_steps":4})";

std::string found(const std::string& id, const std::string& name) {
  return R"({"result":[{"metadata":{"dataset_id":"d","document_id":")" + id +
         R"(","document_name":")" + name + R"("},"title":")" + name + R"(","content":"..."}]})";
}

TEST(DifyDocuments, OfAKnowledgeNodeReachTheCallsBehindItTheMessageAndTheRun) {
  const Outcome outcome = read_all({kFlowMessage, kRun, node("n-5", "llm", 5, "{}"),
                                    node("n-4", "knowledge-retrieval", 4, found("i2", "b.md")),
                                    node("n-3", "llm", 3, "{}"), node("n-1", "llm", 1, "{}"),
                                    node("n-2", "knowledge-retrieval", 2, found("i1", "a.md")),
                                    node("n-6", "code", 6, "{}")});
  EXPECT_EQ(outcome.at("n-1").documents, "");
  EXPECT_EQ(outcome.at("n-2").documents, R"(["a.md"])");
  EXPECT_EQ(outcome.at("n-3").documents, R"(["a.md"])");
  EXPECT_EQ(outcome.at("n-4").documents, R"(["b.md"])");
  EXPECT_EQ(outcome.at("n-5").documents, R"(["a.md","b.md"])");
  EXPECT_EQ(outcome.at("n-6").documents, "");
  EXPECT_EQ(outcome.at("m-1").documents, R"(["a.md","b.md"])");
  EXPECT_EQ(outcome.at("r-1").documents, R"(["a.md","b.md"])");
}

TEST(DifyDocuments, OfAKnowledgeNodeThatFoundNothingAreNone) {
  const Outcome outcome =
      read_all({kFlowMessage, kRun, node("n-1", "knowledge-retrieval", 1, R"({"result":[]})"),
                node("n-2", "llm", 2, "{}")});
  for (const char* const id : {"n-1", "n-2", "m-1", "r-1"}) {
    EXPECT_EQ(outcome.at(id).documents, "[]") << id;
  }
}

TEST(DifyDocuments, OfAKnowledgeNodeThatFailedAreUnknown) {
  const Outcome outcome =
      read_all({kFlowMessage, kRun, node("n-1", "knowledge-retrieval", 1, "null"),
                node("n-2", "llm", 2, "{}")});
  for (const char* const id : {"n-1", "n-2", "m-1"}) {
    EXPECT_EQ(outcome.at(id).documents, "") << id;
  }
}

TEST(DifyDocuments, AreReadWithoutTheDatasetsThatHoldThem) {
  ReadOptions options;
  options.fields = {Field::Documents};
  const Outcome outcome =
      read_all({node("n-1", "knowledge-retrieval", 1, found("i", "a.md"))}, options);
  EXPECT_EQ(outcome.at("n-1").documents, R"(["a.md"])");
}

}  // namespace
}  // namespace sonde::dify
