#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace sonde {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(Code::InvalidInput, "{} is odd", value);
  return value / 2;
}

Result<int> quarter(int value) {
  const int once = TRY(half(value));
  return TRY(half(once));
}

Result<> check_even(int value) {
  TRY(half(value));
  return {};
}

Result<std::unique_ptr<int>> make_half(int value) {
  const int once = TRY(half(value));
  return std::make_unique<int>(once);
}

TEST(Fail, FormatsTheMessageAndKeepsTheCode) {
  const Result<int> result = half(7);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::InvalidInput);
  EXPECT_EQ(result.error().message, "7 is odd");
}

TEST(Try, YieldsTheValue) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Try, ReturnsTheFirstFailure) {
  EXPECT_EQ(quarter(7).error().message, "7 is odd");
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
}

TEST(Try, PassesAFailureToAnotherResultType) {
  EXPECT_TRUE(check_even(2).has_value());
  EXPECT_EQ(check_even(3).error().message, "3 is odd");
}

TEST(Try, MovesValuesThatCannotBeCopied) {
  const auto made = [](int value) -> Result<int> {
    const std::unique_ptr<int> half_value = TRY(make_half(value));
    return *half_value;
  };
  EXPECT_EQ(made(10).value(), 5);
}

TEST(Check, AbortsAndNamesTheCondition) {
  const int answer = 41;
  EXPECT_DEATH(CHECK(answer == 42), "answer == 42 is false");
}

TEST(Check, DoesNothingWhenTheConditionHolds) {
  int evaluated = 0;
  CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

}  // namespace
}  // namespace sonde
