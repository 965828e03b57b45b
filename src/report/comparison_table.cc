// The comparison for a terminal and as Markdown.
#include <fmt/format.h>

#include <algorithm>

#include "report/comparison_formats.h"
#include "report/comparison_text.h"
#include "report/format_number.h"
#include "report/group_columns.h"
#include "report/markdown_text.h"
#include "report/prose.h"
#include "report/table_layout.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kNameWidthMin = 12;
constexpr size_t kVerdictWidthMin = 24;

struct VariantColumn {
  std::string_view heading;
  Align align;
  Keep keep;
  std::string (*text)(const Variant&);
  bool (*known)(const Variant&);
};
bool always(const Variant&) { return true; }
bool has_times(const Variant& v) { return v.summary.latency.has_value(); }
bool has_cost(const Variant& v) { return v.cost_per_call.has_value(); }
constexpr VariantColumn kVariantColumns[] = {
    {"calls", Align::Right, Keep::Always,
     [](const Variant& v) { return format_count(v.summary.count); }, always},
    {"success (95 % interval)", Align::Right, Keep::Always,
     [](const Variant& v) {
       return v.summary.success_rate
                  ? format_rate(*v.summary.success_rate, v.summary.success_interval)
                  : std::string(kUnknown);
     },
     always},
    {"p50", Align::Right, Keep::Fourth,
     [](const Variant& v) {
       return v.summary.latency ? format_micros(v.summary.latency->p50) : std::string(kUnknown);
     },
     has_times},
    {"p95", Align::Right, Keep::First,
     [](const Variant& v) {
       return v.summary.latency ? format_micros(v.summary.latency->p95) : std::string(kUnknown);
     },
     has_times},
    {"cost a call", Align::Right, Keep::Third,
     [](const Variant& v) {
       return v.cost_per_call ? format_money(static_cast<int64_t>(*v.cost_per_call), v.currency)
                              : std::string(kUnknown);
     },
     has_cost},
    {"best trade-off", Align::Left, Keep::Second,
     [](const Variant& v) { return std::string(v.in_pareto ? "yes" : ""); }, always},
};

// Those that any variation has a value for.
std::vector<const VariantColumn*> known_columns(const Comparison& comparison) {
  std::vector<const VariantColumn*> columns;
  for (const VariantColumn& column : kVariantColumns) {
    if (std::any_of(comparison.variants.begin(), comparison.variants.end(), column.known))
      columns.push_back(&column);
  }
  return columns;
}

constexpr std::string_view kDifferenceHeadings[] = {"variation",     "against",  "of",
                                                    "was",           "is",       "difference",
                                                    "95 % interval", "adjusted", "verdict"};

std::vector<std::string> difference_row(const Comparison& comparison, const VariantDifference& d) {
  const Variant& variant = comparison.variants[d.variant];
  const Variant& baseline = comparison.variants[d.baseline];
  const bool known = d.strata > 0 && d.enough;
  return {variant.name,
          baseline.name,
          std::string(to_string(d.metric)),
          metric_value(d.metric, d.baseline_value, baseline.currency),
          metric_value(d.metric, d.variant_value, variant.currency),
          known ? metric_change(d.metric, d.difference, baseline.currency) : std::string(kUnknown),
          known ? metric_interval(d, baseline.currency) : std::string(kUnknown),
          known ? p_words(d.p_adjusted) : std::string(kUnknown),
          verdict_words(comparison, d)};
}

Tone tone_of(DifferenceVerdict verdict) {
  switch (verdict) {
    case DifferenceVerdict::Better:
      return Tone::Good;
    case DifferenceVerdict::Worse:
      return Tone::Bad;
    case DifferenceVerdict::NonInferior:
      return Tone::Plain;
    default:
      return Tone::Dim;
  }
}

// Calls `visit(scope, first, end)` for each run of variants of one scope.
template <class Visit>
void each_scope(const Comparison& comparison, const Visit& visit) {
  const std::vector<Variant>& all = comparison.variants;
  for (size_t first = 0; first < all.size();) {
    size_t end = first;
    while (end < all.size() && all[end].scope == all[first].scope) ++end;
    visit(all[first].scope, first, end);
    first = end;
  }
}

std::string scope_heading(const Comparison& comparison, const std::string& scope) {
  return scope.empty() ? fmt::format("By {}", to_string(comparison.by))
                       : fmt::format("By {}: {}", to_string(comparison.by), scope);
}

void variants_table(const Comparison& comparison, size_t first, size_t end, Prose& prose) {
  std::vector<LayoutColumn> columns = {
      {std::string(to_string(comparison.by)), Align::Left, Keep::Always, kNameWidthMin, 2}};
  const std::vector<const VariantColumn*> known = known_columns(comparison);
  for (const VariantColumn* column : known) {
    columns.push_back({std::string(column->heading), column->align, column->keep, 0, 1});
  }
  std::vector<std::vector<Cell>> rows;
  for (size_t i = first; i < end; ++i) {
    std::vector<Cell> row = {{sanitize_line(comparison.variants[i].name)}};
    for (const VariantColumn* column : known) {
      row.push_back({sanitize_line(column->text(comparison.variants[i]))});
    }
    rows.push_back(std::move(row));
  }
  prose.append(lay_out(columns, rows, prose.width(), prose.color()).text);
}

void differences_table(const Comparison& comparison, size_t first, size_t end, Prose& prose) {
  constexpr Keep kKeeps[] = {Keep::Always, Keep::Second, Keep::Always, Keep::First, Keep::First,
                             Keep::Fourth, Keep::Always, Keep::Third,  Keep::Always};
  std::vector<LayoutColumn> columns;
  for (size_t i = 0; i < std::size(kKeeps); ++i) {
    const bool is_name = i < 2;
    const bool is_verdict = i + 1 == std::size(kKeeps);
    columns.push_back({std::string(kDifferenceHeadings[i]), Align::Left, kKeeps[i],
                       is_name      ? kNameWidthMin
                       : is_verdict ? kVerdictWidthMin
                                    : 0,
                       is_name || is_verdict ? size_t{4} : size_t{1}});
  }
  std::vector<std::vector<Cell>> rows;
  for (const VariantDifference& d : comparison.differences) {
    if (d.variant < first || d.variant >= end) continue;
    std::vector<Cell> row;
    for (const std::string& text : difference_row(comparison, d))
      row.push_back({sanitize_line(text)});
    row.back().tone = tone_of(d.verdict);
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  prose.append("\n");
  prose.append(lay_out(columns, rows, prose.width(), prose.color()).text);
}

// Texts of recovered templates, so that a hash means something.
std::vector<Fact> template_facts(const Comparison& comparison, size_t first, size_t end) {
  std::vector<Fact> facts;
  for (size_t i = first; i < end; ++i) {
    const Variant& variant = comparison.variants[i];
    if (!variant.text.empty()) facts.push_back({variant.name, {variant.text}});
  }
  return facts;
}

}  // namespace

std::string comparison_table(const Comparison& comparison, const ReadReport& read,
                             const RenderOptions& options) {
  Prose prose(options);
  prose.facts(comparison_facts(comparison, read));
  prose.heading("What the data show");
  for (const std::string& claim : comparison_claims(comparison)) prose.paragraph("- ", claim);
  each_scope(comparison, [&](const std::string& scope, size_t first, size_t end) {
    prose.heading(scope_heading(comparison, scope));
    variants_table(comparison, first, end, prose);
    differences_table(comparison, first, end, prose);
    const std::vector<Fact> templates = template_facts(comparison, first, end);
    if (!templates.empty()) prose.append("\n");
    prose.facts(templates, Tone::Dim);
  });
  prose.heading("Notes");
  for (const std::string& line : comparison_notes(comparison, read)) {
    prose.paragraph("- ", line, Tone::Dim);
  }
  return prose.take();
}

std::string comparison_markdown(const Comparison& comparison, const ReadReport& read) {
  std::string out = fmt::format("# Comparison by {}\n\n", to_string(comparison.by));
  out += markdown_facts(comparison_facts(comparison, read));
  out += "\n## What the data show\n\n";
  for (const std::string& claim : comparison_claims(comparison)) {
    out += "- " + markdown_text(claim) + "\n";
  }
  each_scope(comparison, [&](const std::string& scope, size_t first, size_t end) {
    out += "\n## " + markdown_text(scope_heading(comparison, scope)) + "\n\n";
    std::vector<std::string> headings = {std::string(to_string(comparison.by))};
    const std::vector<const VariantColumn*> known = known_columns(comparison);
    for (const VariantColumn* column : known) headings.emplace_back(column->heading);
    out += markdown_row(headings);
    out += markdown_row(std::vector<std::string>(headings.size(), "---"));
    for (size_t i = first; i < end; ++i) {
      std::vector<std::string> row = {markdown_text(comparison.variants[i].name)};
      for (const VariantColumn* column : known) {
        row.push_back(markdown_text(column->text(comparison.variants[i])));
      }
      out += markdown_row(row);
    }
    out += "\n" + markdown_row({std::begin(kDifferenceHeadings), std::end(kDifferenceHeadings)});
    out += markdown_row(std::vector<std::string>(std::size(kDifferenceHeadings), "---"));
    for (const VariantDifference& d : comparison.differences) {
      if (d.variant < first || d.variant >= end) continue;
      std::vector<std::string> row;
      for (const std::string& text : difference_row(comparison, d))
        row.push_back(markdown_text(text));
      out += markdown_row(row);
    }
    const std::vector<Fact> templates = template_facts(comparison, first, end);
    if (!templates.empty()) out += "\n" + markdown_facts(templates);
  });
  out += "\n## Notes\n\n";
  for (const std::string& line : comparison_notes(comparison, read)) {
    out += "- " + markdown_text(line) + "\n";
  }
  return out;
}

}  // namespace sonde
