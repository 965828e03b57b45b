#include "templates/pattern.h"

#include <algorithm>
#include <cctype>

#include "base/hash.h"

namespace sonde {
namespace {

constexpr size_t kTokensMax = 1500;
constexpr size_t kPlaceholderMax = 48;
constexpr size_t kTextsForWord = 4;
constexpr size_t kTextsForSigns = 16;
constexpr size_t kLongValue = 12;
constexpr std::string_view kMarks = ":<>[]#*=";

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Whether the three- or four-byte character that begins so is written without spaces between words.
bool is_unspaced(unsigned char lead) { return (lead >= 0xE3 && lead <= 0xE9) || lead >= 0xEF; }

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80 || c == '_';
}

size_t token_end(std::string_view text, size_t at) {
  // A placeholder that was never filled.
  if (text.substr(at, 2) == "{{") {
    const size_t close = text.substr(at, kPlaceholderMax).find("}}");
    if (close != std::string_view::npos) return at + close + 2;
  }
  const auto lead = static_cast<unsigned char>(text[at]);
  if (is_unspaced(lead)) return std::min(text.size(), at + (lead >= 0xF0 ? 4U : 3U));
  if (!is_word_byte(text[at])) return at + 1;
  size_t end = at;
  while (end < text.size() && is_word_byte(text[end]) &&
         !is_unspaced(static_cast<unsigned char>(text[end]))) {
    ++end;
  }
  return end;
}

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Pair {
  size_t a;
  size_t b;
};

// Weighted longest common subsequence of the parts between `from` and the ends: a match counts 2,
// and 1 more when the tokens in front match too, so that runs win over scattered words.
void align(const Pattern& a, const Pattern& b, size_t from, size_t a_end, size_t b_end,
           std::vector<Pair>& pairs) {
  const size_t rows = a_end - from;
  const size_t columns = b_end - from;
  if (rows == 0 || columns == 0) return;
  std::vector<uint16_t> best((rows + 1) * (columns + 1), 0);
  const auto at = [&](size_t i, size_t j) -> uint16_t& { return best[i * (columns + 1) + j]; };
  const auto weight = [&](size_t i, size_t j) -> uint16_t {
    if (a.tokens[from + i].id != b.tokens[from + j].id) return 0;
    const bool run =
        from + i > 0 && from + j > 0 && a.tokens[from + i - 1].id == b.tokens[from + j - 1].id;
    return run ? 3 : 2;
  };
  for (size_t i = rows; i-- > 0;) {
    for (size_t j = columns; j-- > 0;) {
      const uint16_t gain = weight(i, j);
      const uint16_t skip = std::max(at(i + 1, j), at(i, j + 1));
      at(i, j) = gain == 0
                     ? skip
                     : std::max<uint16_t>(skip, static_cast<uint16_t>(at(i + 1, j + 1) + gain));
    }
  }
  for (size_t i = 0, j = 0; i < rows && j < columns;) {
    const uint16_t gain = weight(i, j);
    if (gain != 0 && at(i, j) == at(i + 1, j + 1) + gain) {
      pairs.push_back({from + i++, from + j++});
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
}

std::vector<Pair> matches(const Pattern& a, const Pattern& b) {
  std::vector<Pair> pairs;
  size_t from = 0;
  size_t a_end = a.tokens.size();
  size_t b_end = b.tokens.size();
  while (from < a_end && from < b_end && a.tokens[from].id == b.tokens[from].id) {
    pairs.push_back({from, from});
    ++from;
  }
  while (a_end > from && b_end > from && a.tokens[a_end - 1].id == b.tokens[b_end - 1].id) {
    --a_end;
    --b_end;
  }
  align(a, b, from, a_end, b_end, pairs);
  for (; a_end < a.tokens.size(); ++a_end, ++b_end) pairs.push_back({a_end, b_end});
  return pairs;
}

// Whether the run of tokens may be in common by chance.
bool is_chance(const Pattern& pattern, size_t from, size_t to, size_t texts) {
  size_t words = 0;
  bool is_marked = false;
  for (size_t i = from; i < to; ++i) {
    const PromptToken& token = pattern.tokens[i];
    if (token.is_word && !is_number(token.text)) ++words;
    if (token.space.find('\n') != std::string::npos) is_marked = true;
    if (kMarks.find(token.text) != std::string_view::npos) is_marked = true;
  }
  if (words == 0) return texts < kTextsForSigns;
  if (words == 1 && texts < kTextsForWord) return true;
  const size_t longest = std::max(pattern.gaps[from].tokens, pattern.gaps[to].tokens);
  return !is_marked && words <= 3 && longest > kLongValue * words;
}

// Adds what of `pattern` lies in front of token `to`, from token `from` on, to the gap.
void widen(Gap& gap, const Pattern& pattern, size_t from, size_t to) {
  size_t tokens = to - from;
  for (size_t i = from; i <= to; ++i) {
    tokens += pattern.gaps[i].tokens;
    if (pattern.gaps[i].is_open) {
      if (!gap.is_open) gap.space = pattern.gaps[i].space;
      gap.is_open = true;
    }
    if (i < to) {
      if (!gap.is_open) gap.space = pattern.tokens[i].space;
      gap.is_open = true;
    }
  }
  gap.tokens = std::max(gap.tokens, tokens);
}

}  // namespace

Pattern pattern_of(std::string_view text) {
  Pattern pattern;
  size_t at = 0;
  while (at < text.size() && pattern.tokens.size() < kTokensMax) {
    const size_t start = at;
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size()) break;
    const size_t end = token_end(text, at);
    const std::string_view core = text.substr(at, end - at);
    pattern.tokens.push_back({hash_bytes(core), std::string(text.substr(start, at - start)),
                              std::string(core), is_word_byte(core[0])});
    at = end;
  }
  pattern.gaps.resize(pattern.tokens.size() + 1);
  pattern.gaps.back().is_open = at < text.size() && pattern.tokens.size() == kTokensMax;
  return pattern;
}

Pattern meet(const Pattern& a, const Pattern& b) {
  Pattern common;
  size_t a_from = 0;
  size_t b_from = 0;
  const auto close = [&](size_t a_to, size_t b_to) {
    Gap gap;
    widen(gap, a, a_from, a_to);
    widen(gap, b, b_from, b_to);
    common.gaps.push_back(std::move(gap));
  };
  for (const Pair& pair : matches(a, b)) {
    close(pair.a, pair.b);
    common.tokens.push_back(a.tokens[pair.a]);
    a_from = pair.a + 1;
    b_from = pair.b + 1;
  }
  close(a.tokens.size(), b.tokens.size());
  return common;
}

Pattern without_chance(const Pattern& pattern, size_t texts) {
  Pattern kept;
  kept.gaps.push_back(pattern.gaps[0]);
  const size_t size = pattern.tokens.size();
  for (size_t from = 0; from < size;) {
    size_t to = from + 1;
    while (to < size && !pattern.gaps[to].is_open) ++to;
    const bool between = kept.gaps.back().is_open && pattern.gaps[to].is_open;
    if (between && is_chance(pattern, from, to, texts)) {
      kept.gaps.back().tokens = std::max(kept.gaps.back().tokens, pattern.gaps[to].tokens);
    } else {
      for (; from < to; ++from) {
        kept.tokens.push_back(pattern.tokens[from]);
        kept.gaps.push_back(pattern.gaps[from + 1]);
      }
    }
    from = to;
  }
  return kept;
}

size_t count_words(const Pattern& pattern) {
  return static_cast<size_t>(std::count_if(pattern.tokens.begin(), pattern.tokens.end(),
                                           [](const PromptToken& token) { return token.is_word; }));
}

size_t longest_run(const Pattern& pattern) {
  size_t longest = 0;
  size_t run = 0;
  for (size_t i = 0; i < pattern.tokens.size(); ++i) {
    run = pattern.gaps[i].is_open ? 1 : run + 1;
    longest = std::max(longest, run);
  }
  return longest;
}

size_t count_gaps(const Pattern& pattern) {
  return static_cast<size_t>(std::count_if(pattern.gaps.begin(), pattern.gaps.end(),
                                           [](const Gap& gap) { return gap.is_open; }));
}

std::string to_text(const Pattern& pattern) {
  std::string text;
  size_t number = 0;
  for (size_t i = 0; i < pattern.gaps.size(); ++i) {
    if (const Gap& gap = pattern.gaps[i]; gap.is_open) {
      text += gap.space + "{{" + std::to_string(++number) + "}}";
    }
    if (i < pattern.tokens.size()) text += pattern.tokens[i].space + pattern.tokens[i].text;
  }
  return text;
}

uint64_t hash_without_numbers(const Pattern& pattern) {
  std::string masked;
  for (const PromptToken& token : pattern.tokens)
    masked += is_number(token.text) ? " 0" : " " + token.text;
  return hash_bytes(masked);
}

}  // namespace sonde
