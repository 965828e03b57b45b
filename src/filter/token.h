// Splits an expression into words, texts and symbols.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

struct Token {
  enum class Kind : uint8_t { Word, Text, Symbol, End };

  Kind kind = Kind::End;
  std::string text;  // Unescaped for a Text.
  size_t at = 0;     // Byte offset in the expression.

  bool is_symbol(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
  // Keywords are read without regard to case.
  bool is_keyword(std::string_view keyword) const;
};

// The last token is End. Fails with InvalidInput, as Filter::parse() does.
Result<std::vector<Token>> tokenize(std::string_view text);

// Whether the text reads as one word, so that it needs no quotes after "attributes.".
bool is_word(std::string_view text);

// 'text', with \ and ' escaped.
std::string quote(std::string_view text);

// The character, counted from 1, that starts at byte `at`.
size_t column_at(std::string_view expression, size_t at);

// "column 3: message", then the line of the expression and a caret below byte `at`.
std::string point_at(std::string_view expression, size_t at, std::string_view message);

}  // namespace sonde
