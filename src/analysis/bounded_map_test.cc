#include "analysis/bounded_map.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

constexpr auto kAdd = [](int& mine, int&& theirs) { mine += theirs; };

TEST(BoundedMap, KeepsTheSmallestKeysExactlyHoweverTheWorkIsSplit) {
  BoundedMap<int> whole(10);
  BoundedMap<int> left(10);
  BoundedMap<int> right(10);
  for (uint64_t i = 0; i < 3000; ++i) {
    const uint64_t key = (i * 7919) % 100;
    if (int* value = whole.get(key)) ++*value;
    if (int* value = (i % 3 == 0 ? left : right).get(key)) ++*value;
  }
  whole.trim();
  left.merge(std::move(right), kAdd);
  ASSERT_EQ(left.values().size(), 10U);
  for (uint64_t key = 0; key < 10; ++key) {
    EXPECT_EQ(*whole.find(key), 30) << key;
    EXPECT_EQ(*left.find(key), 30) << key;
  }
  EXPECT_TRUE(left.is_cut());
}

TEST(BoundedMap, UnderTheLimitNothingIsCut) {
  BoundedMap<int> map(10);
  for (uint64_t key = 0; key < 10; ++key) ASSERT_NE(map.get(key), nullptr);
  map.trim();
  EXPECT_FALSE(map.is_cut());
  EXPECT_EQ(map.values().size(), 10U);
}

}  // namespace
}  // namespace sonde
