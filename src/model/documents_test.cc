#include "model/documents.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(Documents, AreNamedInRankOrderEachOnce) {
  EXPECT_EQ(documents_of_json(R"(["b.md","a.md","b.md",7])"), R"(["b.md","a.md","7"])");
  EXPECT_EQ(documents_of_json(R"([{"id":"x"},{"document_name":"n","document_id":"d"},
                                  {"title":"t"},{"source":"s"},{"document_id":"d"}])"),
            R"(["x","n","t","s","d"])");
}

TEST(Documents, AreFoundInWhatFrameworksWrapThemIn) {
  EXPECT_EQ(
      documents_of_json(R"({"documents":[{"page_content":"...","metadata":{"source":"f"}}]})"),
      R"(["f"])");
  EXPECT_EQ(documents_of_json(R"([{"document":{"id":"d","metadata":{"title":"t"}},"score":1},
                                  {"node":{"id_":"n"},"score":0.5},[{"id":"pair"},0.4],
                                  {"document":"plain"}])"),
            R"(["d","n","pair","plain"])");
}

TEST(Documents, WithoutANameAreKnownByTheirContent) {
  EXPECT_EQ(documents_of_json(R"([{"content":"Returns are free."}])"), R"(["Returns are free."])");
}

TEST(Documents, ThatCannotBeNamedAreNoEmptyRetrieval) {
  EXPECT_EQ(documents_of_json(R"([{"score":0.5},null])"), "");
  EXPECT_EQ(documents_of_json("[]"), "[]");
  EXPECT_EQ(documents_of_json(R"({"result":[]})"), "[]");
  EXPECT_EQ(documents_of_json("{}"), "");
  EXPECT_EQ(documents_of_json("found nothing"), "");
  EXPECT_EQ(documents_of_json("[1"), "");
}

TEST(Documents, AreAtMostFifty) {
  DocumentList list;
  for (int i = 0; i < 60; ++i) list.add(std::to_string(100 + i));
  const std::string text = list.text();
  EXPECT_EQ(text.size(), 50 * std::string_view(R"("100",)").size() + 1);
  EXPECT_TRUE(text.ends_with(R"("149"])"));
}

TEST(Documents, HaveNamesOfAtMost200BytesCutBetweenCharacters) {
  DocumentList list;
  list.add(std::string(199, 'a') + "\u00e9z");
  list.add(std::string(198, 'b') + "\u00e9z");
  EXPECT_EQ(list.text(),
            "[\"" + std::string(199, 'a') + "\",\"" + std::string(198, 'b') + "\u00e9\"]");
}

TEST(Documents, OfSeveralRetrievalsAreJoinedInOrder) {
  DocumentList list;
  EXPECT_EQ(list.text(), "");
  list.join("[]");
  EXPECT_EQ(list.text(), "[]");
  list.join(R"(["b","a"])");
  list.join(R"(["a","c\"\u0001"])");
  EXPECT_EQ(list.text(), R"(["b","a","c\"\u0001"])");
}

}  // namespace
}  // namespace sonde
