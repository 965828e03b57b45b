// The parts that every Markdown report is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"

namespace sonde {

// One line of text with what Markdown would read as markup escaped, and control characters
// neutralised as by sanitize_line(). Safe in table cells.
std::string markdown_text(std::string_view line);

// A row of a table; the cells are Markdown.
std::string markdown_row(const std::vector<std::string>& cells);

// A list with an item a fact.
std::string markdown_facts(const std::vector<Fact>& facts);

// A code block, fenced so that nothing in the lines can end it.
std::string markdown_code(std::string_view language, const std::vector<std::string>& lines);

}  // namespace sonde
