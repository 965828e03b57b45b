#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <limits>

#include "report/charts.h"
#include "report/comparison.h"
#include "report/example_for_test.h"

namespace sonde {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Variant variant(std::string name, uint64_t ok, uint64_t error) {
  Variant made;
  made.name = std::move(name);
  made.summary = example_group("", ok, error, 1e6);
  return made;
}

VariantDifference success_of(size_t index, double difference, Interval interval,
                             DifferenceVerdict verdict) {
  VariantDifference made;
  made.variant = index;
  made.baseline_value = 0.9;
  made.variant_value = 0.9 + difference;
  made.difference = difference;
  made.interval = interval;
  made.p_adjusted = 0.01;
  made.strata = 1;
  made.margin = 0.02;
  made.verdict = verdict;
  return made;
}

class ComparisonHtml : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    comparison_.strata = "category";
    comparison_.records = 300;
    comparison_.variants = {variant("base", 90, 10), variant("good", 98, 2),
                            variant("bad", 70, 30)};
    comparison_.differences = {
        success_of(1, 0.08, {0.03, 0.13, "newcombe"}, DifferenceVerdict::Better),
        success_of(2, -0.2, {-0.3, -0.1, "newcombe"}, DifferenceVerdict::Worse)};
  }
  std::string render() const {
    return render_comparison(comparison_, {}, {.format = Format::Html});
  }

  Comparison comparison_;
};

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++at) ++found;
  return found;
}

TEST_F(ComparisonHtml, DrawsEachDifferenceOnOneAxisWithZeroAndMargin) {
  const std::string page = render();
  EXPECT_EQ(count(page, "class=\"zero\""), 2U);
  EXPECT_EQ(count(page, "class=\"whisker ok\""), 1U);
  EXPECT_EQ(count(page, "class=\"whisker bad\""), 1U);
  EXPECT_EQ(count(page, "rect class=\"margin\""), 2U);
  EXPECT_THAT(page, HasSubstr("+8.0 points (+3.0 to +13.0 points)"));
  EXPECT_THAT(page, HasSubstr("against base"));
}

TEST_F(ComparisonHtml, EscapesNamesAndTemplatesAndLoadsNothing) {
  comparison_.variants[0].name = "a\x1b]0; <b>|\"`\xFF\n客服";
  comparison_.variants[1].name = "<script>'&";
  comparison_.variants[1].scope = comparison_.variants[0].scope = "<i>";
  comparison_.variants[2].scope = "<i>";
  comparison_.variants[1].text = "Say </pre><b>{{1}}\nand stop.";
  comparison_.filters = {"<u>"};
  const std::string page = render();
  EXPECT_THAT(page, HasSubstr("a␛]0; &lt;b&gt;|&quot;`\uFFFD 客服"));
  EXPECT_THAT(page, HasSubstr("<details><summary>&lt;script&gt;&#39;&amp;</summary><pre>Say "
                              "&lt;/pre&gt;&lt;b&gt;{{1}}\nand stop.</pre></details>"));
  for (const std::string_view harm :
       {"<script", "<b>|", "<i>", "<u>", "http:", "https:", "<link", "<img", "url(", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(harm)));
  }
}

TEST_F(ComparisonHtml, DrawsNothingWhereTheDataSupportNoInterval) {
  for (VariantDifference& d : comparison_.differences) {
    d.enough = false;
    d.verdict = DifferenceVerdict::TooFew;
  }
  const std::string page = render();
  EXPECT_EQ(count(page, "<svg"), 0U);
  EXPECT_EQ(count(page, "too few calls of the same work"), 2U);
}

TEST_F(ComparisonHtml, NamesTheBaselineOfEachRowWhereTheyDiffer) {
  comparison_.differences[1].baseline = 1;
  EXPECT_THAT(render(), HasSubstr(">bad against good</span>"));
}

TEST_F(ComparisonHtml, FoldsManyClaimsAndRows) {
  for (size_t i = 0; i < 100; ++i) {
    comparison_.variants.push_back(variant("v" + std::to_string(i), 50, 50));
    comparison_.differences.push_back(success_of(
        comparison_.variants.size() - 1, -0.4, {-0.5, -0.3, "newcombe"}, DifferenceVerdict::Worse));
  }
  const std::string page = render();
  EXPECT_THAT(page, HasSubstr("<summary>92 more</summary>"));  // 102 claims, 10 shown.
  EXPECT_THAT(page, HasSubstr("The first 30 of 102; the table below has all."));
  EXPECT_THAT(page, HasSubstr("<summary>52 more</summary>"));  // 102 differences, 50 shown.
}

TEST_F(ComparisonHtml, SaysThatThereIsNothingToCompare) {
  comparison_.variants.clear();
  comparison_.differences.clear();
  const std::string page = render();
  EXPECT_THAT(page, HasSubstr("There is nothing to compare: no two models in one place."));
  EXPECT_THAT(page, Not(HasSubstr("Benjamini")));
  EXPECT_TRUE(page.ends_with("</main></body></html>\n"));
}

// 20 steps of 0.02 hold -0.3 to 0.1; half a step is left on both sides.
TEST(DifferenceAxis, HoldsAllIntervalsZeroAndTheMarginBetweenRoundEnds) {
  const Interval intervals[] = {{-0.3, -0.1, ""}, {0.05, 0.1, ""}};
  const DifferenceAxis axis = difference_axis(intervals, 0.02);
  EXPECT_NEAR(axis.low, -0.31, 1e-9);
  EXPECT_NEAR(axis.high, 0.11, 1e-9);
}

TEST(DifferenceMark, ReachesTheEndWhereALimitIsNotKnown) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Interval interval{1, infinity, ""};
  const DifferenceAxis axis = difference_axis({&interval, 1}, 1);
  EXPECT_LT(axis.high, 3);
  EXPECT_THAT(difference_mark(1, interval, 1, MarkStyle::Neutral, axis),
              HasSubstr("x2=\"100.00%\" y1=\"9\" y2=\"9\"/><circle"));
}

}  // namespace
}  // namespace sonde
