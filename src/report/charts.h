// The charts of the HTML report, as inline SVG without scripts.
//
// Positions along x are in percent and along y in pixels, so that a chart takes any width while its
// text and lines keep their size. Colours are classes of html_style.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metrics/analysis.h"
#include "stats/interval.h"

namespace sonde {

// Records of each time bucket, failed ones on top. Contract: analysis.time has two buckets or more,
// here and below.
std::string calls_chart(const Analysis& analysis);
std::string rate_chart(const Analysis& analysis);
std::string latency_chart(const Analysis& analysis);

// How the response times of one model are distributed; all models share the x axis.
// Contract: an index into analysis.latency_by_model.
std::string distribution_chart(const Analysis& analysis, size_t model);

// A bar of `share` of the width.
std::string share_bar(double share);

// A rate with its interval on an axis from `low` to 1, and a line at the overall rate.
std::string interval_mark(double rate, const Interval& interval, double overall, double low);

// Where a difference can lie: the limits of an axis, low < high, 0 between them or at one of them.
struct DifferenceAxis {
  double low;
  double high;
};

// The axis that holds every finite limit of the intervals and ±margin, rounded outwards.
DifferenceAxis difference_axis(std::span<const Interval> intervals, double margin);

enum class MarkStyle : uint8_t { Good, Bad, Neutral };

// A difference with its interval: a line at zero, a band from -margin to +margin. Limits that are
// not finite reach the end of the axis.
std::string difference_mark(double difference, const Interval& interval, double margin,
                            MarkStyle style, const DifferenceAxis& axis);

// The labels below such marks: both ends, and zero where there is room.
std::string difference_scale(const DifferenceAxis& axis, std::string_view low,
                             std::string_view high);

}  // namespace sonde
