#include "stats/shown.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(Shown, WantsTenEffectiveRecordsForARate) {
  EXPECT_TRUE(enough_for_rate(0.9, 10));
  EXPECT_FALSE(enough_for_rate(0.9, 9.9));
  EXPECT_FALSE(enough_for_rate(0.9, 0));
}

TEST(Shown, WantsClustersWhereRecordsComeInThem) {
  EXPECT_FALSE(enough_for_rate(0.9, 500, 9));
  EXPECT_TRUE(enough_for_rate(0.9, 500, 10));
  EXPECT_FALSE(enough_for_quantile(500, 0.5, 9));
}

TEST(Shown, WantsEnoughOnBothSidesOfADifference) {
  EXPECT_TRUE(enough_for_rate_difference(0.9, 10, 0.8, 500));
  EXPECT_FALSE(enough_for_rate_difference(0.9, 9, 0.8, 500));
  EXPECT_FALSE(enough_for_rate_difference(0.9, 500, 0.8, 9));
}

TEST(Shown, WantsARecordBeyondTheQuantile) {
  EXPECT_TRUE(enough_for_quantile(10, 0.5));
  EXPECT_FALSE(enough_for_quantile(19, 0.95));
  EXPECT_TRUE(enough_for_quantile(20.1, 0.95));
  EXPECT_FALSE(enough_for_quantile(99, 0.99));
  EXPECT_TRUE(enough_for_quantile(100.1, 0.99));
}

}  // namespace
}  // namespace sonde
