#include "report/html_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/format_number.h"
#include "report/html_style.h"
#include "report/html_text.h"

namespace sonde {

std::string html_page_start(std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>{0}</title><style>{1}</style>"
      "</head>\n<body><main>\n<h1>{0}</h1>\n",
      html_text(title), kHtmlStyle);
}

std::string html_page_end() { return "</main></body></html>\n"; }

std::string html_fact_list(const std::vector<Fact>& facts) {
  std::string out = "<dl>";
  for (const Fact& fact : facts) {
    out += fmt::format("<dt>{}</dt>", html_text(fact.label));
    for (const std::string& line : fact.lines) {
      // Later lines stay below the first, in the second column.
      out += fmt::format("{}<dd>{}</dd>", &line == &fact.lines.front() ? "" : "<dt></dt>",
                         html_text(line));
    }
  }
  return out + "</dl>";
}

std::string html_list(const std::vector<std::string>& lines) {
  std::string out = "<ul>";
  for (const std::string& line : lines) out += fmt::format("<li>{}</li>", html_text(line));
  return out + "</ul>";
}

std::string html_card(std::string_view title, std::string_view body, std::string_view style) {
  return fmt::format("<section class=\"card {}\"><h2>{}</h2>{}</section>\n", style,
                     html_text(title), body);
}

std::string html_table(std::string_view caption, std::string_view head, std::string_view rows) {
  return fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table><caption>{0}"
      "</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>",
      html_text(caption), head, rows);
}

std::string html_folded_table(std::string_view caption, std::string_view head,
                              const std::vector<std::string>& rows, size_t shown) {
  const size_t open = std::min(rows.size(), shown);
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(open);
  std::string out =
      html_table(caption, head, fmt::format("{}", fmt::join(rows.begin(), middle, "")));
  if (open == rows.size()) return out;
  const std::string more = format_count(rows.size() - open) + " more";
  return out + fmt::format("<details><summary>{}</summary>{}</details>", more,
                           html_table(fmt::format("{}: {}", caption, more), head,
                                      fmt::format("{}", fmt::join(middle, rows.end(), ""))));
}

}  // namespace sonde
