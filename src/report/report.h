// Renders results for people and programs. Computes no figure: what is printed was handed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "metrics/analysis.h"
#include "sources/reader.h"

namespace sonde {

enum class Format : uint8_t { Table, Json, Csv, Markdown, Html };

struct RenderOptions {
  Format format = Format::Table;
  unsigned width = 80;       // Columns of the terminal; Table only. At least 40 are used.
  bool color = false;        // Table only.
  size_t groups_shown = 20;  // A section; 0: all. Table and Markdown; the others hold every group.
};

// The whole report in UTF-8, newline at its end. Text from logs is neutralised for the format: no
// terminal escapes, no markup, no spreadsheet formulas. Thread-safe.
//
// Json: rates from 0 to 1, times in milliseconds, unknown is null; an amount of money is text, so
// that it stays exact. A text that spreadsheets would take for a formula (it starts with = + - @,
// a tab or a carriage return) has an apostrophe in front in Csv.
std::string render_analysis(const Analysis& analysis, const ReadReport& read,
                            const RenderOptions& options);

}  // namespace sonde
