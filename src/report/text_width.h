// How wide text is on a terminal, and how text from logs is made safe to print on one.
//
// Widths follow what terminals draw: an emoji with its joiners, skin tone or variation selector is
// one glyph of two columns, a flag likewise, CJK is two columns, combining marks are none. Single
// characters are measured by wcwidth(), so LC_CTYPE must be a UTF-8 locale. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// The text with every byte that is no valid UTF-8 replaced by U+FFFD.
std::string repair_utf8(std::string_view text);

// One line of text that cannot steer a terminal: line breaks and tabs become spaces, other control
// characters a visible symbol, and invisible characters that reorder or hide text are dropped.
// Valid UTF-8 whatever came in.
std::string sanitize_line(std::string_view text);

// The functions below want text that sanitize_line() returned.

// Columns that the text takes.
size_t display_width(std::string_view text);

// The text, cut with an ellipsis when it is wider than `width`. Never splits what is drawn as one.
std::string fit_width(std::string_view text, size_t width);

// Lines of at most `width` columns, broken at spaces where possible; the last of `lines_max` ends
// in an ellipsis when there is more. At least one line.
std::vector<std::string> wrap_width(std::string_view text, size_t width, size_t lines_max);

}  // namespace sonde
