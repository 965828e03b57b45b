// The analysis for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/facts.h"
#include "report/format_number.h"
#include "report/formats.h"
#include "report/group_columns.h"
#include "report/prose.h"
#include "report/table_layout.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kKeyWidthMin = 8;
constexpr size_t kKeyLinesMax = 3;
constexpr size_t kListWidthMin = 14;
constexpr size_t kListLinesMax = 3;

class TableWriter {
 public:
  TableWriter(const Analysis& analysis, const ReadReport& read, const RenderOptions& options)
      : analysis_(analysis),
        read_(read),
        options_(options),
        columns_(known_columns(analysis.total)),
        prose_(options) {}

  std::string write() {
    prose_.facts(scope_facts(analysis_, read_), Tone::Plain);
    if (!analysis_.claims.empty()) {
      prose_.heading("What stands out");
      for (const Claim& claim : analysis_.claims)
        prose_.paragraph("- ", claim.sentence, Tone::Plain);
    }
    if (analysis_.total.count == 0) {
      prose_.append(fmt::format("\nThere is nothing to report: no {} were counted.\n",
                                level_noun(analysis_.level, 2)));
      notes();
      return prose_.take();
    }
    prose_.heading("In total");
    prose_.facts(total_facts(analysis_), Tone::Plain);
    bool has_models = false;
    for (const Section& section : analysis_.sections) {
      group_table(section.by, section.groups, section.groups_dropped);
      has_models = has_models || (section.by.size() == 1 && section.by.front() == "model");
    }
    if (!has_models && analysis_.by_model.size() > 1) group_table({"model"}, analysis_.by_model, 0);
    say_dropped();
    definitions();
    notes();
    return prose_.take();
  }

 private:
  std::vector<Cell> group_row(const GroupSummary& group, size_t keys,
                              const std::vector<const GroupColumn*>& columns) const {
    std::vector<Cell> row;
    for (size_t i = 0; i < keys; ++i) {
      const std::string key = i < group.key.size() ? group.key[i] : std::string();
      row.push_back({sanitize_line(key_text(key)), key.empty() ? Tone::Dim : Tone::Plain});
    }
    const bool bad = group.success_interval && analysis_.total.success_rate &&
                     group.success_interval->high < *analysis_.total.success_rate;
    for (const GroupColumn* column : columns) {
      const bool is_rate = column->metric == "success_rate";
      row.push_back({sanitize_line(column->text(group)), bad && is_rate ? Tone::Bad : Tone::Plain});
    }
    return row;
  }

  void group_table(const std::vector<std::string>& by, const std::vector<GroupSummary>& groups,
                   uint64_t dropped) {
    prose_.heading("Results " + section_title(by));
    const std::vector<const GroupColumn*> columns = known_columns(analysis_.total, by);
    std::vector<LayoutColumn> layout;
    for (const std::string& name : by) {
      layout.push_back(
          {sanitize_line(name), Align::Left, Keep::Always, kKeyWidthMin, kKeyLinesMax});
    }
    for (const GroupColumn* column : columns) {
      layout.push_back({column_heading(*column, analysis_.level), column->align, column->keep,
                        column->wraps ? kListWidthMin : 0, column->wraps ? kListLinesMax : 1});
    }
    const size_t shown =
        options_.groups_shown == 0 ? groups.size() : std::min(groups.size(), options_.groups_shown);
    std::vector<std::vector<Cell>> rows;
    for (size_t i = 0; i < shown; ++i) rows.push_back(group_row(groups[i], by.size(), columns));
    LaidOut table = lay_out(layout, rows, prose_.width(), prose_.color());
    prose_.append(table.text);
    say_more(groups.size() - shown, dropped);
    for (const LayoutColumn& column : layout) {
      const bool fits = std::find(table.dropped.begin(), table.dropped.end(), column.heading) ==
                        table.dropped.end();
      if (fits) shown_.insert(column.heading);
    }
    for (std::string& name : table.dropped) {
      if (std::find(dropped_.begin(), dropped_.end(), name) == dropped_.end()) {
        dropped_.push_back(std::move(name));
      }
    }
  }

  void say_more(size_t hidden, uint64_t dropped) {
    if (hidden > 0) {
      prose_.paragraph("", fmt::format("and {} more: --limit 0 shows all", format_count(hidden)),
                       Tone::Dim);
    }
    if (dropped > 0) {
      prose_.paragraph(
          "", fmt::format("(other) sums up {} groups beyond groups-max", format_count(dropped)),
          Tone::Dim);
    }
  }

  void say_dropped() {
    if (dropped_.empty()) return;
    prose_.append("\n");
    prose_.paragraph(
        "",
        fmt::format("Not shown everywhere for want of width: {}. A wider terminal, or --format "
                    "json, html or csv, has them.",
                    fmt::join(dropped_, ", ")),
        Tone::Dim);
  }

  // Of the columns that any table shows.
  void definitions() {
    std::vector<const GroupColumn*> shown;
    for (const GroupColumn* column : columns_) {
      if (shown_.contains(column_heading(*column, analysis_.level))) shown.push_back(column);
    }
    prose_.heading("How the figures are computed");
    prose_.facts(definition_facts(shown, analysis_.level), Tone::Dim);
  }

  void notes() {
    const std::vector<std::string> lines = note_lines(analysis_, read_);
    if (lines.empty()) return;
    prose_.heading("Notes");
    for (const std::string& line : lines) prose_.paragraph("- ", line, Tone::Dim);
  }

  const Analysis& analysis_;
  const ReadReport& read_;
  const RenderOptions& options_;
  std::vector<const GroupColumn*> columns_;
  std::vector<std::string> dropped_;  // Headings, in the order in which they are missed.
  std::set<std::string> shown_;
  Prose prose_;
};

}  // namespace

std::string render_table(const Analysis& analysis, const ReadReport& read,
                         const RenderOptions& options) {
  return TableWriter(analysis, read, options).write();
}

}  // namespace sonde
