#include "metrics/charts.h"

#include <algorithm>
#include <cmath>

#include "base/time.h"

namespace sonde {
namespace {

// Widths a reader can name; each a multiple of the one before, so that buckets merge exactly.
constexpr int64_t kMinute = 60 * kMicrosPerSecond;
constexpr int64_t kWidths[] = {kMinute,
                               5 * kMinute,
                               15 * kMinute,
                               60 * kMinute,
                               6 * 60 * kMinute,
                               24 * 60 * kMinute,
                               7 * 24 * 60 * kMinute,
                               28 * 24 * 60 * kMinute,
                               364 * 24 * 60 * kMinute,
                               int64_t{36400} * 24 * 60 * kMinute};

int64_t floor_div(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

size_t bin_of(int64_t micros, size_t bins) {
  const double milliseconds = static_cast<double>(micros) / kMicrosPerMilli;
  if (milliseconds < 1) return 0;
  return std::min(bins - 1, static_cast<size_t>(2 * std::log2(milliseconds)));
}

}  // namespace

void Charts::add(const Span& span, Outcome outcome) {
  if (span.start_time) {
    Bucket& bucket = buckets_[floor_div(*span.start_time, kWidths[width_])];
    ++bucket.count;
    bucket.ok += outcome == Outcome::Ok ? 1 : 0;
    bucket.error += outcome == Outcome::Failed ? 1 : 0;
    if (span.duration && *span.duration >= 0) bucket.latency.add(*span.duration);
    while (is_too_fine()) widen();
  }
  if (!span.duration || *span.duration < 0 || span.model.empty()) return;
  auto model = models_.find(span.model);
  if (model == models_.end()) {
    if (models_.size() == kModelsMax) return;
    model = models_.emplace(span.model, std::array<uint64_t, kHistogramBins>{}).first;
  }
  ++model->second[bin_of(*span.duration, kHistogramBins)];
}

// The chart's width in buckets, empty ones included, is what must fit.
bool Charts::is_too_fine() const {
  if (buckets_.empty() || width_ + 1 == std::size(kWidths)) return false;
  return buckets_.rbegin()->first - buckets_.begin()->first >= static_cast<int64_t>(kBucketsMax);
}

void Charts::widen() {
  if (width_ + 1 == std::size(kWidths)) return;
  const int64_t factor = kWidths[width_ + 1] / kWidths[width_];
  ++width_;
  std::map<int64_t, Bucket> wider;
  for (const auto& [start, bucket] : buckets_) {
    Bucket& target = wider[floor_div(start, factor)];
    target.count += bucket.count;
    target.ok += bucket.ok;
    target.error += bucket.error;
    target.latency.merge(bucket.latency);
  }
  buckets_ = std::move(wider);
}

void Charts::merge(const Charts& other) {
  Charts theirs = other;
  while (width_ < theirs.width_) widen();
  while (theirs.width_ < width_) theirs.widen();
  for (const auto& [start, bucket] : theirs.buckets_) {
    Bucket& target = buckets_[start];
    target.count += bucket.count;
    target.ok += bucket.ok;
    target.error += bucket.error;
    target.latency.merge(bucket.latency);
  }
  while (is_too_fine()) widen();
  for (const auto& [model, bins] : theirs.models_) {
    auto& mine = models_[model];
    for (size_t i = 0; i < bins.size(); ++i) mine[i] += bins[i];
  }
}

void Charts::write(Analysis& analysis) const {
  analysis.bucket_width = kWidths[width_];
  for (const auto& [start, bucket] : buckets_) {
    TimeBucket out{.start = start * kWidths[width_],
                   .count = bucket.count,
                   .ok = bucket.ok,
                   .error = bucket.error,
                   .p50 = {},
                   .p95 = {}};
    if (bucket.latency.count() > 0) {
      out.p50 = bucket.latency.quantile(0.50);
      out.p95 = bucket.latency.quantile(0.95);
    }
    analysis.time.push_back(out);
  }
  // Only the bins that are used, so that a chart has no empty wings.
  size_t first = kHistogramBins;
  size_t last = 0;
  for (const auto& [model, bins] : models_) {
    for (size_t i = 0; i < bins.size(); ++i) {
      if (bins[i] == 0) continue;
      first = std::min(first, i);
      last = std::max(last, i);
    }
  }
  if (first > last) return;
  for (size_t i = first; i <= last + 1; ++i) {
    analysis.histogram_edges.push_back(std::exp2(static_cast<double>(i) / 2) * kMicrosPerMilli);
  }
  for (const auto& [model, bins] : models_) {
    analysis.latency_by_model.push_back({model,
                                         {bins.begin() + static_cast<std::ptrdiff_t>(first),
                                          bins.begin() + static_cast<std::ptrdiff_t>(last) + 1}});
  }
}

}  // namespace sonde
