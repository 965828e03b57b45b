// The charts of the HTML report, as inline SVG without scripts.
//
// Positions along x are in percent and along y in pixels, so that a chart takes any width while its
// text and lines keep their size. Colours are classes of html_style.h.
#pragma once

#include <string>

#include "metrics/analysis.h"

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

}  // namespace sonde
