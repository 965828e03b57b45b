#include "report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/time.h"
#include "report/format_number.h"
#include "report/group_columns.h"
#include "report/html_text.h"
#include "report/time_text.h"

namespace sonde {
namespace {

constexpr double kGutter = 44;  // For the labels of the y axis.
constexpr double kPlotTop = 10;
constexpr double kPlotHeight = 150;
constexpr double kPlotBottom = kPlotTop + kPlotHeight;
constexpr double kTimeChartHeight = kPlotBottom + 22;
constexpr double kTickCountMax = 5;
constexpr double kBarPercentMin = 0.7;  // Narrower ones could not be seen.

constexpr int64_t kMinute = 60 * kMicrosPerSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr std::array kTimeSteps = {kMinute,    5 * kMinute, 15 * kMinute, 30 * kMinute,
                                   kHour,      2 * kHour,   3 * kHour,    6 * kHour,
                                   12 * kHour, kDay,        2 * kDay,     7 * kDay,
                                   14 * kDay,  28 * kDay,   91 * kDay,    364 * kDay};

// The least of 1, 2, 5 times a power of ten that is not below the value.
double round_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (value <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

// The same for a count of records whose half is labelled too: an even number.
double round_up_count(uint64_t count) {
  const auto value = static_cast<double>(std::max<uint64_t>(count, 2));
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {2.0, 4.0, 6.0, 8.0}) {
    if (value <= factor * power) return factor * power;
  }
  return 10 * power;
}

// Seconds, minutes and hours round by 60, the rest by ten.
double round_up_micros(double micros) {
  constexpr std::array kRound = {60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0};
  const double seconds = micros / kMicrosPerSecond;
  if (seconds <= 50) return round_up(micros);
  for (const double round : kRound) {
    if (seconds <= round) return round * kMicrosPerSecond;
  }
  return round_up(seconds / 3600) * 3600 * kMicrosPerSecond;
}

std::string svg_start(double height, std::string_view title, std::string_view description) {
  return fmt::format(
      "<svg class=\"chart\" width=\"100%\" height=\"{:.0f}\" role=\"img\" aria-label=\"{}. {}\">"
      "<desc>{}</desc>",
      height, html_text(title), html_text(description), html_text(description));
}

// A chart over time under construction.
class TimePlot {
 public:
  TimePlot(const Analysis& analysis, std::string_view title, std::string_view description,
           double y_max)
      : analysis_(analysis),
        clock_(analysis.time_zone),
        start_(analysis.time.front().start),
        span_(static_cast<double>(analysis.time.back().start + analysis.bucket_width - start_)),
        y_max_(y_max),
        out_(svg_start(kTimeChartHeight, title, description)) {}

  double x(int64_t time) const { return 100 * static_cast<double>(time - start_) / span_; }
  double y(double value) const { return kPlotBottom - kPlotHeight * value / y_max_; }
  double bucket_percent() const {
    return 100 * static_cast<double>(analysis_.bucket_width) / span_;
  }

  // Three horizontal lines; their labels stand left of the plot.
  template <class Label>
  void grid(Label label) {
    for (const double part : {0.0, 0.5, 1.0}) {
      const double at = y(y_max_ * part);
      out_ += fmt::format(
          "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>", at);
      labels_ +=
          fmt::format("<text class=\"axis\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                      kGutter, at + 4, label(y_max_ * part));
    }
  }

  void bar(const TimeBucket& bucket, double from, double to, std::string_view style) {
    if (to <= from) return;
    const double width = std::max(bucket_percent(), kBarPercentMin);
    out_ += fmt::format(
        "<rect class=\"{}\" x=\"{:.3f}%\" width=\"{:.3f}%\" y=\"{:.1f}\" height=\"{:.1f}\"/>",
        style, x(bucket.start) + width * 0.08, width * 0.84, y(to), y(from) - y(to));
  }

  // One line through the middles of neighbouring buckets; a bucket without neighbours is a dot.
  template <class Value>
  void line(Value value, std::string_view style) {
    const std::vector<TimeBucket>& buckets = analysis_.time;
    const int64_t half = analysis_.bucket_width / 2;
    bool joined = false;
    for (size_t i = 0; i < buckets.size(); ++i) {
      const std::optional<double> here = value(buckets[i]);
      const bool follows = i + 1 < buckets.size() &&
                           buckets[i + 1].start == buckets[i].start + analysis_.bucket_width;
      const std::optional<double> next = follows ? value(buckets[i + 1]) : std::nullopt;
      if (here && next) {
        out_ += fmt::format(
            "<line class=\"{}\" x1=\"{:.3f}%\" y1=\"{:.1f}\" x2=\"{:.3f}%\" y2=\"{:.1f}\"/>", style,
            x(buckets[i].start + half), y(*here), x(buckets[i + 1].start + half), y(*next));
      } else if (here && !joined) {
        out_ += fmt::format("<circle class=\"{}\" cx=\"{:.3f}%\" cy=\"{:.1f}\" r=\"2\"/>", style,
                            x(buckets[i].start + half), y(*here));
      }
      joined = here && next;
    }
  }

  template <class Text>
  std::string finish(Text tooltip) {
    time_axis();
    for (const TimeBucket& bucket : analysis_.time) {
      out_ += fmt::format(
          "<rect class=\"hit\" x=\"{:.3f}%\" width=\"{:.3f}%\" y=\"{}\" height=\"{}\"><title>{}, "
          "{}</title></rect>",
          x(bucket.start), std::max(bucket_percent(), kBarPercentMin), kPlotTop, kPlotHeight,
          clock_.minute(bucket.start), html_text(tooltip(bucket)));
    }
    return fmt::format(
        "<div class=\"plot\"><svg width=\"{}\" height=\"{}\" aria-hidden=\"true\">{}</svg>{}</svg>"
        "</div>",
        kGutter, kTimeChartHeight, labels_, out_);
  }

 private:
  void time_axis() {
    int64_t step = kTimeSteps.back();
    for (const int64_t candidate : kTimeSteps) {
      if (span_ / static_cast<double>(candidate) > kTickCountMax) continue;
      step = candidate;
      break;
    }
    while (span_ / static_cast<double>(step) > kTickCountMax) step *= 2;
    const auto end = start_ + static_cast<int64_t>(span_);
    const int64_t local = start_ + clock_.offset(start_);
    int64_t tick = start_ + (step - local % step) % step;
    for (; tick <= end; tick += step) {
      const double at = x(tick);
      const bool midnight = (tick + clock_.offset(tick)) % kDay == 0;
      const std::string label = step >= 28 * kDay          ? clock_.minute(tick).substr(0, 10)
                                : step >= kDay || midnight ? clock_.day(tick)
                                                           : clock_.hour(tick);
      // Only whole dates are wider than what is free beside the plot.
      const std::string_view anchor = step >= 28 * kDay && at > 90 ? "end" : "middle";
      out_ += fmt::format(
          "<line class=\"grid\" x1=\"{0:.3f}%\" x2=\"{0:.3f}%\" y1=\"{1}\" y2=\"{2}\"/><text "
          "class=\"axis\" x=\"{0:.3f}%\" y=\"{3}\" text-anchor=\"{4}\">{5}</text>",
          at, kPlotBottom, kPlotBottom + 5, kPlotBottom + 18, anchor, label);
    }
  }

  const Analysis& analysis_;
  ZoneClock clock_;
  int64_t start_;
  double span_;
  double y_max_;
  std::string labels_;
  std::string out_;
};

std::optional<double> rate_of(const TimeBucket& bucket) {
  const uint64_t counted = bucket.ok + bucket.error;
  if (counted == 0) return std::nullopt;
  return static_cast<double>(bucket.ok) / static_cast<double>(counted);
}

std::string rate_text(const TimeBucket& bucket) {
  const std::optional<double> rate = rate_of(bucket);
  return rate ? format_percent(*rate) : std::string(kUnknown);
}

std::string micros_text(const std::optional<double>& micros) {
  return micros ? format_micros(*micros) : std::string(kUnknown);
}

// First and one past the last bin that any model uses.
std::pair<size_t, size_t> used_bins(const Analysis& analysis) {
  size_t first = analysis.histogram_edges.size();
  size_t last = 0;
  for (const Histogram& histogram : analysis.latency_by_model) {
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      if (histogram.counts[i] == 0) continue;
      first = std::min(first, i);
      last = std::max(last, i + 1);
    }
  }
  return {std::min(first, last), last};
}

}  // namespace

std::string calls_chart(const Analysis& analysis) {
  uint64_t most = 1;
  for (const TimeBucket& bucket : analysis.time) most = std::max(most, bucket.count);
  const std::string noun = level_noun(analysis.level, 2);
  TimePlot plot(analysis, noun + " over time",
                fmt::format("Bars: {} in each time step, failed ones in red on top.", noun),
                round_up_count(most));
  plot.grid([](double value) { return format_count(static_cast<uint64_t>(std::llround(value))); });
  for (const TimeBucket& bucket : analysis.time) {
    const auto ok = static_cast<double>(bucket.ok);
    const auto counted = static_cast<double>(bucket.ok + bucket.error);
    plot.bar(bucket, 0, ok, "ok");
    plot.bar(bucket, ok, counted, "bad");
    plot.bar(bucket, counted, static_cast<double>(bucket.count), "other");
  }
  return plot.finish([&](const TimeBucket& bucket) {
    return fmt::format("{} {}, {} ok, {} failed", format_count(bucket.count),
                       level_noun(analysis.level, bucket.count), format_count(bucket.ok),
                       format_count(bucket.error));
  });
}

std::string rate_chart(const Analysis& analysis) {
  TimePlot plot(analysis, "Success rate over time", "Line: share of successes in each time step.",
                1);
  plot.grid([](double value) { return fmt::format("{:.0f} %", value * 100); });
  plot.line(rate_of, "line ok");
  return plot.finish([](const TimeBucket& bucket) {
    return fmt::format("success {} of {}", rate_text(bucket),
                       format_count(bucket.ok + bucket.error));
  });
}

std::string latency_chart(const Analysis& analysis) {
  double most = 0;
  for (const TimeBucket& bucket : analysis.time) {
    most = std::max({most, bucket.p50.value_or(0), bucket.p95.value_or(0)});
  }
  TimePlot plot(analysis, "Response time over time",
                "Full line: median of each time step. Dashed line: 95th percentile.",
                round_up_micros(most));
  plot.grid([](double value) { return format_micros(value); });
  plot.line([](const TimeBucket& bucket) { return bucket.p95; }, "line p95");
  plot.line([](const TimeBucket& bucket) { return bucket.p50; }, "line p50");
  return plot.finish([](const TimeBucket& bucket) {
    return fmt::format("p50 {}, p95 {}", micros_text(bucket.p50), micros_text(bucket.p95));
  });
}

std::string distribution_chart(const Analysis& analysis, size_t model) {
  constexpr double kHeight = 64;
  const Histogram& histogram = analysis.latency_by_model[model];
  const std::vector<double>& edges = analysis.histogram_edges;
  const auto [first, last] = used_bins(analysis);
  uint64_t most = 1;
  uint64_t all = 0;
  for (const uint64_t count : histogram.counts) {
    most = std::max(most, count);
    all += count;
  }
  std::string out =
      svg_start(kHeight + 20, histogram.name + ": response times",
                fmt::format("Bars: how many of {} response times fall between two marks.",
                            format_count(all)));
  const double width = 100.0 / static_cast<double>(std::max<size_t>(last - first, 1));
  for (size_t i = first; i < last; ++i) {
    const double x = static_cast<double>(i - first) * width;
    const double height =
        kHeight * static_cast<double>(histogram.counts[i]) / static_cast<double>(most);
    out += fmt::format(
        "<rect class=\"p50\" x=\"{0:.3f}%\" width=\"{1:.3f}%\" y=\"{2:.1f}\" height=\"{3:.1f}\"/>"
        "<rect class=\"hit\" x=\"{0:.3f}%\" width=\"{1:.3f}%\" y=\"0\" height=\"{4}\"><title>{5} "
        "to "
        "{6}: {7} of {8}</title></rect>",
        x, width * 0.94, kHeight - height, height, kHeight, format_micros(edges[i]),
        format_micros(edges[i + 1]), format_count(histogram.counts[i]), format_count(all));
  }
  out += fmt::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>", kHeight);
  const std::pair<size_t, std::string_view> marks[] = {
      {first, "start"}, {(first + last) / 2, "middle"}, {last, "end"}};
  for (const auto& [edge, anchor] : marks) {
    if (edge != first && last - first < 2 && edge != last) continue;
    out += fmt::format("<text class=\"axis\" x=\"{:.3f}%\" y=\"{}\" text-anchor=\"{}\">{}</text>",
                       static_cast<double>(edge - first) * width, kHeight + 15, anchor,
                       format_micros(edges[edge]));
  }
  return out + "</svg>";
}

std::string share_bar(double share) {
  return fmt::format(
      "<svg class=\"mark\" width=\"100%\" height=\"14\" aria-hidden=\"true\"><rect class=\"bad\" "
      "x=\"0\" y=\"2\" height=\"10\" width=\"{:.2f}%\"/></svg>",
      std::max(share * 100, 0.4));
}

std::string interval_mark(double rate, const Interval& interval, double overall, double low) {
  const auto x = [low](double share) {
    return 100 * std::clamp((share - low) / (1 - low), 0.0, 1.0);
  };
  const std::string_view style = interval.high < overall ? "bad" : "ok";
  return fmt::format(
      "<svg class=\"mark\" width=\"100%\" height=\"18\" aria-hidden=\"true\"><line class=\"grid\" "
      "x1=\"0\" x2=\"100%\" y1=\"9\" y2=\"9\"/><line class=\"overall\" x1=\"{0:.2f}%\" "
      "x2=\"{0:.2f}%\" y1=\"0\" y2=\"18\"/><line class=\"whisker {1}\" x1=\"{2:.2f}%\" "
      "x2=\"{3:.2f}%\" y1=\"9\" y2=\"9\"/><circle class=\"{1}\" cx=\"{4:.2f}%\" cy=\"9\" "
      "r=\"4.5\"/>"
      "</svg>",
      x(overall), style, x(interval.low), x(interval.high), x(rate));
}

DifferenceAxis difference_axis(std::span<const Interval> intervals, double margin) {
  DifferenceAxis axis{-margin, margin};
  for (const Interval& interval : intervals) {
    if (std::isfinite(interval.low)) axis.low = std::min(axis.low, interval.low);
    if (std::isfinite(interval.high)) axis.high = std::max(axis.high, interval.high);
  }
  // A tenth of the range, roughly: ends are round and no interval touches them.
  const double step = round_up((axis.high - axis.low) / 20);
  return {(std::floor(axis.low / step) - 0.5) * step, (std::ceil(axis.high / step) + 0.5) * step};
}

std::string difference_mark(double difference, const Interval& interval, double margin,
                            MarkStyle style, const DifferenceAxis& axis) {
  const auto x = [&axis](double value) {
    return 100 * std::clamp((value - axis.low) / (axis.high - axis.low), 0.0, 1.0);
  };
  constexpr std::string_view kClasses[] = {"ok", "bad", "other"};
  return fmt::format(
      "<svg class=\"mark\" width=\"100%\" height=\"18\" aria-hidden=\"true\"><rect "
      "class=\"margin\" "
      "x=\"{0:.2f}%\" width=\"{1:.2f}%\" y=\"0\" height=\"18\"/><line class=\"grid\" x1=\"0\" "
      "x2=\"100%\" y1=\"9\" y2=\"9\"/><line class=\"zero\" x1=\"{2:.2f}%\" x2=\"{2:.2f}%\" "
      "y1=\"0\" "
      "y2=\"18\"/><line class=\"whisker {3}\" x1=\"{4:.2f}%\" x2=\"{5:.2f}%\" y1=\"9\" "
      "y2=\"9\"/><circle class=\"{3}\" cx=\"{6:.2f}%\" cy=\"9\" r=\"4.5\"/></svg>",
      x(-margin), x(margin) - x(-margin), x(0), kClasses[static_cast<size_t>(style)],
      x(interval.low), x(interval.high), x(difference));
}

std::string difference_scale(const DifferenceAxis& axis, std::string_view low,
                             std::string_view high) {
  constexpr double kRoom = 25;  // Per cent of the width that the label of an end takes, at most.
  const double zero = 100 * -axis.low / (axis.high - axis.low);
  std::string out = fmt::format(
      "<svg class=\"mark\" width=\"100%\" height=\"16\" aria-hidden=\"true\"><text x=\"0\" "
      "y=\"12\">{}</text><text x=\"100%\" y=\"12\" text-anchor=\"end\">{}</text>",
      html_text(low), html_text(high));
  if (zero > kRoom && zero < 100 - kRoom) {
    out += fmt::format("<text x=\"{:.2f}%\" y=\"12\" text-anchor=\"middle\">0</text>", zero);
  }
  return out + "</svg>";
}

}  // namespace sonde
