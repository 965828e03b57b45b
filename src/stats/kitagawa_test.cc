#include "stats/kitagawa.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

// Kidney stones, small and large, treated by open surgery and through the skin (Charig et al. 1986,
// BMJ 292:879-882): the first is better in both groups and worse in all.
TEST(KitagawaTest, SplitsTheKidneyStones) {
  const KitagawaGroup groups[] = {{87, 81.0 / 87, 270, 234.0 / 270},
                                  {263, 192.0 / 263, 80, 55.0 / 80}};
  const Kitagawa result = kitagawa(groups);
  EXPECT_NEAR(result.total, 273.0 / 350 - 289.0 / 350, 1e-12);
  // By hand: shares 87/350 and 270/350 of small stones.
  const double small = (81.0 / 87 - 234.0 / 270) * (87 + 270) / 700;
  const double large = (192.0 / 263 - 55.0 / 80) * (263 + 80) / 700;
  EXPECT_NEAR(result.rate, small + large, 1e-12);
  EXPECT_GT(result.rate, 0);
  EXPECT_LT(result.mix, 0);
  EXPECT_NEAR(result.parts[0].rate, small, 1e-12);
}

TEST(KitagawaTest, PartsSumExactly) {
  const KitagawaGroup groups[] = {{3, 0.1, 5, 0.7}, {11, 1.0 / 3, 2, 0.9}, {7, 0.2, 13, 0.3}};
  const Kitagawa result = kitagawa(groups);
  double mix = 0;
  double rate = 0;
  for (const KitagawaPart& part : result.parts) {
    mix += part.mix;
    rate += part.rate;
  }
  EXPECT_EQ(mix, result.mix);
  EXPECT_EQ(rate, result.rate);
  EXPECT_EQ(result.total, mix + rate);
}

TEST(KitagawaTest, CallsAGroupThatOneSideLacksMix) {
  // 1/2 * 0.8 + 1/2 * 0.4 against 0.8; the value of the missing group is not read.
  const KitagawaGroup groups[] = {{10, 0.8, 10, 0.8}, {10, 0.4, 0, 99}};
  const Kitagawa result = kitagawa(groups);
  EXPECT_NEAR(result.total, -0.2, 1e-12);
  EXPECT_NEAR(result.mix, -0.2, 1e-12);
  EXPECT_EQ(result.rate, 0);
}

TEST(KitagawaTest, CallsEqualSharesRate) {
  const KitagawaGroup groups[] = {{10, 0.9, 100, 0.8}, {30, 0.5, 300, 0.5}};
  const Kitagawa result = kitagawa(groups);
  EXPECT_NEAR(result.mix, 0, 1e-12);
  EXPECT_NEAR(result.rate, 0.025, 1e-12);
}

TEST(KitagawaTest, IsZeroForAnEmptyPopulation) {
  const KitagawaGroup groups[] = {{10, 0.9, 0, 0}};
  EXPECT_EQ(kitagawa(groups).total, 0);
  EXPECT_TRUE(kitagawa({}).parts.empty());
}

}  // namespace
}  // namespace sonde
