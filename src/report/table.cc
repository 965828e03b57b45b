// The analysis for a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "report/facts.h"
#include "report/format_number.h"
#include "report/formats.h"
#include "report/group_columns.h"
#include "report/table_layout.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kWidthMin = 40;
constexpr size_t kProseWidthMax = 110;  // Longer lines of prose are hard to read.
constexpr size_t kKeyWidthMin = 12;
constexpr size_t kKeyLinesMax = 3;
constexpr size_t kListWidthMin = 14;
constexpr size_t kListLinesMax = 3;
constexpr size_t kLinesMax = 100;  // Of one paragraph.

class TableWriter {
 public:
  TableWriter(const Analysis& analysis, const ReadReport& read, const RenderOptions& options)
      : analysis_(analysis),
        read_(read),
        options_(options),
        width_(std::max<size_t>(options.width, kWidthMin)),
        prose_width_(std::min(width_, kProseWidthMax)),
        columns_(known_columns(analysis.total)) {}

  std::string write() {
    facts(scope_facts(analysis_, read_), Tone::Plain);
    if (!analysis_.claims.empty()) {
      heading("What stands out");
      for (const Claim& claim : analysis_.claims) paragraph("- ", claim.sentence, Tone::Plain);
    }
    if (analysis_.total.count == 0) {
      out_ += fmt::format("\nThere is nothing to report: no {} were counted.\n",
                          level_noun(analysis_.level, 2));
      notes();
      return std::move(out_);
    }
    heading("In total");
    facts(total_facts(analysis_), Tone::Plain);
    bool has_models = false;
    for (const Section& section : analysis_.sections) {
      group_table(section.by, section.groups, section.groups_dropped);
      has_models = has_models || (section.by.size() == 1 && section.by.front() == "model");
    }
    if (!has_models && analysis_.by_model.size() > 1) group_table({"model"}, analysis_.by_model, 0);
    say_dropped();
    definitions();
    notes();
    return std::move(out_);
  }

 private:
  void heading(std::string_view text) {
    out_ += "\n" + toned(std::string(text), Tone::Strong, options_.color) + "\n";
  }

  // Wrapped, later lines indented by the width of `lead`.
  void paragraph(std::string_view lead, std::string_view text, Tone tone) {
    const size_t indent = display_width(lead);
    const auto lines = wrap_width(sanitize_line(text), prose_width_ - indent, kLinesMax);
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string start = i == 0 ? std::string(lead) : std::string(indent, ' ');
      out_ += toned(start + lines[i], tone, options_.color) + "\n";
    }
  }

  void facts(const std::vector<Fact>& facts, Tone tone) {
    size_t label_width = 0;
    for (const Fact& fact : facts) label_width = std::max(label_width, display_width(fact.label));
    for (const Fact& fact : facts) {
      std::string lead = fact.label + std::string(label_width - display_width(fact.label) + 2, ' ');
      for (const std::string& line : fact.lines) {
        paragraph(lead, line, tone);
        lead.assign(label_width + 2, ' ');
      }
    }
  }

  std::vector<Cell> group_row(const GroupSummary& group, size_t keys,
                              const std::vector<const GroupColumn*>& columns) const {
    std::vector<Cell> row;
    for (size_t i = 0; i < keys; ++i) {
      const std::string key = i < group.key.size() ? group.key[i] : std::string();
      row.push_back({sanitize_line(key_text(key)), key.empty() ? Tone::Dim : Tone::Plain});
    }
    const bool bad = group.success_rate && analysis_.total.success_rate &&
                     group.success_interval.high < *analysis_.total.success_rate;
    for (const GroupColumn* column : columns) {
      const bool is_rate = column->metric == "success_rate";
      row.push_back({sanitize_line(column->text(group)), bad && is_rate ? Tone::Bad : Tone::Plain});
    }
    return row;
  }

  void group_table(const std::vector<std::string>& by, const std::vector<GroupSummary>& groups,
                   uint64_t dropped) {
    heading("Results " + section_title(by));
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
    Layout table = lay_out(layout, rows, width_, options_.color);
    out_ += table.text;
    say_more(groups.size() - shown, dropped);
    for (std::string& name : table.dropped) {
      if (std::find(dropped_.begin(), dropped_.end(), name) == dropped_.end()) {
        dropped_.push_back(std::move(name));
      }
    }
  }

  void say_more(size_t hidden, uint64_t dropped) {
    if (hidden > 0) {
      paragraph("", fmt::format("and {} more: --limit 0 shows all", format_count(hidden)),
                Tone::Dim);
    }
    if (dropped > 0) {
      paragraph("",
                fmt::format("(other) sums up {} groups beyond groups-max", format_count(dropped)),
                Tone::Dim);
    }
  }

  void say_dropped() {
    if (dropped_.empty()) return;
    out_ += "\n";
    paragraph("",
              fmt::format("Not shown for want of width: {}. A wider terminal, or --format "
                          "json, html or csv, has them.",
                          fmt::join(dropped_, ", ")),
              Tone::Dim);
  }

  void definitions() {
    std::vector<const GroupColumn*> shown;
    for (const GroupColumn* column : columns_) {
      const std::string name = column_heading(*column, analysis_.level);
      if (std::find(dropped_.begin(), dropped_.end(), name) == dropped_.end()) {
        shown.push_back(column);
      }
    }
    heading("How the figures are computed");
    facts(definition_facts(shown, analysis_.level), Tone::Dim);
  }

  void notes() {
    const std::vector<std::string> lines = note_lines(analysis_, read_);
    if (lines.empty()) return;
    heading("Notes");
    for (const std::string& line : lines) paragraph("- ", line, Tone::Dim);
  }

  const Analysis& analysis_;
  const ReadReport& read_;
  const RenderOptions& options_;
  size_t width_;
  size_t prose_width_;
  std::vector<const GroupColumn*> columns_;
  std::vector<std::string> dropped_;
  std::string out_;
};

}  // namespace

std::string render_table(const Analysis& analysis, const ReadReport& read,
                         const RenderOptions& options) {
  return TableWriter(analysis, read, options).write();
}

}  // namespace sonde
