// The analysis as Markdown with tables, as GitHub and most wikis read them.
#include <fmt/format.h>

#include <algorithm>

#include "report/facts.h"
#include "report/format_number.h"
#include "report/formats.h"
#include "report/group_columns.h"
#include "report/markdown_text.h"

namespace sonde {
namespace {

void append_table(const Analysis& analysis, const std::vector<std::string>& by,
                  const std::vector<GroupSummary>& groups, size_t limit, std::string& out) {
  const std::vector<const GroupColumn*> columns = known_columns(analysis.total, by);
  out += fmt::format("\n## Results {}\n\n", markdown_text(section_title(by)));
  std::vector<std::string> headings;
  std::vector<std::string> rules(by.size(), "---");
  for (const std::string& name : by) headings.push_back(markdown_text(name));
  for (const GroupColumn* column : columns) {
    headings.push_back(markdown_text(column_heading(*column, analysis.level)));
    rules.emplace_back(column->align == Align::Right ? "---:" : "---");
  }
  out += markdown_row(headings);
  out += markdown_row(rules);
  const size_t shown = limit == 0 ? groups.size() : std::min(limit, groups.size());
  for (size_t i = 0; i < shown; ++i) {
    std::vector<std::string> cells;
    for (const std::string& key : groups[i].key) cells.push_back(markdown_text(key_text(key)));
    for (const GroupColumn* column : columns)
      cells.push_back(markdown_text(column->text(groups[i])));
    out += markdown_row(cells);
  }
  if (shown < groups.size()) {
    out +=
        fmt::format("\nand {} more: `--limit 0` shows all\n", format_count(groups.size() - shown));
  }
}

}  // namespace

std::string render_markdown(const Analysis& analysis, const ReadReport& read,
                            const RenderOptions& options) {
  std::string out = "# Prompt log report\n\n";
  out += markdown_facts(scope_facts(analysis, read));
  if (!analysis.claims.empty()) {
    out += "\n## What stands out\n\n";
    for (const Claim& claim : analysis.claims)
      out += fmt::format("- {}\n", markdown_text(claim.sentence));
  }
  out += "\n## In total\n\n";
  out += markdown_facts(total_facts(analysis));
  bool has_models = false;
  for (const Section& section : analysis.sections) {
    append_table(analysis, section.by, section.groups, options.groups_shown, out);
    has_models = has_models || (section.by.size() == 1 && section.by.front() == "model");
  }
  if (!has_models && analysis.by_model.size() > 1) {
    append_table(analysis, {"model"}, analysis.by_model, options.groups_shown, out);
  }
  out += "\n## How the figures are computed\n\n";
  out += markdown_facts(definition_facts(known_columns(analysis.total), analysis.level));
  const std::vector<std::string> notes = note_lines(analysis, read);
  if (!notes.empty()) out += "\n## Notes\n\n";
  for (const std::string& note : notes) out += fmt::format("- {}\n", markdown_text(note));
  return out;
}

}  // namespace sonde
