#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <clocale>

#include "report/example_for_test.h"
#include "report/golden_for_test.h"

namespace sonde {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Check kCutOff{.id = "output-cut-off",
                        .kind = FindingKind::Defect,
                        .stage = Stage::Answer,
                        .per_template = true,
                        .title = "output cut off",
                        .description = "the answer ended at max_tokens",
                        .needs = {},
                        .needs_words = "finish reasons",
                        .precision = {},
                        .run = nullptr};
constexpr Check kVague{.id = "vague-wording",
                       .kind = FindingKind::Hint,
                       .stage = Stage::Hint,
                       .per_template = true,
                       .title = "vague wording",
                       .description = "the prompt leaves open what is wanted",
                       .needs = {},
                       .needs_words = "prompts",
                       .precision = {18, 20, 120},
                       .run = nullptr};

OptimizeResult example_result() {
  OptimizeResult result;
  result.records = 1204;
  result.succeeded = 1100;
  result.failed = 100;
  result.silent_failures = 3;
  result.not_counted = 4;
  result.unexplained = 40;
  Finding cut;
  cut.id = "output-cut-off-1f";
  cut.check = &kCutOff;
  cut.where = {"Support", "Answer", "", "gpt-4o-mini", ""};
  cut.support = 34;
  cut.silent = 3;
  cut.evidence_ids = {"m-1", "m-2"};
  cut.evidence = "stopped after 512 of max_tokens 512";
  cut.patch = {Patch::Kind::Parameter, "max_tokens: 512 -> 1024"};
  cut.effect = {34, 103, 60, 34, Interval{0.44, 0.68, "wilson"}};
  Finding vague;
  vague.id = "vague-wording-2a";
  vague.check = &kVague;
  vague.where = {"", "", "Write a good summary", "", "summarise"};
  vague.support = 29;
  vague.evidence_ids = {"m-9"};
  vague.evidence = "\"good\" and \"nice\" say nothing that can be checked";
  vague.patch = {Patch::Kind::Diff,
                 "--- system prompt\n+++ system prompt\n@@ -1 +1 @@\n-Write a good summary.\n"
                 "+Write a summary of at most 80 words.\n"};
  vague.effect = {29, 103, std::nullopt, std::nullopt, std::nullopt};
  result.findings = {cut, vague};
  result.prompts = {
      {cut.where, "How do I reset my 密码? 👩‍💻", 34, false, {"m-1"}, &kCutOff, "", ""},
      {{},
       "",
       40,
       false,
       {"m-3"},
       nullptr,
       "",
       "no cause visible: the log has neither error nor answer"}};
  result.checks = {{&kCutOff, true}, {&kVague, false}};
  result.applicability = "1 of 2 checks apply: no prompts";
  result.notes = {"findings beyond 20,000 groups were not kept"};
  return result;
}

class Findings : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
  std::string render(Format format, unsigned width = 80, bool color = false) const {
    return render_findings(result_, scope_, read_,
                           {.format = format, .width = width, .color = color});
  }
  OptimizeResult result_ = example_result();
  OptimizeScope scope_{Level::Call, "status = ok", "UTC", {"app = \"Support\""}};
  ReadReport read_ = example_read();
};

TEST_F(Findings, TableIsAsReviewed) { expect_golden("findings_80.txt", render(Format::Table)); }

TEST_F(Findings, MarkdownIsAsReviewed) { expect_golden("findings.md", render(Format::Markdown)); }

TEST_F(Findings, JsonHasTheAgreedMembers) {
  rapidjson::Document document;
  document.Parse(render(Format::Json));
  ASSERT_FALSE(document.HasParseError());
  EXPECT_EQ(document["failed"].GetUint64(), 100U);
  const auto& finding = document["findings"][0];
  EXPECT_STREQ(finding["id"].GetString(), "output-cut-off-1f");
  EXPECT_STREQ(finding["kind"].GetString(), "defect");
  EXPECT_STREQ(finding["check"].GetString(), "output-cut-off");
  EXPECT_STREQ(finding["where"]["app"].GetString(), "Support");
  EXPECT_TRUE(finding["where"]["template"].IsNull());
  EXPECT_EQ(finding["support"].GetUint64(), 34U);
  EXPECT_STREQ(finding["evidence_ids"][1].GetString(), "m-2");
  EXPECT_STREQ(finding["patch"]["text"].GetString(), "max_tokens: 512 -> 1024");
  EXPECT_EQ(finding["effect"]["failures_explained"].GetUint64(), 34U);
  EXPECT_TRUE(finding["precision"].IsNull());
  EXPECT_EQ(document["findings"][1]["precision"]["right"].GetUint64(), 18U);
  EXPECT_TRUE(document["failed_prompts"][1]["cause"].IsNull());
}

TEST_F(Findings, TableColoursADiffAndObeysNoEscapeInIt) {
  result_.findings[1].patch.text += "+\x1b[2Jclear\n";
  const std::string text = render(Format::Table, 80, true);
  EXPECT_THAT(text, HasSubstr("    \x1b[31m-Write a good summary.\x1b[0m\n"));
  EXPECT_THAT(text, HasSubstr("    \x1b[32m+␛[2Jclear\x1b[0m\n"));
}

TEST_F(Findings, CsvQuotesADiff) {
  EXPECT_THAT(render(Format::Csv), HasSubstr(",diff,\"'--- system prompt\n+++ system prompt\n"));
}

TEST_F(Findings, MarkdownFenceOutlastsTheBackticksInAPatch) {
  result_.findings[0].patch.text = "````";
  EXPECT_THAT(render(Format::Markdown), HasSubstr("\n`````text\n````\n`````\n"));
}

TEST_F(Findings, HtmlEscapesWhatComesFromTheLog) {
  result_.prompts[0].prompt = "<img src=x onerror=alert(1)>";
  result_.findings[1].patch.text = "--- a\n+<script>\n";
  const std::string text = render(Format::Html);
  EXPECT_THAT(text, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_THAT(text, HasSubstr("<ins>+&lt;script&gt;</ins>"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
}

TEST_F(Findings, DoesNotCallRecordsWithoutOutcomeASuccess) {
  result_ = OptimizeResult{};
  result_.records = 5;
  result_.not_counted = 5;
  EXPECT_THAT(render(Format::Table), HasSubstr("The log states no outcome"));
}

TEST_F(Findings, SaysThatNothingFailed) {
  result_ = OptimizeResult{};
  result_.records = 5;
  result_.succeeded = 5;
  EXPECT_THAT(render(Format::Table), HasSubstr("Nothing failed"));
  EXPECT_THAT(render(Format::Html), HasSubstr("No check found a fault"));
}

}  // namespace
}  // namespace sonde
