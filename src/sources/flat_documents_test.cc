// The documents that flat logs name, and that they survive being written and read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/log_reading.h"

namespace sonde {
namespace {

using testing::SizeIs;

std::string documents(const std::string& member, const ReadOptions& options = {}) {
  const LogReading reading =
      read_log(R"({"prompt":"Returns?","answer":"Yes",)" + member + "}\n", 1, options);
  EXPECT_THAT(reading.spans, SizeIs(1)) << member;
  return reading.spans.empty() ? "(none)" : reading.spans[0].documents;
}

TEST(FlatDocuments, AreReadFromListsOfNamesAndObjects) {
  EXPECT_EQ(documents(R"("document_ids":["d2","d1","d2"])"), R"(["d2","d1"])");
  EXPECT_EQ(documents(R"("Retrieved Docs":[{"id":"d1","score":0.9},{"title":"Returns"}])"),
            R"(["d1","Returns"])");
  EXPECT_EQ(documents(R"("sourceDocuments":[{"metadata":{"source":"faq.md"}}])"), R"(["faq.md"])");
  EXPECT_EQ(documents(R"("contexts":["Returns are free."])"), R"(["Returns are free."])");
}

TEST(FlatDocuments, MayBeOne) {
  EXPECT_EQ(documents(R"("document_name":"faq, part 1.md")"), R"(["faq, part 1.md"])");
  EXPECT_EQ(documents(R"("doc_id":17)"), R"(["17"])");
  EXPECT_EQ(documents(R"("document":{"id":"d"})"), R"(["d"])");
  EXPECT_EQ(documents(R"("sources":"faq.md")"), R"(["faq.md"])");
}

TEST(FlatDocuments, MayBeJsonInText) {
  EXPECT_EQ(documents(R"("documents":"[\"a\",\"b\"]")"), R"(["a","b"])");
}

TEST(FlatDocuments, SayThatNothingWasFound) {
  EXPECT_EQ(documents(R"("retrieved_documents":[])"), "[]");
  EXPECT_EQ(documents(R"("retrieved_count":0)"), "[]");
  EXPECT_EQ(documents(R"("num_documents":"0","documents":null)"), "[]");
}

TEST(FlatDocuments, AreUnknownWhereTheLogDoesNotNameThem) {
  EXPECT_EQ(documents(R"("documents":null)"), "");
  EXPECT_EQ(documents(R"("documents":"")"), "");
  EXPECT_EQ(documents(R"("retrieved":true)"), "");
  EXPECT_EQ(documents(R"("retrieved_count":3)"), "");
}

TEST(FlatDocuments, ThatAreNamedWinOverAnEmptyListOrANumber) {
  EXPECT_EQ(documents(R"("documents":[],"doc_id":"a","retrieved_count":0)"), R"(["a"])");
  EXPECT_EQ(documents(R"("doc_id":"a","sources":[])"), R"(["a"])");
  EXPECT_EQ(documents(R"("contexts":["text"],"document_ids":["a"])"), R"(["a"])");
}

TEST(FlatDocuments, OfDifysCitationsAreReadButAnEmptyListSaysNothing) {
  EXPECT_EQ(documents(R"("retriever_resources":[{"document_id":"d","document_name":"faq.md"}])"),
            R"(["faq.md"])");
  EXPECT_EQ(documents(R"("retriever_resources":[])"), "");
}

TEST(FlatDocuments, AreNotReadUnlessWanted) {
  ReadOptions options;
  options.fields = {Field::Input};
  EXPECT_EQ(documents(R"("documents":["a"])", options), "");
}

TEST(FlatDocuments, ComeBackEqualFromSpansThatConvertWrote) {
  const LogReading first = read_log(
      "{\"prompt\":\"a\",\"success\":true,\"documents\":[\"b\\u001f\\\"\\/\xC3\xA9\",\"a\"]}\n"
      "{\"prompt\":\"b\",\"success\":true,\"documents\":[]}\n");
  ASSERT_THAT(first.lines, SizeIs(2));
  const LogReading second = read_log(first.lines[0] + "\n" + first.lines[1] + "\n");
  EXPECT_EQ(second.lines, first.lines);
  ASSERT_THAT(second.spans, SizeIs(2));
  for (const Span& span : first.spans) {
    EXPECT_EQ(span.documents, span.input == "a" ? "[\"b\\u001F\\\"/\xC3\xA9\",\"a\"]" : "[]");
  }
}

TEST(FlatFeedback, IsReadFromItsUsualNames) {
  const LogReading reading =
      read_log(R"({"prompt":"a","success":true,"user_feedback":"negative"})"
               "\n"
               R"({"prompt":"b","success":true,"thumbs":"up"})"
               "\n"
               R"({"prompt":"c","success":true,"rating":-1,"tags":["x","y"],"temperature":0.2})"
               "\n");
  ASSERT_THAT(reading.spans, SizeIs(3));
  EXPECT_EQ(reading.spans[0].feedback, "dislike");
  EXPECT_EQ(reading.spans[1].feedback, "like");
  EXPECT_EQ(reading.spans[2].feedback, "dislike");
  EXPECT_EQ(reading.spans[2].tags, R"(["x","y"])");
  EXPECT_EQ(reading.spans[2].parameters, R"({"temperature":0.2})");
}

}  // namespace
}  // namespace sonde
