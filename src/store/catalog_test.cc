#include "store/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/catalog_tables.h"
#include "store/folder_for_test.h"
#include "store/sqlite_file.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class CatalogTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    catalog_.reset();
    auto catalog = Catalog::open(folder_.path());
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_ = std::move(*catalog);
  }
  static BatchRecord batch(SpanCounts counts) {
    BatchRecord record;
    record.counts = counts;
    record.first = {"a's file", 0};
    record.last = {"b", uint64_t{1} << 40};
    return record;
  }

  FolderForTest folder_;
  std::unique_ptr<Catalog> catalog_;
};

TEST_F(CatalogTest, ABatchCountsWhenItIsFinished) {
  const int64_t import_number = *catalog_->begin_import("p", 1);
  const auto first = catalog_->begin_batch(import_number, batch({10, 7, 2, 1, 3}));
  const auto second = catalog_->begin_batch(import_number, batch({5, 0, 0, 5, 0}));
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->token, second->token);
  ASSERT_TRUE(catalog_->finish_batch(first->number));
  EXPECT_EQ(*catalog_->ledger("p"), (SpanCounts{10, 7, 2, 1, 3}));
  ASSERT_EQ(catalog_->unfinished_batches()->size(), 1U);
  EXPECT_EQ(catalog_->unfinished_batches()->front().token, second->token);
  ASSERT_TRUE(catalog_->finish_batch(second->number));
  EXPECT_EQ(*catalog_->ledger("p"), (SpanCounts{15, 7, 2, 6, 3}));
  EXPECT_EQ(*catalog_->ledger("q"), SpanCounts{});
}

TEST_F(CatalogTest, EverythingIsThereAfterOpeningAgainAndNoTokenComesTwice) {
  const int64_t import_number = *catalog_->begin_import("p", 1'764'072'000'000'000);
  const auto before = *catalog_->begin_batch(import_number, batch({1, 1, 0, 0, 0}));
  ASSERT_TRUE(catalog_->finish_batch(before.number));
  open();
  const auto imports = *catalog_->imports("p", 10);
  ASSERT_EQ(imports.size(), 1U);
  EXPECT_EQ(imports[0].state, ImportState::Interrupted);
  EXPECT_EQ(imports[0].started_at, "2025-11-25T12:00:00Z");
  EXPECT_EQ(imports[0].counts.stored, 1U);
  const auto after = *catalog_->begin_batch(import_number, batch({}));
  EXPECT_NE(after.token, before.token);
  EXPECT_EQ(after.token.substr(0, 17), before.token.substr(0, 17));
}

TEST_F(CatalogTest, TheLedgerSaysWhyRecordsWereRejectedAndFromWhichFiles) {
  const int64_t import_number = *catalog_->begin_import("p", 1);
  const ImportedFile file = {"it's", uint64_t{3} << 40, 5, "ab", 4, 3, "cut"};
  ASSERT_TRUE(catalog_->finish_import(
      import_number, ImportState::Done, 2, {file},
      {{RejectReason::Malformed, 2}, {RejectReason::TooLarge, uint64_t{1} << 33}}, 6));
  const ImportRecord record = catalog_->imports("p", 10)->front();
  EXPECT_EQ(record.state, ImportState::Done);
  EXPECT_EQ(record.rejected, (uint64_t{1} << 33) + 2);
  EXPECT_EQ(record.excluded, 6U);
  const ImportedFile read = catalog_->files_of(import_number)->front();
  EXPECT_EQ(read.path, file.path);
  EXPECT_EQ(read.size, file.size);
  EXPECT_EQ(read.error, "cut");
  EXPECT_THAT(*catalog_->rejects("p"),
              ElementsAre(Pair(RejectReason::Malformed, 2),
                          Pair(RejectReason::TooLarge, uint64_t{1} << 33)));
  EXPECT_THAT(*catalog_->files_of(99), IsEmpty());
}

TEST(CatalogDeathTest, ABatchWhoseCountsDoNotBalanceIsABug) {
  const FolderForTest folder;
  const auto catalog = *Catalog::open(folder.path());
  const int64_t import_number = *catalog->begin_import("p", 1);
  BatchRecord record;
  record.counts = {2, 1, 0, 0, 0};
  EXPECT_DEATH((void)catalog->begin_batch(import_number, record), "is_balanced");
}

TEST(RejectReason, IsToldByTheReadersSentence) {
  EXPECT_EQ(classify_reject("malformed JSON: x"), RejectReason::Malformed);
  EXPECT_EQ(classify_reject("larger than 5 bytes (document-bytes-max)"), RejectReason::TooLarge);
  EXPECT_EQ(classify_reject("a JSON value that is no object"), RejectReason::NotUnderstood);
}

TEST_F(CatalogTest, ARemovalCountsWhenItIsFinishedAndIsFoundUntilThen) {
  const RemovalRecord erase = *catalog_->begin_removal({.project = "p", .spans = 3}, 1);
  const RemovalRecord month = *catalog_->begin_removal(
      {.project = "p", .kind = RemovalKind::Expire, .before = UINT32_MAX, .spans = 40}, 2);
  const RemovalRecord texts = *catalog_->begin_removal(
      {.project = "q", .kind = RemovalKind::Content, .before = 9, .spans = 500}, 3);
  ASSERT_TRUE(catalog_->finish_removal(erase.number, 4));
  ASSERT_TRUE(catalog_->finish_removal(texts.number, 4));
  EXPECT_EQ(*catalog_->removals("p"), (RemovalCounts{3, 0, 0}));
  EXPECT_EQ(*catalog_->removals("q"), (RemovalCounts{0, 0, 500}));
  open();
  const auto left = *catalog_->unfinished_removals();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].number, month.number);
  EXPECT_EQ(left[0].project, "p");
  EXPECT_EQ(left[0].kind, RemovalKind::Expire);
  EXPECT_EQ(left[0].before, UINT32_MAX);
  EXPECT_EQ(left[0].spans, 40U);
  ASSERT_TRUE(catalog_->finish_removal(month.number, 5));
  EXPECT_EQ(*catalog_->removals("p"), (RemovalCounts{3, 40, 0}));
  EXPECT_EQ(catalog_->removals("p")->gone(), 43U);
  EXPECT_THAT(*catalog_->unfinished_removals(), IsEmpty());
}

TEST_F(CatalogTest, ProjectsAreThoseOfImports) {
  for (const char* const project : {"b", "a", "b"}) ASSERT_TRUE(catalog_->begin_import(project, 1));
  EXPECT_THAT(*catalog_->projects(), ElementsAre("a", "b"));
}

TEST_F(CatalogTest, WhatCameOverTheNetworkIsCountedBySourceWithItsRejects) {
  const int64_t import_number = *catalog_->begin_import("p", 1);
  const auto write = [&](std::string source, SpanCounts counts, RejectCounts rejected,
                         uint64_t byte) {
    BatchRecord record = batch(counts);
    record.source = std::move(source);
    record.rejected = std::move(rejected);
    record.excluded = 1;
    record.written_at = static_cast<int64_t>(byte);
    record.last = {"requests/1", byte};
    record = *catalog_->begin_batch(import_number, record);
    return record.number;
  };
  const auto check = [&] {
    const auto sources = *catalog_->live_counts("p");
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].source, "langfuse");
    EXPECT_EQ(sources[1].source, "otlp");
    EXPECT_EQ(sources[1].counts, (SpanCounts{7, 5, 1, 1, 0}));
    EXPECT_THAT(sources[1].rejected, ElementsAre(Pair(RejectReason::Malformed, 5U)));
    EXPECT_EQ(sources[1].excluded, 2U);
    EXPECT_EQ(sources[1].last_event_at, 30);
    EXPECT_THAT(*catalog_->rejects("p"), ElementsAre(Pair(RejectReason::Malformed, 5U)));
    EXPECT_EQ(catalog_->ledger("p")->accepted, 9U);
    const auto places = *catalog_->live_places();
    ASSERT_EQ(places.size(), 2U);
    for (const LivePlace& place : places)
      EXPECT_EQ(place.place.byte, place.source == "otlp" ? 30U : 20U) << place.source;
  };
  ASSERT_TRUE(
      catalog_->finish_batch(write("otlp", {4, 3, 0, 1, 0}, {{RejectReason::Malformed, 2}}, 10)));
  ASSERT_TRUE(catalog_->finish_batch(write("langfuse", {2, 2, 0, 0, 0}, {}, 20)));
  ASSERT_TRUE(
      catalog_->finish_batch(write("otlp", {3, 2, 1, 0, 0}, {{RejectReason::Malformed, 3}}, 30)));
  // Begun and not finished: counts nowhere.
  const int64_t begun = write("otlp", {1, 1, 0, 0, 0}, {{RejectReason::TooLarge, 1}}, 40);
  check();
  ASSERT_TRUE(catalog_->fold_batches(import_number));
  check();
  EXPECT_EQ(catalog_->imports("p", 1)->front().rejected, 5U);
  EXPECT_EQ(catalog_->imports("p", 1)->front().excluded, 3U);
  ASSERT_TRUE(catalog_->discard_batch(begun));
  check();
}

TEST_F(CatalogTest, ACatalogOfTheFirstVersionIsBroughtUpToDate) {
  catalog_.reset();
  std::filesystem::remove(folder_.path() + "/catalog.sqlite");
  const std::string path = folder_.path() + "/catalog.sqlite";
  {
    soci::session sql(soci::sqlite3, "dbname=\"" + path + "\"");
    for (const char* const statement : kCatalogTables) sql << statement;
    sql << "INSERT INTO imports VALUES (1, 'p', 1, 2, 'done', 0)";
    sql << "INSERT INTO batches VALUES (1, 1, 'done', 3, 2, 1, 0, 0, 2, 9, 'a', 0, 'a', 5)";
    sql << "PRAGMA user_version = 1";
  }
  open();
  EXPECT_EQ(catalog_->ledger("p")->accepted, 3U);
  EXPECT_THAT(*catalog_->live_counts("p"), IsEmpty());
}

}  // namespace
}  // namespace sonde
