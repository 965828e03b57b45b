#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"
#include "ingest/erasure.h"
#include "ingest/merge.h"
#include "ingest/removal.h"
#include "ingest/retention.h"
#include "ingest/span_writer.h"
#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

int64_t at(std::string_view time) { return parse_iso_time(time).value(); }

class RetentionTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    history_.reset();
    auto history = History::open(folder_.settings());
    ASSERT_TRUE(history) << history.error().message;
    history_ = std::move(*history);
  }

  // Calls that started at these times, with every text there is.
  SpanCounts write(const std::string& project, const std::vector<std::string>& times,
                   const std::string& text = "words") {
    const int64_t number = *history_->catalog().begin_import(project, 1);
    const auto writer = SpanWriter::open(*history_, project, number, at("2026-11-20"));
    std::vector<FiledSpan> events;
    for (const std::string& time : times) {
      Span span;
      span.trace_id = project + "-" + time;
      span.span_id = span.trace_id;
      span.start_time = at(time);
      span.input = span.output = text;
      span.system = span.tools = span.documents = span.status_message = text;
      span.input_form = span.output_form = Form::Text;
      span.input_tokens = 7;
      events.push_back(row_of_event(std::move(span)));
    }
    return (*writer)->write(events, {}, {}).value();
  }
  RetentionReport apply(const Settings& settings, bool is_dry_run = false,
                        const std::string& project = "") {
    const auto report =
        apply_retention(*history_, settings, {at("2026-11-25T12:00:00Z"), project, is_dry_run});
    EXPECT_TRUE(report) << report.error().message;
    return report.value_or(RetentionReport{});
  }
  std::string ask(const std::string& sql) {
    const auto answer = history_->store().query({sql, {}, "TSV"});
    return answer ? *answer : answer.error().message;
  }
  std::string starts(const std::string& project) {
    return ask(
        "SELECT arrayStringConcat(arraySort(groupArray(toString(toDate(start_time)))), ' ')"
        " FROM spans FINAL WHERE project_id = '" +
        project + "'");
  }
  void expect_balance(const std::string& project, const RemovalCounts& wanted) {
    const RemovalCounts removals = *history_->catalog().removals(project);
    EXPECT_EQ(removals, wanted);
    const std::string where = " FINAL WHERE project_id = '" + project + "'";
    const uint64_t stored = history_->catalog().ledger(project)->stored;
    EXPECT_EQ(ask("SELECT count() FROM spans" + where),
              std::to_string(stored - removals.gone()) + "\n");
    EXPECT_EQ(ask("SELECT count() FROM span_keys" + where),
              std::to_string(stored - removals.gone()) + "\n");
  }

  FolderForTest folder_;
  std::unique_ptr<History> history_;
};

const std::vector<std::string> kTimes = {"2026-08-31", "2026-09-01", "2026-09-30",
                                         "2026-10-25", "2026-10-26", "2026-11-24"};

TEST_F(RetentionTest, NothingGoesThatNobodyAskedFor) {
  write("p", {"1971-01-01", "2026-11-24"});
  EXPECT_THAT(apply(Settings{}).steps, IsEmpty());
  expect_balance("p", {});
}

TEST_F(RetentionTest, WholeMonthsAndTheRestOfOneGoByAge) {
  write("p", kTimes);
  write("q", kTimes);
  Settings settings;
  settings.retention_days = 31;  // Before noon of 25 October.
  settings.projects["q"].retention_days = 0;
  const auto planned = apply(settings, true);
  ASSERT_EQ(planned.steps.size(), 1U);
  EXPECT_EQ(planned.steps[0].spans, 4U);
  EXPECT_EQ(planned.steps[0].months, 2U);
  expect_balance("p", {});
  const auto report = apply(settings);
  ASSERT_EQ(report.steps.size(), 1U);
  EXPECT_EQ(report.steps[0].project, "p");
  EXPECT_EQ(report.steps[0].spans, 4U);
  EXPECT_EQ(report.steps[0].months, 2U);
  EXPECT_GT(report.steps[0].bytes, 0U);
  EXPECT_EQ(starts("p"), "2026-10-26 2026-11-24\n");
  expect_balance("p", {0, 4, 0});
  expect_balance("q", {});
  EXPECT_THAT(apply(settings).steps, IsEmpty());
  // What comes again is new, and due again.
  EXPECT_EQ(write("p", kTimes).stored, 4U);
  EXPECT_EQ(apply(settings).steps.size(), 1U);
  expect_balance("p", {0, 8, 0});
}

TEST_F(RetentionTest, TextsGoSoonerAndMeasuresStay) {
  write("p", kTimes);
  write("q", kTimes);
  Settings settings;
  settings.projects["p"].retention_days = 85;  // Before 1 September, noon.
  settings.projects["p"].content_days = 31;
  const auto planned = apply(settings, true);
  const auto report = apply(settings);
  for (const auto* const steps : {&planned.steps, &report.steps}) {
    ASSERT_EQ(steps->size(), 2U);
    EXPECT_EQ((*steps)[0].kind, RemovalKind::Expire);
    EXPECT_EQ((*steps)[0].spans, 2U);
    EXPECT_EQ((*steps)[1].kind, RemovalKind::Content);
    EXPECT_EQ((*steps)[1].spans, 2U);
  }
  EXPECT_EQ(ask("SELECT toDate(start_time), system, input, output, tools, documents, "
                "status_message, input_form, output_form, input_tokens FROM spans WHERE project_id "
                "= 'p' AND start_time < '2026-10-26'"),
            "2026-09-30\t\t\t\t\t\t\tnone\tnone\t7\n2026-10-25\t\t\t\t\t\t\tnone\tnone\t7\n");
  EXPECT_EQ(ask("SELECT count() FROM spans WHERE project_id = 'p' AND input = 'words'"), "2\n");
  EXPECT_EQ(ask("SELECT count() FROM spans WHERE hasAllTokens(input, ['words'])"), "8\n");
  expect_balance("p", {0, 2, 2});
  EXPECT_THAT(apply(settings).steps, IsEmpty());
  // The same event again brings no text back.
  EXPECT_EQ(write("p", {"2026-09-30"}).deduplicated, 1U);
  expect_balance("q", {});
}

TEST_F(RetentionTest, TheOldestMonthsOfAnyProjectGoBeyondTheBudgetAndTheCurrentOneStays) {
  const std::string text(20'000, 'x');
  write("p", kTimes, text);
  write("q", {"2026-07-01", "2026-10-01", "2026-11-03"}, text);
  const std::vector<StoredMonth> months = *read_months(history_->store());
  ASSERT_EQ(months.size(), 7U);
  uint64_t bytes = 0;
  for (const StoredMonth& month : months) bytes += month.bytes;
  Settings settings;
  settings.history_bytes_max = static_cast<int64_t>(bytes);
  EXPECT_THAT(apply(settings).steps, IsEmpty());
  // One byte less: July of q. Less than it as well: August of p.
  settings.history_bytes_max = static_cast<int64_t>(bytes - 1);
  EXPECT_EQ(apply(settings, true).steps.size(), 1U);
  settings.history_bytes_max = static_cast<int64_t>(bytes - months[0].bytes - 1);
  EXPECT_EQ(apply(settings).steps.size(), 2U);
  EXPECT_EQ(starts("q"), "2026-10-01 2026-11-03\n");
  EXPECT_EQ(starts("p"), "2026-09-01 2026-09-30 2026-10-25 2026-10-26 2026-11-24\n");
  settings.history_bytes_max = 1;
  EXPECT_THAT(apply(settings, false, "p").over_budget, ElementsAre(""));
  EXPECT_EQ(starts("p"), "2026-11-24\n");
  EXPECT_EQ(starts("q"), "2026-10-01 2026-11-03\n");
  Settings own;
  own.projects["q"].history_bytes_max = 1;
  EXPECT_THAT(apply(own).over_budget, ElementsAre("q"));
  EXPECT_EQ(starts("q"), "2026-11-03\n");
  expect_balance("p", {0, 5, 0});
  expect_balance("q", {0, 2, 0});
}

TEST_F(RetentionTest, WhereASpanWasFiledDecidesNotACorrectedStart) {
  write("p", {"2026-10-01"});
  FiledSpan later = [] {
    Span span;
    span.trace_id = span.span_id = "p-2026-10-01";
    span.start_time = at("2026-09-01");
    return row_of_event(std::move(span));
  }();
  const int64_t number = *history_->catalog().begin_import("p", 1);
  const auto writer = SpanWriter::open(*history_, "p", number, 1);
  std::vector<FiledSpan> events = {later};
  ASSERT_EQ((*writer)->write(events, {}, {})->merged, 1U);
  ASSERT_EQ(starts("p"), "2026-09-01\n");
  Settings settings;
  settings.retention_days = 60;
  EXPECT_THAT(apply(settings).steps, IsEmpty());
  settings.retention_days = 54;  // Before 2 October, noon.
  EXPECT_EQ(apply(settings).steps.size(), 1U);
  expect_balance("p", {0, 1, 0});
}

// What a process that died left: a removal in the catalog, of which a part was done.
TEST_F(RetentionTest, ARemovalThatWasBegunIsFinishedAndCountedOnceWhenTheHistoryIsOpened) {
  write("p", kTimes);
  const uint32_t before = filing_second(at("2026-10-25T12:00:00Z"));
  ASSERT_TRUE(history_->catalog().begin_removal(
      {.project = "p", .kind = RemovalKind::Expire, .before = before, .spans = 4}, 1));
  const auto months = read_months(history_->store());
  ASSERT_TRUE(months) << months.error().message;
  for (const StoredMonth& month : *months) {
    if (month.month == 202608) {
      ASSERT_TRUE(history_->store().execute("ALTER TABLE spans DROP PARTITION ID '" +
                                            month.partition + "'"));
    }
  }
  open();
  ASSERT_EQ(history_->resumed_removals().size(), 1U);
  EXPECT_EQ(starts("p"), "2026-10-26 2026-11-24\n");
  expect_balance("p", {0, 4, 0});
  ASSERT_TRUE(history_->catalog().begin_removal(
      {.project = "p", .kind = RemovalKind::Content, .before = UINT32_MAX, .spans = 2}, 1));
  open();
  EXPECT_EQ(ask("SELECT count() FROM spans WHERE input != ''"), "0\n");
  ErasureRequest all{"p", "1", {}};
  const auto size = select_erasure(*history_, all);
  ASSERT_TRUE(size) << size.error().message;
  ASSERT_TRUE(history_->catalog().begin_removal({.project = "p", .spans = size->spans}, 1));
  open();
  expect_balance("p", {2, 4, 2});
  open();
  EXPECT_THAT(history_->resumed_removals(), IsEmpty());
}

}  // namespace
}  // namespace sonde
