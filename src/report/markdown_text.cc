#include "report/markdown_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/text_width.h"

namespace sonde {
namespace {

// What starts emphasis, code, HTML, entities, a cell, strike-through or a formula, wherever it is.
constexpr std::string_view kEscaped = "\\`*<|&~$";

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// An underscore within a word emphasises nothing, and brackets link only before ( [ or :, so that
// most text stays as readable as it was.
bool needs_escape(std::string_view text, size_t place) {
  const char before = place > 0 ? text[place - 1] : ' ';
  const char after = place + 1 < text.size() ? text[place + 1] : ' ';
  if (text[place] == '_') return !is_word(before) || !is_word(after);
  if (text[place] == ']') return after == '(' || after == '[' || after == ':';
  return kEscaped.find(text[place]) != std::string_view::npos;
}

}  // namespace

std::string markdown_text(std::string_view line) {
  const std::string text = sanitize_line(line);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (needs_escape(text, i)) out += '\\';
    out += text[i];
  }
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string markdown_facts(const std::vector<Fact>& facts) {
  std::string out;
  for (const Fact& fact : facts) {
    out +=
        fmt::format("- **{}**: {}\n", markdown_text(fact.label), markdown_text(fact.lines.front()));
    for (size_t i = 1; i < fact.lines.size(); ++i) {
      out += fmt::format("  - {}\n", markdown_text(fact.lines[i]));
    }
  }
  return out;
}

std::string markdown_code(std::string_view language, const std::vector<std::string>& lines) {
  size_t longest = 2;
  std::string body;
  for (const std::string& line : lines) {
    body += sanitize_line(line) + "\n";
    size_t run = 0;
    for (const char c : line) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}{}\n{}{}\n", fence, language, body, fence);
}

}  // namespace sonde
