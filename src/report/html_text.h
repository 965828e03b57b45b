// Text for HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// The text for element content and quoted attributes: markup characters escaped, control and
// reordering characters neutralised as by sanitize_line().
std::string html_text(std::string_view text);

}  // namespace sonde
