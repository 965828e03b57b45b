#include "analysis/association/paired_inputs.h"

#include <gtest/gtest.h>

#include "stats/paired.h"

namespace sonde {
namespace {

constexpr uint32_t kBaseline = 0;
constexpr uint32_t kVariant = 1;

struct Log {
  CallTable table;
  std::vector<CallValue> values;

  void add(uint64_t input, uint32_t group, bool failed, uint64_t stratum = 1) {
    Call& call = table.calls.emplace_back();
    call.prompt = input;
    values.push_back(
        {static_cast<uint32_t>(table.calls.size() - 1), group, stratum, failed ? 1.0 : 0.0});
  }
  // Inputs `from` to `to` on both sides.
  void add_both(uint64_t from, uint64_t to, bool variant_failed, bool baseline_failed) {
    for (uint64_t input = from; input < to; ++input) {
      add(input, kVariant, variant_failed);
      add(input, kBaseline, baseline_failed);
    }
  }
  std::optional<Contrast> refined() const {
    Contrast contrast;
    for (const CallValue& value : values) {
      ++(value.group == kVariant ? contrast.variant_calls : contrast.baseline_calls);
    }
    const PairedInputs inputs(table, values, &Call::prompt);
    return inputs.refine(kVariant, kBaseline, contrast) ? std::optional(contrast) : std::nullopt;
  }
};

TEST(PairedInputs, TheDifferenceIsThatOfTheInputsThatDiffer) {
  Log log;
  log.add_both(1, 11, true, false);     // Ten fail on the variant alone,
  log.add_both(11, 31, true, true);     // twenty on both,
  log.add_both(31, 101, false, false);  // seventy on neither.
  const auto contrast = log.refined();
  ASSERT_TRUE(contrast.has_value());
  EXPECT_NEAR(contrast->difference, 0.10, 1e-12);
  // McNemar's mid-p of 10 to 0: 2 / 1024 - 1 / 1024.
  EXPECT_NEAR(contrast->p_value, 1.0 / 1024, 1e-9);
  EXPECT_EQ(contrast->test, "mcnemar");
  const Interval plain = paired_difference_interval(20, 10, 0, 70);
  EXPECT_NEAR(contrast->interval.low, plain.low, 1e-12);
  EXPECT_NEAR(contrast->interval.high, plain.high, 1e-12);
  EXPECT_TRUE(contrast->enough);
}

TEST(PairedInputs, DifferencesThatComeFromFewSessionsCountLess) {
  Log log;
  log.add_both(1, 11, true, false);
  log.add_both(11, 101, false, false);
  // Five inputs a session: two sessions hold all that differ.
  for (size_t i = 0; i < log.table.calls.size(); ++i) log.table.calls[i].session = 1 + i / 10;
  const auto contrast = log.refined();
  ASSERT_TRUE(contrast.has_value());
  EXPECT_LT(contrast->interval.low, 0);
  EXPECT_GT(contrast->p_value, 0.05);
  EXPECT_EQ(contrast->interval.method, "newcombe-paired-cluster");
}

TEST(PairedInputs, FewInputsOnBothSidesAreLeftUnpaired) {
  Log log;
  log.add_both(1, 30, true, false);
  EXPECT_FALSE(log.refined().has_value());  // 29.
  log.add_both(30, 31, true, false);
  EXPECT_TRUE(log.refined().has_value());
  for (uint64_t input = 100; input < 131; ++input) {
    log.add(input, kVariant, false);
    log.add(input + 100, kBaseline, false);
  }
  EXPECT_FALSE(log.refined().has_value());  // 30 of 61 a side.
}

TEST(PairedInputs, OtherWorkIsNoPair) {
  Log log;
  for (uint64_t input = 1; input <= 50; ++input) {
    log.add(input, kVariant, true, 1);
    log.add(input, kBaseline, false, 2);
  }
  EXPECT_FALSE(log.refined().has_value());
}

TEST(PairedInputs, AnInputCountsWithItsFirstRunOnEitherSide) {
  Log log;
  log.add_both(1, 41, false, false);
  for (uint64_t input = 1; input <= 40; ++input) log.add(input, kVariant, true);
  const auto contrast = log.refined();
  ASSERT_TRUE(contrast.has_value());
  EXPECT_EQ(contrast->difference, 0);
}

}  // namespace
}  // namespace sonde
