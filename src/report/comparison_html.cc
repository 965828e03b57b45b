// The comparison as one HTML file: no scripts, nothing loaded from elsewhere.
#include <fmt/format.h>

#include <algorithm>

#include "report/charts.h"
#include "report/comparison_formats.h"
#include "report/comparison_rows.h"
#include "report/comparison_text.h"
#include "report/format_number.h"
#include "report/html_page.h"
#include "report/html_text.h"

namespace sonde {
namespace {

constexpr size_t kClaimsShown = 10;
constexpr size_t kRowsShown = 50;
constexpr size_t kMarksShown = 30;
constexpr size_t kTemplateBytesMax = 20'000;

constexpr std::string_view kLegend =
    "<p class=\"key\">In the plots, dot: difference on the same work; bar: its 95 % interval.</p>"
    "<p class=\"key\"><span><i class=\"ok\"></i>better</span><span><i "
    "class=\"bad\"></i>worse</span>"
    "<span><i class=\"other\"></i>neither is shown</span><span><i class=\"none\"></i>no difference"
    "</span><span><i class=\"band\"></i>the margin: less does not matter</span></p>";

// The differences of one scope.
using Differences = std::vector<const VariantDifference*>;

MarkStyle style_of(DifferenceVerdict verdict) {
  switch (verdict) {
    case DifferenceVerdict::Better:
      return MarkStyle::Good;
    case DifferenceVerdict::Worse:
      return MarkStyle::Bad;
    default:
      return MarkStyle::Neutral;
  }
}

std::string_view verdict_class(DifferenceVerdict verdict) {
  constexpr std::string_view kClasses[] = {"verdict good", "verdict low", "verdict muted"};
  return kClasses[static_cast<size_t>(style_of(verdict))];
}

std::string claims_card(const Comparison& comparison) {
  std::vector<std::string> claims = comparison_claims(comparison);
  std::vector<std::string> more;
  if (claims.size() > kClaimsShown) {
    more.assign(claims.begin() + kClaimsShown, claims.end());
    claims.resize(kClaimsShown);
  }
  std::string body = html_list(claims);
  if (!more.empty()) {
    body += fmt::format("<details><summary>{} more</summary>{}</details>", more.size(),
                        html_list(more));
  }
  if (std::any_of(comparison.differences.begin(), comparison.differences.end(), has_interval))
    body += kLegend;
  return html_card("What the data show", body, "wide claims");
}

std::string variants_card(const Comparison& comparison, size_t first, size_t end) {
  std::string head = fmt::format("<th scope=\"col\">{}</th>", to_string(comparison.by));
  const std::vector<const VariantColumn*> columns = known_columns(comparison);
  const auto style = [](const VariantColumn& column) {
    return column.align == Align::Right ? "number" : "list";
  };
  for (const VariantColumn* column : columns) {
    head += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>", style(*column),
                        html_text(column->heading));
  }
  std::vector<std::string> rows;
  for (size_t i = first; i < end; ++i) {
    const Variant& variant = comparison.variants[i];
    std::string row = fmt::format("<tr><th scope=\"row\">{}</th>", html_text(variant.name));
    for (const VariantColumn* column : columns) {
      row +=
          fmt::format("<td class=\"{}\">{}</td>", style(*column), html_text(column->text(variant)));
    }
    rows.push_back(row + "</tr>");
  }
  return html_card("Variations",
                   html_folded_table(fmt::format("{} variation{}", format_count(end - first),
                                                 end - first == 1 ? "" : "s"),
                                     head, rows, kRowsShown),
                   "wide");
}

std::string mark_row(const Comparison& comparison, const VariantDifference& d, bool names_baseline,
                     const DifferenceAxis& axis) {
  const Variant& baseline = comparison.variants[d.baseline];
  std::string name = comparison.variants[d.variant].name;
  if (names_baseline) name += " against " + baseline.name;
  std::string figure;
  std::string mark;
  if (has_interval(d)) {
    figure = fmt::format("{} ({})", metric_change(d.metric, d.difference, baseline.currency),
                         metric_interval(d, baseline.currency));
    mark = difference_mark(d.difference, d.interval, d.margin, style_of(d.verdict), axis);
  }
  return fmt::format(
      "<div class=\"row\"><span class=\"name\" title=\"{0}\">{0}</span><span "
      "class=\"figure\">{1}</span>{2}<span class=\"{3}\">{4}</span></div>",
      html_text(name), html_text(figure), mark, verdict_class(d.verdict),
      html_text(verdict_words(comparison, d)));
}

// The forest plot of one metric; empty when no difference of the scope has an interval.
std::string metric_card(const Comparison& comparison, CompareMetric metric,
                        const Differences& differences) {
  Differences ours;
  std::vector<Interval> intervals;
  double margin = 0;
  for (const VariantDifference* d : differences) {
    if (d->metric != metric) continue;
    ours.push_back(d);
    if (!has_interval(*d)) continue;
    intervals.push_back(d->interval);
    margin = std::max(margin, d->margin);
  }
  if (intervals.empty()) return {};
  const DifferenceAxis axis = difference_axis(intervals, margin);
  const size_t baseline = ours.front()->baseline;
  const std::string& currency = comparison.variants[baseline].currency;
  const std::string scale = difference_scale(axis, metric_change(metric, axis.low, currency),
                                             metric_change(metric, axis.high, currency));
  const bool is_shared = std::all_of(ours.begin(), ours.end(),
                                     [baseline](const auto* d) { return d->baseline == baseline; });
  std::string body;
  if (is_shared) {
    body = fmt::format("<p class=\"key\">against {}</p>",
                       html_text(comparison.variants[baseline].name));
  }
  body += scale + "<div class=\"rows\">";
  const size_t shown = std::min(ours.size(), kMarksShown);
  for (size_t i = 0; i < shown; ++i) body += mark_row(comparison, *ours[i], !is_shared, axis);
  body += "</div>" + (shown > 4 ? scale : "");
  if (shown < ours.size()) {
    body += fmt::format("<p class=\"muted\">The first {} of {}; the table below has all.</p>",
                        shown, format_count(ours.size()));
  }
  std::string title(metric_title(metric));
  title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return html_card(title, body, "forest");
}

std::string differences_card(const Comparison& comparison, const Differences& differences) {
  std::string head;
  const auto is_figure = [](size_t i) { return i > 2 && i + 1 < kDifferenceHeadings.size(); };
  for (size_t i = 0; i < kDifferenceHeadings.size(); ++i) {
    head += fmt::format("<th scope=\"col\"{}>{}</th>", is_figure(i) ? " class=\"number\"" : "",
                        html_text(kDifferenceHeadings[i]));
  }
  std::vector<std::string> rows;
  for (const VariantDifference* d : differences) {
    const std::vector<std::string> cells = difference_row(comparison, *d);
    std::string row = fmt::format("<tr><th scope=\"row\">{}</th><td class=\"list\">{}</td>",
                                  html_text(cells[0]), html_text(cells[1]));
    for (size_t i = 2; i + 1 < cells.size(); ++i)
      row += fmt::format("<td{}>{}</td>", is_figure(i) ? " class=\"number\"" : "",
                         html_text(cells[i]));
    row += fmt::format("<td class=\"{}\">{}</td></tr>", verdict_class(d->verdict),
                       html_text(cells.back()));
    rows.push_back(row);
  }
  return html_card(
      "Every difference",
      html_folded_table("Difference on the same work with its 95 % interval; p is adjusted", head,
                        rows, kRowsShown),
      "wide");
}

// The whole text line by line; only one of absurd length is cut, and says so.
std::string template_text(std::string_view text) {
  std::string out;
  const bool is_cut = text.size() > kTemplateBytesMax;
  if (is_cut) text = text.substr(0, kTemplateBytesMax);
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += html_text(text.substr(0, end));
    if (end == text.size()) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return is_cut ? out + " [...]" : out;
}

// Texts of recovered templates, so that a hash means something.
std::string templates_card(const Comparison& comparison, size_t first, size_t end) {
  std::string body;
  for (size_t i = first; i < end; ++i) {
    const Variant& variant = comparison.variants[i];
    if (variant.text.empty()) continue;
    body += fmt::format("<details><summary>{}</summary><pre>{}</pre></details>",
                        html_text(variant.name), template_text(variant.text));
  }
  if (body.empty()) return {};
  return html_card("Recovered templates", body, "wide");
}

std::string scope_part(const Comparison& comparison, const std::string& scope, size_t first,
                       size_t end) {
  Differences differences;
  for (const VariantDifference& d : comparison.differences) {
    if (d.variant >= first && d.variant < end) differences.push_back(&d);
  }
  std::string out =
      fmt::format("<h2 class=\"scope\">{}</h2>\n", html_text(scope_heading(comparison, scope)));
  out += variants_card(comparison, first, end);
  if (!differences.empty()) {
    std::string plots;
    for (size_t i = 0; i < kCompareMetricCount; ++i)
      plots += metric_card(comparison, static_cast<CompareMetric>(i), differences);
    if (!plots.empty()) out += "<div class=\"grid2\">" + plots + "</div>\n";
    out += differences_card(comparison, differences);
  }
  return out + templates_card(comparison, first, end);
}

}  // namespace

std::string comparison_html(const Comparison& comparison, const ReadReport& read) {
  std::string out = html_page_start(fmt::format("Comparison by {}", to_string(comparison.by)));
  out += html_fact_list(comparison_facts(comparison, read));
  out += claims_card(comparison);
  each_scope(comparison, [&](const std::string& scope, size_t first, size_t end) {
    out += scope_part(comparison, scope, first, end);
  });
  const std::vector<std::string> notes = comparison_notes(comparison, read);
  if (!notes.empty()) out += html_card("Notes", html_list(notes), "wide");
  return out + html_page_end();
}

}  // namespace sonde
