// The analysis as one HTML file: no scripts, nothing loaded from elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts.h"
#include "report/facts.h"
#include "report/format_number.h"
#include "report/formats.h"
#include "report/group_columns.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/time_text.h"

namespace sonde {
namespace {

constexpr size_t kIntervalsShown = 30;
constexpr size_t kRowsShown = 50;
constexpr size_t kModelsShown = 9;
constexpr size_t kClassesShown = 12;

void append_tile(std::string_view label, std::string_view figure, std::string_view detail,
                 std::string& out) {
  out += fmt::format("<div class=\"card tile\"><span>{}</span><b>{}</b><span>{}</span></div>",
                     html_text(label), html_text(figure), html_text(detail));
}

std::string tiles(const Analysis& analysis) {
  const GroupSummary& total = analysis.total;
  std::string out = "<div class=\"tiles\">";
  append_tile(level_noun(analysis.level, 2), format_count(total.count),
              format_count(total.error) + " failed", out);
  if (total.success_rate) {
    append_tile("success", format_percent(*total.success_rate),
                total.success_interval
                    ? fmt::format("{} to {}", format_percent(total.success_interval->low),
                                  format_percent(total.success_interval->high))
                    : "too few for an interval",
                out);
  }
  if (total.latency) {
    append_tile("median response", format_micros(total.latency->p50),
                format_micros_interval(total.latency->p50_interval), out);
    append_tile("95th percentile", format_micros(total.latency->p95),
                format_micros_interval(total.latency->p95_interval), out);
  }
  for (const CurrencyTotal& cost : total.costs) {
    append_tile(
        "cost", format_money(cost.cost, cost.currency),
        fmt::format("of {} {}", format_count(cost.count), level_noun(analysis.level, cost.count)),
        out);
  }
  return out + "</div>\n";
}

std::string time_table(const Analysis& analysis) {
  const ZoneClock clock(analysis.time_zone);
  std::string rows;
  for (const TimeBucket& bucket : analysis.time) {
    rows += fmt::format("<tr><th scope=\"row\">{}</th>", clock.minute(bucket.start));
    const std::string cells[] = {format_count(bucket.count), format_count(bucket.ok),
                                 format_count(bucket.error),
                                 bucket.p50 ? format_micros(*bucket.p50) : std::string(kUnknown),
                                 bucket.p95 ? format_micros(*bucket.p95) : std::string(kUnknown)};
    for (const std::string& cell : cells) rows += fmt::format("<td class=\"number\">{}</td>", cell);
    rows += "</tr>";
  }
  std::string head = "<th scope=\"col\">from</th>";
  for (const std::string_view name : {"all", "ok", "failed", "p50", "p95"}) {
    head += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", name);
  }
  return fmt::format("<details><summary>The figures as a table</summary>{}</details>",
                     html_table("Over time, " + analysis.time_zone, head, rows));
}

std::string step_text(int64_t micros) {
  const double seconds = static_cast<double>(micros) / 1e6;
  if (seconds == 60) return "one minute";
  if (seconds < 3600) return fmt::format("{:g} minutes", seconds / 60);
  if (seconds == 3600) return "one hour";
  if (seconds < 86'400) return fmt::format("{:g} hours", seconds / 3600);
  return seconds == 86'400 ? "one day" : fmt::format("{:g} days", seconds / 86'400);
}

std::string time_charts(const Analysis& analysis) {
  if (analysis.time.empty() && analysis.total.first_time) return {};  // Not asked for.
  if (analysis.time.size() < 2) {
    const std::string reason =
        analysis.time.empty()
            ? "The log has no times, so there is no chart over time."
            : fmt::format(
                  "All that was counted falls into one step of {} from {}, so there is "
                  "nothing to draw over time.",
                  step_text(analysis.bucket_width),
                  ZoneClock(analysis.time_zone).minute(analysis.time.front().start));
    return html_card("Over time", "<p class=\"muted\">" + html_text(reason) + "</p>", "wide");
  }
  const std::string step =
      fmt::format("<p class=\"key\">Steps of {}, {}.</p>", step_text(analysis.bucket_width),
                  html_text(analysis.time_zone));
  const bool has_latency =
      std::any_of(analysis.time.begin(), analysis.time.end(),
                  [](const TimeBucket& bucket) { return bucket.p50.has_value(); });
  std::string out = fmt::format("<div class=\"{}\">\n", has_latency ? "grid3" : "grid2");
  std::string noun = level_noun(analysis.level, 2);
  noun.front() = static_cast<char>(noun.front() - 'a' + 'A');
  out += html_card(noun + " over time",
                   "<p class=\"key\"><i class=\"ok\"></i>ok<i class=\"bad\"></i>failed<i "
                   "class=\"other\"></i>neither</p>" +
                       calls_chart(analysis) + time_table(analysis));
  out += html_card("Success rate over time", step + rate_chart(analysis));
  if (has_latency) {
    out += html_card("Response time over time",
                     "<p class=\"key\"><i class=\"p50\"></i>median<i class=\"p95\"></i>95th "
                     "percentile</p>" +
                         latency_chart(analysis));
  }
  return out + "</div>\n";
}

std::string error_classes_card(const GroupSummary& total) {
  if (total.errors.empty()) return {};
  std::string rows;
  for (size_t i = 0; i < std::min(total.errors.size(), kClassesShown); ++i) {
    const auto& [name, count] = total.errors[i];
    const double share =
        static_cast<double>(count) / static_cast<double>(std::max<uint64_t>(total.error, 1));
    rows += fmt::format(
        "<div class=\"row\"><span class=\"name\">{}</span><span class=\"figure\">{} ({})</span>{}"
        "</div>",
        html_text(name), format_count(count), format_percent(share), share_bar(share));
  }
  std::string rest;
  if (total.errors.size() > kClassesShown) {
    rest = fmt::format("<p class=\"muted\">and {} classes more</p>",
                       total.errors.size() - kClassesShown);
  }
  return html_card("Errors by class", fmt::format("<div class=\"rows\">{}</div>{}", rows, rest));
}

// The axis starts at a round share below every interval that is drawn.
double axis_start(const std::vector<GroupSummary>& groups, size_t shown, double overall) {
  double low = overall;
  for (size_t i = 0; i < shown; ++i) {
    if (groups[i].success_interval) low = std::min(low, groups[i].success_interval->low);
  }
  return std::clamp(std::floor(low * 10) / 10, 0.0, 0.9);
}

std::string joined_key(const GroupSummary& group) {
  std::string text;
  for (const std::string& key : group.key) text += (text.empty() ? "" : " / ") + key_text(key);
  return text;
}

std::string intervals_card(const Analysis& analysis, const Section& section) {
  const size_t shown = std::min(section.groups.size(), kIntervalsShown);
  if (!analysis.total.success_rate || shown == 0) return {};
  const double overall = *analysis.total.success_rate;
  const double low = axis_start(section.groups, shown, overall);
  const std::string ends = fmt::format(
      "<div class=\"ends\" aria-hidden=\"true\"><span>{:.0f} %</span><span>100 %</span>"
      "</div>",
      low * 100);
  std::string body = fmt::format(
      "<p class=\"key\">Dot: success rate; bar: its 95 % interval; dotted: all {} ({}). Red where "
      "the whole interval lies below.</p>{}<div class=\"rows\">",
      level_noun(analysis.level, 2), format_percent(overall), ends);
  for (size_t i = 0; i < shown; ++i) {
    const GroupSummary& group = section.groups[i];
    const bool known = group.success_rate.has_value();
    body += fmt::format(
        "<div class=\"row\"><span class=\"name\">{}</span><span class=\"figure\">{}</span>{}</div>",
        html_text(joined_key(group)),
        known ? format_rate(*group.success_rate, group.success_interval) : std::string(kUnknown),
        group.success_interval
            ? interval_mark(*group.success_rate, *group.success_interval, overall, low)
            : std::string());
  }
  body += "</div>" + ends;
  if (shown < section.groups.size()) {
    body += fmt::format("<p class=\"muted\">The first {} of {}; the table below has all.</p>",
                        shown, format_count(section.groups.size()));
  }
  return html_card("Success " + section_title(section.by), body);
}

std::string distributions_card(const Analysis& analysis) {
  if (analysis.latency_by_model.empty()) return {};
  const size_t shown = std::min(analysis.latency_by_model.size(), kModelsShown);
  std::string body =
      "<p class=\"key\">How often each response time occurs; the axis is logarithmic and the same "
      "for all.</p>";
  for (size_t i = 0; i < shown; ++i) {
    body += fmt::format("<h3>{}</h3>{}", html_text(key_text(analysis.latency_by_model[i].name)),
                        distribution_chart(analysis, i));
  }
  if (shown < analysis.latency_by_model.size()) {
    body += fmt::format("<p class=\"muted\">and {} models more</p>",
                        analysis.latency_by_model.size() - shown);
  }
  return html_card("Response times by model", body);
}

std::string group_row(const Analysis& analysis, const std::vector<const GroupColumn*>& columns,
                      const GroupSummary& group) {
  std::string row = "<tr>";
  for (const std::string& key : group.key) {
    row += fmt::format("<th scope=\"row\">{}</th>", html_text(key_text(key)));
  }
  const bool bad = group.success_interval && analysis.total.success_rate &&
                   group.success_interval->high < *analysis.total.success_rate;
  for (const GroupColumn* column : columns) {
    row += fmt::format(
        "<td class=\"{}{}\">{}</td>", column->align == Align::Right ? "number" : "list",
        bad && column->metric == "success_rate" ? " low" : "", html_text(column->text(group)));
  }
  return row + "</tr>";
}

std::string groups_card(const Analysis& analysis, const std::vector<std::string>& by,
                        const std::vector<GroupSummary>& groups, uint64_t dropped) {
  const std::vector<const GroupColumn*> columns = known_columns(analysis.total, by);
  std::string head;
  for (const std::string& name : by)
    head += fmt::format("<th scope=\"col\">{}</th>", html_text(name));
  for (const GroupColumn* column : columns) {
    head += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>",
                        column->align == Align::Right ? "number" : "list",
                        html_text(column_heading(*column, analysis.level)));
  }
  std::vector<std::string> rows;
  for (const GroupSummary& group : groups) rows.push_back(group_row(analysis, columns, group));
  std::string body =
      html_folded_table(fmt::format("{} group{}; success with its 95 % interval",
                                    format_count(groups.size()), groups.size() == 1 ? "" : "s"),
                        head, rows, kRowsShown);
  if (dropped > 0) {
    body += fmt::format("<p class=\"muted\">(other) sums up {} groups beyond groups-max</p>",
                        format_count(dropped));
  }
  return html_card("Results " + section_title(by), body, "wide");
}

std::string charts(const Analysis& analysis) {
  std::string left;
  for (const Section& section : analysis.sections) left += intervals_card(analysis, section);
  const std::string right = error_classes_card(analysis.total) + distributions_card(analysis);
  return fmt::format("{}<div class=\"grid2\"><div>{}</div><div>{}</div></div>\n",
                     time_charts(analysis), left, right);
}

std::string tables(const Analysis& analysis) {
  std::string out;
  bool has_models = false;
  for (const Section& section : analysis.sections) {
    out += groups_card(analysis, section.by, section.groups, section.groups_dropped);
    has_models = has_models || (section.by.size() == 1 && section.by.front() == "model");
  }
  if (!has_models && analysis.by_model.size() > 1) {
    out += groups_card(analysis, {"model"}, analysis.by_model, 0);
  }
  return out;
}

}  // namespace

std::string html_analysis_body(const Analysis& analysis, const ReadReport& read) {
  std::string out = html_fact_list(scope_facts(analysis, read));
  if (analysis.total.count == 0) {
    out += html_card("Nothing to report", "<p>Nothing was counted.</p>", "wide");
  } else {
    if (!analysis.claims.empty()) {
      std::vector<std::string> sentences;
      for (const Claim& claim : analysis.claims) sentences.push_back(claim.sentence);
      out += html_card("What stands out", html_list(sentences), "wide claims");
    }
    out += tiles(analysis);
    out += charts(analysis);
    out += tables(analysis);
    out += html_card("In total", html_fact_list(total_facts(analysis)), "wide");
    out += html_card(
        "How the figures are computed",
        html_fact_list(definition_facts(known_columns(analysis.total), analysis.level)), "wide");
  }
  const std::vector<std::string> notes = note_lines(analysis, read);
  if (!notes.empty()) out += html_card("Notes", html_list(notes), "wide");
  return out;
}

std::string render_html(const Analysis& analysis, const ReadReport& read, const RenderOptions&) {
  return html_page_start("Prompt log report") + html_analysis_body(analysis, read) +
         html_page_end();
}

}  // namespace sonde
