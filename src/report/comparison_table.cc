// The comparison for a terminal and as Markdown.
#include <fmt/format.h>

#include "report/comparison_formats.h"
#include "report/comparison_rows.h"
#include "report/comparison_text.h"
#include "report/markdown_text.h"
#include "report/prose.h"
#include "report/table_layout.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kNameWidthMin = 12;
constexpr size_t kVerdictWidthMin = 24;

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
  const std::vector<std::string> notes = comparison_notes(comparison, read);
  if (!notes.empty()) prose.heading("Notes");
  for (const std::string& line : notes) {
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
  const std::vector<std::string> notes = comparison_notes(comparison, read);
  if (!notes.empty()) out += "\n## Notes\n\n";
  for (const std::string& line : notes) {
    out += "- " + markdown_text(line) + "\n";
  }
  return out;
}

}  // namespace sonde
