#include "report/daily.h"

#include <fmt/format.h>

#include <cmath>

#include "metrics/metric_table.h"
#include "report/finding_formats.h"
#include "report/format_number.h"
#include "report/formats.h"
#include "report/group_columns.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/markdown_text.h"

namespace sonde {
namespace {

constexpr std::string_view kTitle = "Daily report";
constexpr std::string_view kHeadings[] = {"figure", "before",        "now",
                                          "change", "95 % interval", "verdict"};

// How the values of a metric are written.
std::string value_text(std::string_view unit, double value, const std::string& currency) {
  if (unit == "share") return format_percent(value);
  if (unit == "ms") return format_micros(value);
  if (unit == "currency") return format_money(std::llround(value), currency);
  return format_count(static_cast<uint64_t>(value));
}

std::string signed_text(std::string_view unit, double value, const std::string& currency) {
  const std::string_view sign = value < 0 ? "-" : value > 0 ? "+" : "";
  if (unit == "share") return fmt::format("{}{:.1f} points", sign, std::abs(value) * 100);
  return fmt::format("{}{}", sign, value_text(unit, std::abs(value), currency));
}

std::string_view verdict_text(ChangeVerdict verdict) {
  switch (verdict) {
    case ChangeVerdict::Counted:
      return "counted";
    case ChangeVerdict::Real:
      return "more than noise";
    case ChangeVerdict::Noise:
      return "within noise";
    case ChangeVerdict::TooFew:
      return "too few to tell";
  }
  return "";
}

// One text for each of kHeadings.
std::vector<std::string> change_cells(const Change& change, const DailyReport& daily) {
  std::string_view unit;
  std::string title(change.metric);
  for (const Metric& metric : metrics()) {
    if (metric.name != change.metric) continue;
    unit = metric.unit;
    title = metric.name == "count" ? level_noun(daily.analysis.level, 2) : metric.title;
  }
  const auto& costs = daily.analysis.total.costs;
  const std::string currency = costs.empty() ? "" : costs.front().currency;
  const auto shown = [&](const std::optional<double>& value) {
    return value ? value_text(unit, *value, currency) : std::string(kUnknown);
  };
  std::string difference(kUnknown);
  std::string interval(kUnknown);
  if (change.before && change.now)
    difference = signed_text(unit, *change.now - *change.before, currency);
  if (change.difference && change.verdict != ChangeVerdict::TooFew) {
    interval = fmt::format("{} to {}", signed_text(unit, change.difference->low, currency),
                           signed_text(unit, change.difference->high, currency));
  }
  return {title,
          shown(change.before),
          shown(change.now),
          difference,
          interval,
          std::string(verdict_text(change.verdict))};
}

// All but the first column and the verdict.
bool is_figure(size_t column) { return column > 0 && column + 1 < std::size(kHeadings); }

std::string html(const DailyReport& daily, const ReadReport& read) {
  std::string changes = "<p class=\"muted\">" + html_text(daily.no_comparison) + "</p>";
  if (!daily.changes.empty()) {
    std::string head;
    for (size_t i = 0; i < std::size(kHeadings); ++i) {
      head += fmt::format("<th scope=\"col\"{}>{}</th>", is_figure(i) ? " class=\"number\"" : "",
                          kHeadings[i]);
    }
    std::string rows;
    for (const Change& change : daily.changes) {
      const std::vector<std::string> cells = change_cells(change, daily);
      rows += fmt::format("<tr><th scope=\"row\">{}</th>", html_text(cells[0]));
      for (size_t i = 1; i < cells.size(); ++i) {
        rows +=
            fmt::format("<td{}>{}</td>", is_figure(i) ? " class=\"number\"" : " class=\"verdict\"",
                        html_text(cells[i]));
      }
      rows += "</tr>";
    }
    changes =
        html_table(fmt::format("{} against {}", daily.period, daily.previous_period), head, rows);
  }
  return html_page_start(kTitle) + html_card("Against the period before", changes, "wide") +
         html_analysis_body(daily.analysis, read) + "<h1>What to change</h1>\n" +
         html_findings_body(daily.findings, daily.scope, read) + html_page_end();
}

std::string markdown(const DailyReport& daily, const ReadReport& read,
                     const RenderOptions& options) {
  std::string out = fmt::format("# {}\n\n## Against the period before\n\n", kTitle);
  if (daily.changes.empty()) {
    out += markdown_text(daily.no_comparison) + "\n";
  } else {
    out += markdown_text(daily.period + " against " + daily.previous_period) + "\n\n";
    out += markdown_row(std::vector<std::string>(std::begin(kHeadings), std::end(kHeadings)));
    out += markdown_row(std::vector<std::string>(std::size(kHeadings), "---"));
    for (const Change& change : daily.changes) {
      std::vector<std::string> cells;
      for (const std::string& cell : change_cells(change, daily))
        cells.push_back(markdown_text(cell));
      out += markdown_row(cells);
    }
  }
  return out + "\n" + render_markdown(daily.analysis, read, options) + "\n" +
         findings_markdown(daily.findings, daily.scope, read, options);
}

}  // namespace

std::string render_daily(const DailyReport& daily, const ReadReport& read,
                         const RenderOptions& options) {
  return options.format == Format::Html ? html(daily, read) : markdown(daily, read, options);
}

}  // namespace sonde
