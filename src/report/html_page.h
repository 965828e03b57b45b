// The parts that every HTML report is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"

namespace sonde {

// Head, style sheet and the opening of the body; the end of it.
std::string html_page_start(std::string_view title);
std::string html_page_end();

std::string html_fact_list(const std::vector<Fact>& facts);
std::string html_list(const std::vector<std::string>& lines);

// A card with a heading; `body` is HTML. `style` is added to its classes.
std::string html_card(std::string_view title, std::string_view body, std::string_view style = "");

// A table that scrolls sideways on narrow screens. Contract: `rows` is HTML.
std::string html_table(std::string_view caption, std::string_view head, std::string_view rows);

// The first `shown` rows in the open, the others behind a summary that says how many.
std::string html_folded_table(std::string_view caption, std::string_view head,
                              const std::vector<std::string>& rows, size_t shown);

}  // namespace sonde
