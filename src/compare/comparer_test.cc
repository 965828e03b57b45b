#include "compare/comparer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class Comparing : public testing::Test {
 protected:
  // `ok` successes and `failed` failures of one variation; every input is another one.
  void add(int ok, int failed, const std::string& model, const std::string& category = "",
           int64_t duration = 1'000'000) {
    for (int i = 0; i < ok + failed; ++i) {
      add_one(model, category, i < ok, "input " + std::to_string(++inputs_), duration + i);
    }
  }
  void add_one(const std::string& model, const std::string& category, bool ok,
               const std::string& input, int64_t duration = 1'000'000) {
    Span span;
    span.kind = Kind::Llm;
    span.levels = bit(Level::Call);
    span.model = model;
    span.category = category;
    span.status = ok ? Status::Ok : Status::Error;
    span.input = input;
    span.input_form = Form::Text;
    span.duration = duration;
    span.location.byte = ++place_;
    spans.push_back(span);
  }
  Comparison compare(size_t split = 1) {
    std::vector<Comparer> comparers;
    for (size_t i = 0; i < split; ++i) comparers.emplace_back(options);
    for (size_t i = 0; i < spans.size(); ++i) comparers[i % split].add(spans[i]);
    for (size_t i = 1; i < split; ++i) comparers[0].merge(std::move(comparers[i]));
    Result<Comparison> result = comparers[0].finish();
    EXPECT_TRUE(result.has_value());
    return *std::move(result);
  }

  ComparerOptions options;
  std::vector<Span> spans;

 private:
  int inputs_ = 0;
  uint64_t place_ = 0;
};

// Newcombe (1998), Statist. Med. 17:873-890, table II (a): 56/70 against 48/80.
TEST_F(Comparing, GivesThePublishedIntervalWithoutStrata) {
  options.metric = CompareMetric::Success;
  add(48, 32, "old");
  add(56, 14, "new");
  const Comparison comparison = compare();
  ASSERT_EQ(comparison.differences.size(), 1U);
  const VariantDifference& d = comparison.differences[0];
  EXPECT_EQ(comparison.variants[d.baseline].name, "old");  // The most used.
  EXPECT_NEAR(d.difference, 0.2, 1e-12);
  EXPECT_NEAR(d.interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(d.interval.high, 0.3339, 5e-5);
  EXPECT_EQ(d.test, "two-proportions");
  EXPECT_EQ(d.verdict, DifferenceVerdict::Better);
}

// Easy: 90 of 100 against 45 of 50, weight 100 * 50 / 150 = 33.3; hard: 25 of 50 against 60 of 100,
// weight 33.3: the difference is (0 + 0.1) / 2. As they stand, a has 115 / 150 and b 105 / 150.
TEST_F(Comparing, AveragesDifferencesWithinStrata) {
  options.metric = CompareMetric::Success;
  options.baseline = "a";
  add(90, 10, "a", "easy");
  add(25, 25, "a", "hard");
  add(45, 5, "b", "easy");
  add(60, 40, "b", "hard");
  const VariantDifference d = compare().differences.at(0);
  EXPECT_NEAR(d.difference, 0.05, 1e-12);
  EXPECT_NEAR(d.raw_difference, -10.0 / 150, 1e-12);
  EXPECT_EQ(d.strata, 2U);
  EXPECT_EQ(d.test, "cochran-mantel-haenszel");
  ASSERT_TRUE(d.split.has_value());
  EXPECT_NEAR(d.split->mix + d.split->rate, d.raw_difference, 1e-12);
  EXPECT_NEAR(d.split->rate, 0.05, 1e-12);  // Half of the mean shares 1/2 and 1/2 times 0 and 0.1.
}

TEST_F(Comparing, DoesNotCompareWhatNeverDidTheSameWork) {
  options.metric = CompareMetric::Success;
  add(90, 10, "a", "easy");
  add(50, 50, "b", "hard");
  const VariantDifference d = compare().differences.at(0);
  EXPECT_EQ(d.verdict, DifferenceVerdict::NotComparable);
  EXPECT_EQ(d.strata, 0U);
}

// 40 inputs ran on both: 20 succeeded on both, 14 on b only, 2 on a only, 4 on neither. McNemar
// exact mid-p of 2 against 14: 2 P(X <= 2) - P(X = 2) with X of Binomial(16, 1/2)
// = (2 * 137 - 120) / 65536.
TEST_F(Comparing, PairsWhatRanOnTheSameInputs) {
  options.metric = CompareMetric::Success;
  options.baseline = "a";
  for (int i = 0; i < 40; ++i) {
    const std::string input = "question " + std::to_string(i);
    add_one("a", "", i < 22, input);
    add_one("b", "", i < 20 || (i >= 22 && i < 36), input);
  }
  const VariantDifference d = compare().differences.at(0);
  EXPECT_EQ(d.pairs, 40U);
  EXPECT_EQ(d.test, "mcnemar");
  EXPECT_NEAR(d.difference, 12.0 / 40, 1e-12);
  EXPECT_NEAR(d.p_value, 154.0 / 65536, 1e-9);
}

TEST_F(Comparing, SaysHowManyMoreRecordsAreNeeded) {
  options.metric = CompareMetric::Success;
  add(180, 20, "a");
  add(176, 24, "b");
  const VariantDifference d = compare().differences.at(0);
  EXPECT_EQ(d.verdict, DifferenceVerdict::Undecided);
  ASSERT_TRUE(d.needed.has_value());
  // 90 % against 88 %: some 3,800 a side (Fleiss, Levin and Paik, 4.2), of which 200 are there.
  EXPECT_NEAR(static_cast<double>(*d.needed), 3'650, 200);
  EXPECT_GT(d.detectable, 0.05);
}

TEST_F(Comparing, ComparesEachVersionWithTheOneBefore) {
  options.by = CompareBy::Version;
  options.metric = CompareMetric::Success;
  add(190, 10, "m");
  add(100, 100, "m");
  add(190, 10, "m");
  for (size_t i = 0; i < spans.size(); ++i) {
    spans[i].app_name = "Support";
    spans[i].prompt_version = std::string(1, static_cast<char>('z' - i / 200));
    spans[i].start_time = static_cast<int64_t>(i) * 3'600'000'000;
  }
  const Comparison comparison = compare();
  ASSERT_EQ(comparison.variants.size(), 3U);
  EXPECT_EQ(comparison.variants[0].name, "z");  // By time, not by name.
  ASSERT_EQ(comparison.differences.size(), 2U);
  EXPECT_EQ(comparison.differences[0].verdict, DifferenceVerdict::Worse);
  EXPECT_EQ(comparison.differences[1].verdict, DifferenceVerdict::Better);
  EXPECT_EQ(comparison.differences[1].baseline, 1U);
}

TEST_F(Comparing, IsTheSameForEverySplitOfTheRecords) {
  options.by = CompareBy::Prompt;
  for (int i = 0; i < 300; ++i) {
    add_one("m", "c" + std::to_string(i % 3), i % 7 != 0,
            "Summarize in one sentence: text number " + std::to_string(i), 1'000 * i);
    add_one("m", "c" + std::to_string(i % 3), i % 3 != 0,
            "Translate into French. Text: piece " + std::to_string(i), 2'000 * i);
  }
  const Comparison one = compare(1);
  const Comparison three = compare(3);
  ASSERT_EQ(one.variants.size(), three.variants.size());
  ASSERT_EQ(one.differences.size(), three.differences.size());
  EXPECT_GT(one.differences.size(), 0U);
  for (size_t i = 0; i < one.differences.size(); ++i) {
    EXPECT_EQ(one.differences[i].difference, three.differences[i].difference);
    EXPECT_EQ(one.differences[i].p_adjusted, three.differences[i].p_adjusted);
    EXPECT_EQ(one.differences[i].interval.low, three.differences[i].interval.low);
  }
}

// 40 kinds of work are more than strata_max: which of them stay apart must not hang on the order.
TEST_F(Comparing, IsTheSameInAnyOrderWithMoreKindsOfWorkThanAreToldApart) {
  for (int i = 0; i < 4'000; ++i) {
    add_one(i % 2 == 0 ? "a" : "b", "c" + std::to_string(i / 2 % 40), i % (i % 2 == 0 ? 3 : 7) != 0,
            "input " + std::to_string(i), 1'000 * i);
  }
  const Comparison forward = compare();
  std::reverse(spans.begin(), spans.end());
  const Comparison split = compare(3);
  ASSERT_FALSE(forward.differences.empty());
  ASSERT_EQ(forward.differences.size(), split.differences.size());
  // Each kind has 50 records a side, so all that are told apart are shared, and the rest as one.
  EXPECT_EQ(forward.differences[0].strata, options.strata_max + 1);
  for (size_t i = 0; i < forward.differences.size(); ++i) {
    EXPECT_EQ(forward.differences[i].difference, split.differences[i].difference);
    EXPECT_EQ(forward.differences[i].interval.low, split.differences[i].interval.low);
    EXPECT_EQ(forward.differences[i].p_adjusted, split.differences[i].p_adjusted);
  }
}

// Calls are kept one by one until they are many; 5,000 of two templates in up to six parts meet
// every way in which kept calls and sums come together.
TEST_F(Comparing, CountsTheSameWhetherCallsAreKeptOrSummedUp) {
  options.by = CompareBy::Prompt;
  for (int i = 0; i < 5'000; ++i) {
    const bool summary = i % 5 == 0;
    add_one("m" + std::to_string(i % 4), "c" + std::to_string(i % 3), i % (summary ? 7 : 4) != 0,
            (summary ? "Summarize in one sentence: text " : "Translate into French. Text: piece ") +
                std::to_string(i),
            1'000 * (i % 997));
    Span& span = spans.back();
    span.app_name = i % 3 == 0 ? "Support" : "Shop";
    span.session_id = std::to_string(i / 10);
    span.error_class = span.status == Status::Ok ? "" : "timeout";
    if (i % 2 == 0) span.start_time = int64_t{60'000'000} * i;
    if (i % 3 != 0) span.cost = 1'000 * (i % 13);
    span.currency = "USD";
    span.input_tokens = i % 11 - 1;  // -1 is not known.
    span.output_tokens = i % 17;
  }
  const Comparison one = compare(1);
  ASSERT_EQ(one.variants.size(), 2U);
  EXPECT_EQ(one.variants[0].scope, "Shop");
  EXPECT_EQ(one.variants[0].summary.count, 4'000U);
  EXPECT_EQ(one.variants[1].summary.count, 1'000U);
  EXPECT_EQ(one.variants[0].summary.error, 1'000U);  // 1,250 fourths, but for 250 twentieths.
  ASSERT_EQ(one.variants[0].summary.errors.size(), 1U);
  EXPECT_EQ(one.variants[0].summary.errors[0].first, "timeout");
  for (const size_t split : {2U, 3U, 6U}) {
    const Comparison parts = compare(split);
    ASSERT_EQ(parts.variants.size(), 2U);
    for (size_t i = 0; i < 2; ++i) {
      const GroupSummary& mine = one.variants[i].summary;
      const GroupSummary& theirs = parts.variants[i].summary;
      EXPECT_EQ(mine.count, theirs.count);
      EXPECT_EQ(mine.ok, theirs.ok);
      EXPECT_EQ(mine.design_effect, theirs.design_effect);
      EXPECT_EQ(mine.latency->p95, theirs.latency->p95);
      EXPECT_EQ(mine.input_tokens, theirs.input_tokens);
      EXPECT_EQ(mine.first_time, theirs.first_time);
      EXPECT_EQ(mine.models, theirs.models);
      EXPECT_EQ(one.variants[i].cost_per_call, parts.variants[i].cost_per_call);
    }
    ASSERT_EQ(one.differences.size(), parts.differences.size());
    for (size_t i = 0; i < one.differences.size(); ++i) {
      EXPECT_EQ(one.differences[i].interval.low, parts.differences[i].interval.low);
      EXPECT_EQ(one.differences[i].p_value, parts.differences[i].p_value);
    }
  }
}

TEST(KeptNames, KeepsTheSmallestHashesWithAllTheirValues) {
  KeptNames<int> kept;
  std::vector<int> dropped;
  int beyond = 0;
  for (const uint64_t hash : {7U, 3U, 9U, 3U, 1U, 9U, 7U, 1U}) {
    int* const value = kept.at(
        hash, std::to_string(hash), 2, [] { return 0; },
        [&](int&& leaves) { dropped.push_back(leaves); });
    ++(value != nullptr ? *value : beyond);
  }
  std::vector<std::pair<std::string, int>> entries;
  kept.for_each(
      [&](uint64_t, const auto& entry) { entries.emplace_back(entry.name, entry.value); });
  EXPECT_THAT(entries, UnorderedElementsAre(Pair("1", 2), Pair("3", 2)));
  EXPECT_THAT(dropped, ElementsAre(1));  // The 7, when the 1 came.
  EXPECT_EQ(beyond, 3);                  // Twice 9, and the second 7.
}

TEST_F(Comparing, NamesTheVariantsWhenTheBaselineIsNone) {
  options.baseline = "c";
  add(5, 5, "a");
  add(5, 5, "b");
  Comparer comparer(options);
  for (const Span& span : spans) comparer.add(span);
  const Result<Comparison> result = comparer.finish();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::NotFound);
  EXPECT_THAT(result.error().message, HasSubstr("a, b"));
}

TEST(Pairs, KeepsTheSameInputsInAnyOrder) {
  Pairs forward(100);
  Pairs backward(100);
  Pairs parts[2] = {Pairs(100), Pairs(100)};
  for (uint64_t i = 0; i < 2'000; ++i) {
    const uint64_t j = 1'999 - i;
    const auto run = [](Pairs& pairs, uint64_t n) {
      const uint64_t input = (n / 2) * 0x9E3779B97F4A7C15ULL;
      pairs.add(input, n % 2, n % 3 == 0 ? Outcome::Failed : Outcome::Ok, {0, n});
    };
    run(forward, i);
    run(backward, j);
    run(parts[i % 3 == 0 ? 1 : 0], i);
  }
  parts[0].merge(parts[1]);
  const PairCounts counts = forward.count(0, 1);
  EXPECT_GT(counts.total(), 20U);
  EXPECT_LE(counts.total(), 50U);
  for (const Pairs* other : {&backward, &parts[0]}) {
    const PairCounts same = other->count(0, 1);
    EXPECT_EQ(same.both, counts.both);
    EXPECT_EQ(same.only_first, counts.only_first);
    EXPECT_EQ(same.only_second, counts.only_second);
    EXPECT_EQ(same.neither, counts.neither);
  }
}

}  // namespace
}  // namespace sonde
