// Reading prompts and answers as text: search without case, words, quotes. Pure functions over
// UTF-8 (broken bytes count as characters of their own); safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// The position of `needle` (lowercase ASCII, not empty) in `text` from `from`, without regard to
// the case of ASCII letters; npos when absent. Made for a rare first letter in long text.
size_t find_ignoring_case(std::string_view text, std::string_view needle, size_t from = 0);

// `text` with the ASCII letters, and the capitals of Latin-1 and Cyrillic, in lower case.
std::string to_lower(std::string_view text);

std::string_view trimmed(std::string_view text);

// The code point that starts at `at`, and moves `at` behind it.
uint32_t next_code_point(std::string_view text, size_t& at);

// Whether the script writes without spaces between words (Han, Kana, Thai).
bool is_unspaced(uint32_t code_point);

// Words: runs of letters and digits (with inner apostrophes and hyphens); each character of a
// script without spaces is one word of its own.
std::vector<std::string_view> words(std::string_view text);

// Sentences and lines, trimmed, the empty ones left out.
std::vector<std::string_view> sentences(std::string_view text);

// One line of at most `bytes_max` bytes, whole characters, "..." where it was cut; control
// characters and line breaks become spaces.
std::string excerpt(std::string_view text, size_t bytes_max);

// `text` without code fences, inline code, and quoted passages: what its author says himself.
std::string without_quotes(std::string_view text);

// A rough count of tokens: a quarter of the bytes for spaced scripts, one a character otherwise.
uint64_t estimated_tokens(std::string_view text);

}  // namespace sonde
