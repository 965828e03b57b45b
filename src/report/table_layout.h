// Lays rows of text out in columns of a given total width. See docs/decisions/0007.
#pragma once

#include <string>
#include <vector>

#include "report/group_columns.h"

namespace sonde {

enum class Tone : uint8_t { Plain, Bad, Dim, Strong, Good };

struct Cell {
  std::string text;  // From sanitize_line().
  Tone tone = Tone::Plain;
};

struct LayoutColumn {
  std::string heading;
  Align align = Align::Left;
  Keep keep = Keep::Always;
  size_t width_min = 0;  // It may be squeezed to this; 0: never.
  size_t lines_max = 1;  // Lines a cell may take when squeezed; then it is cut.
};

struct LaidOut {
  std::string text;
  std::vector<std::string> dropped;  // Headings of columns that did not fit.
};

// Contract: each row has a cell a column.
LaidOut lay_out(const std::vector<LayoutColumn>& columns,
                const std::vector<std::vector<Cell>>& rows, size_t width, bool color);

// The text in the colours of the tone; as it is when `color` is false.
std::string toned(std::string text, Tone tone, bool color);

}  // namespace sonde
