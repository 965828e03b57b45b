#include "stats/multiplicity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

// The 15 tests of Benjamini and Hochberg (1995), section 3.2: at 5 % the four smallest are found.
TEST(BenjaminiHochberg, FindsFourInThePublishedExample) {
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const std::vector<double> adjusted = benjamini_hochberg(p);
  EXPECT_NEAR(adjusted[0], 0.0015, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.0095 * 15 / 4, 1e-12);
  EXPECT_LT(adjusted[3], 0.05);
  EXPECT_GT(adjusted[4], 0.05);
  EXPECT_EQ(adjusted[14], 1);
}

TEST(BenjaminiHochberg, KeepsTheOrderGivenAndIsMonotone) {
  // Sorted 0.01, 0.03, 0.04: times 3 / 1, 3 / 2, 3 / 3 is 0.03, 0.045, 0.04.
  const std::vector<double> adjusted = benjamini_hochberg(std::vector<double>{0.04, 0.01, 0.03});
  EXPECT_THAT(adjusted, testing::ElementsAre(testing::DoubleNear(0.04, 1e-12),
                                             testing::DoubleNear(0.03, 1e-12),
                                             testing::DoubleNear(0.04, 1e-12)));
}

TEST(BenjaminiHochberg, LeavesASingleTestAlone) {
  EXPECT_THAT(benjamini_hochberg(std::vector<double>{0.2}), testing::ElementsAre(0.2));
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

}  // namespace
}  // namespace sonde
