#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <clocale>
#include <limits>

#include "report/example_for_test.h"
#include "report/golden_for_test.h"
#include "report/text_width.h"

namespace sonde {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHostile = "a\x1b]0;x\x07 <b>|\"`\xFF, =1\n客服";

class Report : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }

  std::string render(Format format, unsigned width = 80) const {
    return render_analysis(analysis_, read_,
                           {.format = format, .width = width, .groups_shown = limit_});
  }
  rapidjson::Document json() const {
    rapidjson::Document document;
    document.Parse(render(Format::Json));
    EXPECT_FALSE(document.HasParseError());
    return document;
  }
  // Puts text that means harm wherever a log's text can get.
  void poison() {
    const std::string text(kHostile);
    for (GroupSummary& group : analysis_.sections[0].groups) {
      group.key[0] = text;
      group.models[0].first = text;
      group.errors[0].first = text;
    }
    analysis_.by_model[0].key[0] = text;
    analysis_.total.models[0].first = text;
    analysis_.total.errors[0].first = text;
    analysis_.claims[0].sentence = text;
    analysis_.filters = {text};
    for (Histogram& histogram : analysis_.latency_by_model) histogram.name = text;
    read_.files[0].path = text;
    read_.rejects[0].reason = text;
    read_.notes[text] = {1, {0, 0}};
  }
  void make_groups(size_t count) {
    std::vector<GroupSummary>& groups = analysis_.sections[0].groups;
    groups.clear();
    for (size_t i = 0; i < count; ++i) {
      groups.push_back(example_group("group " + std::to_string(i), 90, 10, 1e6));
    }
  }

  Analysis analysis_ = example_analysis();
  ReadReport read_ = example_read();
  size_t limit_ = 20;
};

TEST_F(Report, TableAt80ColumnsIsAsReviewed) {
  expect_golden("table_80.txt", render(Format::Table, 80));
}

TEST_F(Report, TableAt200ColumnsIsAsReviewed) {
  expect_golden("table_200.txt", render(Format::Table, 200));
}

TEST_F(Report, MarkdownIsAsReviewed) { expect_golden("report.md", render(Format::Markdown)); }

TEST_F(Report, CsvIsAsReviewed) { expect_golden("report.csv", render(Format::Csv)); }

TEST_F(Report, TableStaysWithinItsWidthWhateverTheLogHolds) {
  poison();
  for (const unsigned width : {60U, 80U, 120U, 200U}) {
    const std::string text = render(Format::Table, width);
    for (size_t start = 0; start < text.size(); start = text.find('\n', start) + 1) {
      const std::string line = text.substr(start, text.find('\n', start) - start);
      EXPECT_LE(display_width(line), width) << line;
    }
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
  }
}

TEST_F(Report, TableSaysHowManyGroupsItHides) {
  make_groups(500);
  EXPECT_THAT(render(Format::Table), HasSubstr("and 480 more: --limit 0 shows all"));
  limit_ = 0;
  EXPECT_THAT(render(Format::Table), Not(HasSubstr("more: --limit")));
  EXPECT_THAT(render(Format::Table), HasSubstr("group 499 "));
}

TEST_F(Report, UnknownIsADashAndNeverZero) {
  analysis_.sections[0].groups = {example_group("a", 1, 0, 1e6)};
  GroupSummary& group = analysis_.sections[0].groups[0];
  group.success_rate.reset();
  group.latency.reset();
  EXPECT_THAT(render(Format::Table),
              HasSubstr("a             1        –  0          –    –    –  "));
}

TEST_F(Report, JsonHoldsAGroupWithItsKeyAndFigures) {
  const rapidjson::Document document = json();
  EXPECT_EQ(document["schema_version"].GetUint64(), 1U);
  EXPECT_STREQ(document["level"].GetString(), "call");
  EXPECT_EQ(document["excluded"].GetUint64(), 2U);
  EXPECT_EQ(document["rejected"].GetUint64(), 2U);
  const auto& group = document["groups"][1];
  EXPECT_STREQ(group["category"].GetString(), "客服 support 👩‍💻");
  EXPECT_EQ(group["count"].GetUint64(), 300U);
  EXPECT_DOUBLE_EQ(group["success_rate"].GetDouble(), 250.0 / 300);
  EXPECT_DOUBLE_EQ(group["latency_ms"]["mean"].GetDouble(), 3000);
  EXPECT_DOUBLE_EQ(group["latency_ms"]["p50"].GetDouble(), 2400);
  EXPECT_STREQ(group["models"][1].GetString(), "claude-3-5-haiku");
  EXPECT_STREQ(group["cost"][0]["amount"].GetString(), "0.38475");
  EXPECT_STREQ(document["rejects"][0]["file"].GetString(), "logs/messages.jsonl");
  EXPECT_EQ(document["rejects"][0]["line"].GetUint64(), 12U);
}

TEST_F(Report, JsonWritesNullForWhatIsNotKnown) {
  analysis_.sections[0].groups[0].success_rate.reset();
  analysis_.sections[0].groups[0].success_interval.reset();
  const rapidjson::Document document = json();
  EXPECT_TRUE(document["groups"][0]["success_rate"].IsNull());
  EXPECT_FALSE(document["groups"][0].HasMember("success_interval_note"));
  EXPECT_TRUE(document["groups"][0]["success_interval"].IsNull());
  EXPECT_TRUE(document["groups"][0]["ttft_ms"].IsNull());
  EXPECT_TRUE(document["groups"][0]["first_time"].IsNull());
  EXPECT_TRUE(document["groups"][3]["category"].IsNull());
  EXPECT_TRUE(document["total"]["latency_ms"]["p95_interval"]["high"].IsNull());  // Infinite.
}

TEST_F(Report, JsonSaysWhereRecordsAreTooFew) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  analysis_.total.success_interval.reset();
  analysis_.total.latency->p95_interval = {-kInfinity, kInfinity, "order-statistics"};
  analysis_.total.latency->p99_enough = false;
  const rapidjson::Document document = json();
  const auto& total = document["total"];
  EXPECT_TRUE(total["success_interval"].IsNull());
  EXPECT_STREQ(total["success_interval_note"].GetString(), "too few");
  EXPECT_TRUE(total["latency_ms"]["p95_interval"].IsNull());
  EXPECT_STREQ(total["latency_ms"]["p95_interval_note"].GetString(), "too few");
  EXPECT_TRUE(total["latency_ms"]["p99"].IsNull());
  EXPECT_STREQ(total["latency_ms"]["p99_note"].GetString(), "too few");
  EXPECT_TRUE(total["latency_ms"]["p50_interval"].IsObject());
}

TEST_F(Report, JsonGivesEachOfTwoKeysItsName) {
  analysis_.sections[0].by = {"category", "model"};
  analysis_.sections[0].groups[0].key = {"a", "b"};
  const rapidjson::Document document = json();
  EXPECT_STREQ(document["groups"][0]["category"].GetString(), "a");
  EXPECT_STREQ(document["groups"][0]["model"].GetString(), "b");
}

TEST_F(Report, JsonIsValidWhateverTheLogHolds) {
  poison();
  const std::string text = render(Format::Json);
  EXPECT_EQ(repair_utf8(text), text);
  const rapidjson::Document document = json();
  EXPECT_STREQ(document["groups"][0]["category"].GetString(),
               "a\x1b]0;x\x07 <b>|\"`\uFFFD, =1\n客服");
}

TEST_F(Report, CsvQuotesAndDefusesFormulas) {
  analysis_.sections[0].groups[0].key[0] = "=HYPERLINK(\"x\")";
  analysis_.sections[0].groups[1].key[0] = "a,b";
  analysis_.sections[0].groups[2].key[0] = "-1";
  const std::string text = render(Format::Csv);
  EXPECT_THAT(text, HasSubstr("\r\n\"'=HYPERLINK(\"\"x\"\")\",714,"));
  EXPECT_THAT(text, HasSubstr("\r\n\"a,b\",300,"));
  EXPECT_THAT(text, HasSubstr("\r\n'-1,170,"));
}

TEST_F(Report, MarkdownKeepsHostileTextInItsCell) {
  poison();
  EXPECT_THAT(render(Format::Markdown),
              HasSubstr("| a␛]0;x␇ \\<b>\\|\"\\`\uFFFD, =1 客服 | 714 |"));
}

TEST_F(Report, HtmlEscapesAndLoadsNothing) {
  add_example_charts(analysis_, 30);
  poison();
  const std::string text = render(Format::Html);
  EXPECT_THAT(text, HasSubstr("a␛]0;x␇ &lt;b&gt;|&quot;`\uFFFD, =1 客服"));
  EXPECT_THAT(text, Not(HasSubstr("<b>|")));
  for (const std::string_view loads :
       {"http:", "https:", "<script", "<link", "<img", "url(", "@import"}) {
    EXPECT_THAT(text, Not(HasSubstr(loads)));
  }
}

TEST_F(Report, HtmlSaysWhyThereIsNoChartOverTime) {
  analysis_.total.first_time.reset();
  EXPECT_THAT(render(Format::Html), HasSubstr("The log has no times"));
  add_example_charts(analysis_, 1);
  EXPECT_THAT(render(Format::Html), HasSubstr("falls into one step of one hour from 2026-07-23"));
}

TEST_F(Report, HtmlBreaksTheLineWhereAnHourHasNoCalls) {
  add_example_charts(analysis_, 8);  // The sixth hour is missing: 5 + 2 buckets.
  const std::string text = render(Format::Html);
  size_t lines = 0;
  for (size_t at = 0; (at = text.find("class=\"line p50\"", at)) != std::string::npos; ++at)
    ++lines;
  EXPECT_EQ(lines, 4U + 1U);
}

TEST_F(Report, HtmlFoldsManyGroups) {
  make_groups(500);
  const std::string text = render(Format::Html);
  EXPECT_THAT(text, HasSubstr("<summary>450 more</summary>"));
  EXPECT_THAT(text, HasSubstr("group 499"));
}

TEST_F(Report, EveryFormatTakesAnEmptyLog) {
  analysis_ = Analysis{};
  read_ = ReadReport{};
  EXPECT_THAT(render(Format::Table), HasSubstr("no calls were counted"));
  EXPECT_THAT(render(Format::Html), HasSubstr("Nothing was counted"));
  EXPECT_THAT(render(Format::Markdown), HasSubstr("- **counted**: 0 calls"));
  EXPECT_EQ(json()["groups"].Size(), 0U);
  EXPECT_THAT(render(Format::Csv), ::testing::StartsWith("count,ok,"));
}

}  // namespace
}  // namespace sonde
