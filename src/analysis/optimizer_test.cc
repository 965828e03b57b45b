#include "analysis/optimizer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/probe.h"
#include "analysis/suspicion.h"

namespace sonde {
namespace {

using probe::failed_call;
using probe::with_answer;
using probe::with_error;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Record {
  Span span;
  Outcome outcome;
};

class Log {
 public:
  void add(Span span, Outcome outcome) {
    span.location.byte = records_.size() * 100;
    span.span_id = fmt::format("r{}", records_.size());
    records_.push_back({std::move(span), outcome});
  }

  // Deals the records out to `parts` optimizers.
  OptimizeResult optimize(size_t parts = 1, const OptimizerOptions& options = {}) const {
    std::vector<Optimizer> optimizers;
    for (size_t i = 0; i < parts; ++i) optimizers.emplace_back(options);
    for (size_t i = 0; i < records_.size(); ++i) {
      optimizers[i % parts].add(records_[i].span, records_[i].outcome);
    }
    for (size_t i = parts - 1; i > 0; --i) optimizers[i - 1].merge(std::move(optimizers[i]));
    return optimizers.front().finish();
  }

 private:
  std::vector<Record> records_;
};

Span model_call(std::string prompt, std::string model = "gpt-4o") {
  Span span = failed_call(std::move(prompt));
  span.model = std::move(model);
  return span;
}

std::string print(const OptimizeResult& result) {
  std::string text = fmt::format("{} {} {} {} {}\n", result.records, result.failed,
                                 result.silent_failures, result.unexplained, result.applicability);
  for (const Finding& f : result.findings) {
    text += fmt::format("{} {} {} {} {} {} {} {}\n", f.id, f.support, f.silent,
                        fmt::join(f.evidence_ids, ","), f.evidence, f.patch.text,
                        f.effect.failures_explained, f.effect.group_calls.value_or(0));
  }
  for (const FailedPrompt& p : result.prompts) {
    text += fmt::format("{} {} {} {} {}\n", p.count, p.prompt, p.sentence,
                        fmt::join(p.example_ids, ","), p.cause == nullptr ? "-" : p.cause->id);
  }
  return text + fmt::format("{}", fmt::join(result.notes, "\n"));
}

Log mixed_log() {
  Log log;
  for (int i = 0; i < 400; ++i) {
    Span span = model_call(fmt::format("Write a recipe for dish {} with 4 ingredients.", i),
                           i % 3 == 0 ? "a" : "b");
    span.category = i % 2 == 0 ? "Food" : "Travel";
    if (i % 10 == 0)
      span = with_error(span, fmt::format("Rate limit reached, try again in {}s", i % 7 + 1));
    if (i % 10 == 3) span.input = fmt::format("Write about {{{{topic{}}}}} now.", i % 4);
    if (i % 10 == 5) span = with_answer(span, "I'm sorry, but I can't help with that.");
    if (i % 10 == 7) span.input = "Plan a trip";
    log.add(span, i % 10 == 0 || i % 10 == 3 || i % 10 == 7 ? Outcome::Failed : Outcome::Ok);
  }
  return log;
}

TEST(Optimizer, TheResultDoesNotDependOnTheSplit) {
  const Log log = mixed_log();
  const std::string one = print(log.optimize(1));
  EXPECT_EQ(print(log.optimize(2)), one);
  EXPECT_EQ(print(log.optimize(7)), one);
}

TEST(Optimizer, NorDoesItWhenLimitsCut) {
  const Log log = mixed_log();
  OptimizerOptions small;
  small.groups_max = 4;
  small.templates_max = 3;
  small.calls_max = 20;
  const std::string one = print(log.optimize(1, small));
  EXPECT_EQ(print(log.optimize(3, small)), one);
  EXPECT_THAT(log.optimize(1, small).notes, SizeIs(4));
}

TEST(Optimizer, APromptThatWorksIsLeftAlone) {
  Log log;
  log.add(model_call("Write something nice, maybe some {{thing}} or so."), Outcome::Ok);
  log.add(model_call("Regex?"), Outcome::Unknown);
  const OptimizeResult result = log.optimize();
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_THAT(result.prompts, IsEmpty());
  EXPECT_EQ(result.not_counted, 1U);
}

TEST(Optimizer, CountsHowMuchOfTheTemplateFails) {
  Log log;
  // 18 calls of one template, digits and endings differ; 14 fail.
  for (int i = 0; i < 18; ++i) {
    log.add(model_call(fmt::format("Write a menu for {} guests in {{{{city}}}}.", i)),
            i < 14 ? Outcome::Failed : Outcome::Ok);
  }
  const OptimizeResult result = log.optimize();
  ASSERT_THAT(result.findings, SizeIs(1));
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.check->id, "unfilled-variable");
  EXPECT_EQ(finding.support, 14U);
  EXPECT_EQ(finding.effect.group_calls, 18U);
  EXPECT_EQ(finding.effect.group_failures, 14U);
  // 14 of 18: the lower limit is Wilson's, (0.777778 + 0.106707 - 0.219...) / 1.213414; at the
  // upper one, at most 14 of 18 fail in one sample of 20.
  EXPECT_NEAR(finding.effect.group_failure_rate->low, 0.5479, 1e-4);
  EXPECT_NEAR(finding.effect.group_failure_rate->high, 0.9203, 1e-4);
  EXPECT_THAT(finding.evidence_ids, ElementsAre("r0", "r1", "r2", "r3", "r4"));
}

TEST(Optimizer, FindsSilentFailuresAmongSuccesses) {
  Log log;
  log.add(with_answer(model_call("Write it."), "I can't help with that."), Outcome::Ok);
  log.add(with_answer(model_call("Return a JSON object."), "Sure!"), Outcome::Ok);
  log.add(with_answer(model_call("Write a report."), "It beg", "length"), Outcome::Ok);
  log.add(with_answer(model_call("Say hi."), " "), Outcome::Ok);
  log.add(with_answer(model_call("Say hi."), "Hi."), Outcome::Ok);
  const OptimizeResult result = log.optimize();
  EXPECT_EQ(result.succeeded, 5U);
  EXPECT_EQ(result.silent_failures, 4U);
  std::set<std::string_view> checks;
  for (const FailedPrompt& prompt : result.prompts) {
    EXPECT_TRUE(prompt.silent);
    checks.insert(prompt.cause->id);
  }
  EXPECT_THAT(checks, ElementsAre("empty-answer", "invalid-json", "output-cut-off", "refusal"));
}

TEST(Optimizer, EveryFailureGetsALine) {
  Log log;
  log.add(model_call("Convert 37.5 degrees Celsius to Fahrenheit."), Outcome::Failed);
  log.add(with_error(model_call("Hello there my friend"), "Something new"), Outcome::Failed);
  log.add(with_answer(model_call("Explain the water cycle to children."), "Water rises."),
          Outcome::Failed);
  const OptimizeResult result = log.optimize();
  uint64_t lines = 0;
  for (const FailedPrompt& prompt : result.prompts) lines += prompt.count;
  EXPECT_EQ(lines, 3U);
  EXPECT_EQ(result.unexplained, 2U);
  EXPECT_EQ(result.prompts.size(), 3U);
  std::set<std::string> sentences;
  for (const FailedPrompt& prompt : result.prompts) sentences.insert(prompt.sentence);
  EXPECT_EQ(sentences.count("no cause visible: the log has neither error nor answer"), 1U);
}

TEST(Optimizer, AnOutageIsNotBlamedOnTheWording) {
  Log log;
  log.add(with_error(model_call("Regex?"), "Rate limit reached"), Outcome::Failed);
  const OptimizeResult result = log.optimize();
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].check->id, "rate-limited");
}

TEST(Optimizer, SeesARepeatedCallAtTheEndOfTheLog) {
  Log log;
  for (int i = 0; i < 3; ++i) log.add(model_call("Plan a trip"), Outcome::Failed);
  log.add(model_call("Plan a trip", "another"), Outcome::Failed);
  const OptimizeResult result = log.optimize(2);
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].check->id, "repeated-call");
  EXPECT_EQ(result.findings[0].support, 3U);
  EXPECT_EQ(result.unexplained, 1U);
}

TEST(Optimizer, SaysWhichChecksTheLogAllows) {
  Log log;
  log.add(model_call("Regex?"), Outcome::Failed);
  EXPECT_EQ(log.optimize().applicability,
            "7 of 16 checks apply: no answers, no error messages, no finish reasons");
  EXPECT_EQ(Log().optimize().applicability,
            "0 of 16 checks apply: no prompts, no answers, no error messages, no finish reasons");
}

TEST(Optimizer, RanksByFailuresExplained) {
  Log log;
  log.add(model_call("Regex?"), Outcome::Failed);
  for (int i = 0; i < 3; ++i) log.add(with_error(model_call("Hi"), "Rate limit"), Outcome::Failed);
  const OptimizeResult result = log.optimize();
  ASSERT_THAT(result.findings, SizeIs(2));
  EXPECT_EQ(result.findings[0].effect.failures_explained, 3U);
  EXPECT_EQ(result.findings[0].effect.failures_total, 4U);
  EXPECT_EQ(result.findings[1].effect.failures_explained, 1U);
}

TEST(AllChecks, HaveUniqueIdsNeedsAndWords) {
  std::set<std::string_view> ids;
  for (const Check& check : all_checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_EQ(find_check(check.id), &check);
    EXPECT_FALSE(check.title.empty() || check.description.empty() || check.needs_words.empty());
    EXPECT_EQ(check.kind == FindingKind::Hint, check.stage == Stage::Hint) << check.id;
    // A hint without a measured precision may not be shown.
    EXPECT_TRUE(check.kind == FindingKind::Defect || check.precision.flagged > 0) << check.id;
  }
  EXPECT_EQ(find_check("no-such-check"), nullptr);
}

TEST(Suspicion, LetsOrdinaryAnswersPass) {
  EXPECT_FALSE(may_be_silent_failure(with_answer(failed_call("Say hi."), "Hi there.")));
  Span list = with_answer(
      failed_call("Say hi."),
      R"([{"role":"assistant","content":"I can't help with that."}])" + std::string(200, ' '));
  list.output_form = Form::Messages;
  EXPECT_TRUE(may_be_silent_failure(list));
}

}  // namespace
}  // namespace sonde
