#include "stats/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

#include "stats/quantile.h"

namespace sonde {
namespace {

constexpr double kProbabilities[] = {0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};

Sketch sketch_of(const std::vector<int64_t>& values, size_t exact_values_max) {
  Sketch sketch(exact_values_max);
  for (const int64_t value : values) sketch.add(value);
  return sketch;
}

std::vector<int64_t> draw(size_t n, const std::function<double(std::mt19937_64&)>& distribution) {
  std::mt19937_64 random(11);
  std::vector<int64_t> values(n);
  for (int64_t& value : values) value = static_cast<int64_t>(distribution(random));
  return values;
}

std::vector<int64_t> draw_latencies(size_t n) {
  std::lognormal_distribution<double> latency(std::log(800'000), 0.9);
  return draw(n, latency);
}

TEST(Sketch, EqualsTheSortedSampleWhileExact) {
  std::vector<int64_t> values = draw_latencies(1000);
  const Sketch sketch = sketch_of(values, 1000);
  EXPECT_TRUE(sketch.is_exact());
  std::sort(values.begin(), values.end());
  for (const double p : kProbabilities) EXPECT_EQ(sketch.quantile(p), quantile_sorted(values, p));
}

TEST(Sketch, StopsBeingExactOneValueBeyondTheLimit) {
  Sketch sketch(3);
  for (const int64_t value : {10, 20, 30}) sketch.add(value);
  EXPECT_TRUE(sketch.is_exact());
  sketch.add(40);
  EXPECT_FALSE(sketch.is_exact());
  EXPECT_EQ(sketch.quantile(0.5), 25);
}

TEST(Sketch, AnswersAgainAfterMoreValues) {
  Sketch sketch(10);
  sketch.add(5);
  EXPECT_EQ(sketch.quantile(0.5), 5);
  sketch.add(1);
  EXPECT_EQ(sketch.quantile(0.5), 3);
}

struct Shape {
  std::string_view name;
  std::vector<int64_t> values;
};

std::vector<Shape> hard_shapes() {
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<Shape> shapes;
  shapes.push_back({"log-normal", draw_latencies(20'000)});
  shapes.push_back({"few log-normal", draw_latencies(12)});
  shapes.push_back({"constant", std::vector<int64_t>(5000, 1'234'567)});
  shapes.push_back({"zero", std::vector<int64_t>(5000, 0)});
  // Both values at an edge of their bucket, and most of the sample in one of them.
  shapes.push_back({"two points", draw(5000, [&](auto& random) {
                      return uniform(random) < 0.93 ? 1'048'576 : 67'108'863;
                    })});
  // One bucket holds both of its ends.
  shapes.push_back({"bucket ends", draw(5000, [&](auto& random) {
                      return uniform(random) < 0.5 ? 1'048'576 : 1'050'623;
                    })});
  // Pareto with an infinite mean, up to 10^17.
  shapes.push_back({"heavy tail", draw(20'000, [&](auto& random) {
                      return std::min(1e17, 1000 * std::pow(1 - uniform(random), -1.25));
                    })});
  shapes.push_back({"counts", draw(5000, [&](auto& random) { return 900 * uniform(random); })});
  shapes.push_back({"largest", {INT64_MAX, INT64_MAX - 1, INT64_MAX / 2, 0, 1}});
  return shapes;
}

TEST(Sketch, KeepsItsBoundOnHardShapes) {
  for (Shape& shape : hard_shapes()) {
    const Sketch sketch = sketch_of(shape.values, 0);
    std::sort(shape.values.begin(), shape.values.end());
    for (const double p : kProbabilities) {
      const double exact = quantile_sorted(shape.values, p);
      const double error = std::abs(sketch.quantile(p) - exact);
      EXPECT_LE(error, Sketch::kRelativeErrorMax * exact) << shape.name << " at " << p;
    }
  }
}

TEST(Sketch, IsExactBelow1024EvenAsAHistogram) {
  std::vector<int64_t> values(1024);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(i);
  const Sketch sketch = sketch_of(values, 0);
  for (const double p : kProbabilities) {
    EXPECT_DOUBLE_EQ(sketch.quantile(p), quantile_sorted(values, p));
  }
}

TEST(Sketch, NeverFallsAsTheProbabilityRises) {
  const Sketch sketch = sketch_of(draw_latencies(3000), 0);
  double last = 0;
  for (int i = 0; i <= 2000; ++i) {
    const double value = sketch.quantile(i / 2000.0);
    EXPECT_GE(value, last);
    last = value;
  }
}

// By hand: 3 * (2^63 - 1) = 27670116110564327421, which 64 bits cannot hold.
TEST(Sketch, SumsWithoutOverflowOrRounding) {
  const Sketch sketch = sketch_of({INT64_MAX, INT64_MAX, INT64_MAX}, 2);
  EXPECT_EQ(static_cast<uint64_t>(sketch.sum() / 10'000'000'000), 2'767'011'611u);
  EXPECT_EQ(static_cast<uint64_t>(sketch.sum() % 10'000'000'000), 564'327'421u);
  EXPECT_EQ(sketch.mean(), static_cast<double>(INT64_MAX));
}

TEST(Sketch, ReportsExactExtremesAndMean) {
  const Sketch sketch = sketch_of({7, 1'000'003, 40, 999'999'937}, 0);
  EXPECT_EQ(sketch.min(), 7);
  EXPECT_EQ(sketch.max(), 999'999'937);
  EXPECT_EQ(sketch.quantile(1), 999'999'937);
  EXPECT_DOUBLE_EQ(sketch.mean(), 1'000'999'987 / 4.0);
}

TEST(Sketch, TakesAValueManyTimes) {
  for (const size_t exact_values_max : {100u, 3u}) {
    Sketch at_once(exact_values_max);
    at_once.add(5000, 4);
    at_once.add(70, 3);
    at_once.add(9, 0);
    const Sketch one_by_one = sketch_of({5000, 70, 5000, 70, 5000, 70, 5000}, exact_values_max);
    EXPECT_EQ(at_once.count(), 7u);
    EXPECT_EQ(at_once.sum(), one_by_one.sum());
    for (const double p : kProbabilities) EXPECT_EQ(at_once.quantile(p), one_by_one.quantile(p));
  }
}

void expect_same(const Sketch& left, const Sketch& right) {
  EXPECT_EQ(left.count(), right.count());
  EXPECT_EQ(left.sum(), right.sum());
  EXPECT_EQ(left.is_exact(), right.is_exact());
  for (const double p : kProbabilities) EXPECT_EQ(left.quantile(p), right.quantile(p)) << p;
}

// Parts of unequal size, so that some are exact and some are histograms when they meet.
TEST(Sketch, IsTheSameInOnePassAndMergedInAnyOrder) {
  for (const size_t exact_values_max : {0u, 500u, 2999u, 3000u}) {
    const std::vector<int64_t> values = draw_latencies(3000);
    const Sketch whole = sketch_of(values, exact_values_max);
    std::vector<Sketch> parts(4, Sketch(exact_values_max));
    for (size_t i = 0; i < values.size(); ++i) {
      parts[i % 11 == 0 ? 0 : i % 7 == 0 ? 1 : i % 2 == 0 ? 2 : 3].add(values[i]);
    }
    std::vector<size_t> order = {0, 1, 2, 3};
    do {
      Sketch merged(exact_values_max);
      for (const size_t part : order) merged.merge(parts[part]);
      expect_same(merged, whole);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

// Beyond 2^32 values a bucket; the range grows both before and after.
TEST(Sketch, CountsMoreThanABucketsLowerHalfHolds) {
  constexpr uint64_t kMany = 3'000'000'000;
  Sketch sketch(0);
  sketch.add(5'000, kMany);
  sketch.add(5'000, kMany);
  sketch.add(9'000'000, 5 * kMany);
  Sketch other(0);
  other.add(5'000, kMany);
  other.add(40, 4 * kMany);
  sketch.merge(other);
  EXPECT_EQ(sketch.count(), 12 * kMany);
  EXPECT_NEAR(sketch.quantile(4.01 / 12), 5'000, 5'000 / 512.0);
  EXPECT_NEAR(sketch.quantile(6.99 / 12), 5'000, 5'000 / 512.0);
  EXPECT_EQ(sketch.quantile(3.99 / 12), 40);
  EXPECT_NEAR(sketch.quantile(7.01 / 12), 9'000'000, 9'000'000 / 512.0);
}

TEST(Sketch, StaysEmptyWhenMergedWithNothing) {
  Sketch sketch(10);
  sketch.merge(Sketch(10));
  EXPECT_EQ(sketch.count(), 0u);
  EXPECT_TRUE(sketch.is_exact());
}

TEST(Sketch, BoundsItsMemory) {
  const Sketch latencies = sketch_of(draw_latencies(200'000), 4096);
  EXPECT_LE(latencies.memory_bytes(), 32u * 1024);
  Sketch widest = sketch_of({0, INT64_MAX}, 0);
  EXPECT_EQ(widest.memory_bytes(), Sketch::kBucketBytesMax / 2);
  widest.add(0, uint64_t{1} << 32);
  EXPECT_EQ(widest.memory_bytes(), Sketch::kBucketBytesMax);
  const Sketch exact = sketch_of(draw_latencies(4096), 4096);
  EXPECT_LE(exact.memory_bytes(), 4096u * 16);
}

TEST(SketchDeathTest, RefusesNegativeValues) {
  Sketch sketch(10);
  EXPECT_DEATH(sketch.add(-1), "value >= 0");
  EXPECT_DEATH(sketch.add(-1, 2), "value >= 0");
}

TEST(SketchDeathTest, RefusesToMergeWhatDoesNotMatch) {
  Sketch sketch(10);
  EXPECT_DEATH(sketch.merge(Sketch(11)), "exact_values_max_");
  EXPECT_DEATH(sketch.merge(sketch), "this != &other");
}

TEST(SketchDeathTest, RefusesToAnswerWithoutValues) {
  EXPECT_DEATH(static_cast<void>(Sketch(10).quantile(0.5)), "count_ > 0");
}

}  // namespace
}  // namespace sonde
