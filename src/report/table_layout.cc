#include "report/table_layout.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kReadableWidth = 18;  // Of a group's name.
constexpr std::array<std::string_view, 5> kToneStart = {"", "\x1b[31m", "\x1b[2m", "\x1b[1m",
                                                        "\x1b[32m"};
constexpr std::string_view kToneEnd = "\x1b[0m";

struct Plan {
  std::vector<size_t> shown;   // Indexes of columns.
  std::vector<size_t> widths;  // Of all columns.
};

size_t total_width(const Plan& plan) {
  size_t total = 0;
  for (const size_t column : plan.shown) total += plan.widths[column] + kGap;
  return total == 0 ? 0 : total - kGap;
}

std::vector<size_t> natural_widths(const std::vector<LayoutColumn>& columns,
                                   const std::vector<std::vector<Cell>>& rows) {
  std::vector<size_t> widths;
  for (size_t column = 0; column < columns.size(); ++column) {
    size_t width = display_width(columns[column].heading);
    for (const auto& row : rows) width = std::max(width, display_width(row[column].text));
    widths.push_back(width);
  }
  return widths;
}

// Takes what is too much from the widest squeezable column, again and again.
void squeeze(const std::vector<LayoutColumn>& columns, Keep keep, size_t width, Plan& plan) {
  for (size_t total = total_width(plan); total > width; --total) {
    size_t widest = columns.size();
    for (const size_t column : plan.shown) {
      const size_t least = columns[column].width_min;
      if (least == 0 || plan.widths[column] <= least || columns[column].keep > keep) continue;
      if (widest == columns.size() || plan.widths[column] > plan.widths[widest]) widest = column;
    }
    if (widest == columns.size()) return;
    --plan.widths[widest];
  }
}

// Drops the column that matters least; false when all that is left must stay. Of equals, the last.
bool drop_one(const std::vector<LayoutColumn>& columns, Plan& plan) {
  auto least = plan.shown.end();
  for (auto column = plan.shown.begin(); column != plan.shown.end(); ++column) {
    if (columns[*column].keep == Keep::Always) continue;
    if (least == plan.shown.end() || columns[*column].keep <= columns[*least].keep) least = column;
  }
  if (least == plan.shown.end()) return false;
  plan.shown.erase(least);
  return true;
}

// Lists are squeezed first, then columns dropped while the group's own columns would lose their
// meaning, and only then are those squeezed too.
Plan plan_columns(const std::vector<LayoutColumn>& columns,
                  const std::vector<std::vector<Cell>>& rows, size_t width) {
  Plan plan;
  plan.shown.resize(columns.size());
  std::iota(plan.shown.begin(), plan.shown.end(), size_t{0});
  const std::vector<size_t> natural = natural_widths(columns, rows);
  std::vector<LayoutColumn> readable = columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].width_min > 0) readable[i].width_min = std::min(natural[i], kReadableWidth);
  }
  while (true) {
    plan.widths = natural;
    squeeze(columns, Keep::Fifth, width, plan);
    if (total_width(plan) <= width) return plan;
    Plan with_keys = plan;
    squeeze(readable, Keep::Always, width, with_keys);
    if (total_width(with_keys) <= width) return with_keys;
    if (drop_one(columns, plan)) continue;
    plan.widths = natural;
    squeeze(columns, Keep::Always, width, plan);
    return plan;
  }
}

std::string padded(const std::string& text, size_t width, Align align, Tone tone, bool color) {
  const size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  const std::string shown = toned(text, tone, color);
  return align == Align::Right ? space + shown : shown + space;
}

void trim_end(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
}

void append_row(const std::vector<LayoutColumn>& columns, const Plan& plan,
                const std::vector<Cell>& row, bool color, std::string& out) {
  std::vector<std::vector<std::string>> cells;
  size_t height = 1;
  for (const size_t column : plan.shown) {
    cells.push_back(wrap_width(row[column].text, plan.widths[column], columns[column].lines_max));
    height = std::max(height, cells.back().size());
  }
  for (size_t line = 0; line < height; ++line) {
    std::string text;
    for (size_t i = 0; i < plan.shown.size(); ++i) {
      const size_t column = plan.shown[i];
      if (i > 0) text.append(kGap, ' ');
      const std::string part = line < cells[i].size() ? cells[i][line] : std::string();
      text += padded(part, plan.widths[column], columns[column].align, row[column].tone, color);
    }
    trim_end(text);
    out += text + "\n";
  }
}

}  // namespace

std::string toned(std::string text, Tone tone, bool color) {
  if (!color || tone == Tone::Plain || text.empty()) return text;
  return std::string(kToneStart[static_cast<size_t>(tone)]).append(text).append(kToneEnd);
}

LaidOut lay_out(const std::vector<LayoutColumn>& columns,
                const std::vector<std::vector<Cell>>& rows, size_t width, bool color) {
  const Plan plan = plan_columns(columns, rows, width);
  LaidOut layout;
  std::vector<Cell> headings;
  for (const LayoutColumn& column : columns) headings.push_back({column.heading, Tone::Strong});
  append_row(columns, plan, headings, color, layout.text);
  for (const auto& row : rows) append_row(columns, plan, row, color, layout.text);
  for (size_t column = 0; column < columns.size(); ++column) {
    if (std::find(plan.shown.begin(), plan.shown.end(), column) == plan.shown.end()) {
      layout.dropped.push_back(columns[column].heading);
    }
  }
  return layout;
}

}  // namespace sonde
