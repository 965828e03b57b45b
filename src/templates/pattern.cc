#include "templates/pattern.h"

#include <algorithm>
#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool letter = static_cast<unsigned char>((byte | 0x20U) - 'a') < 26;
  return letter || is_digit(c) || byte >= 0x80 || c == '_';
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

bool is_number(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

struct Pair {
  size_t a;
  size_t b;
};

// The tokens of one side, from `from` to an end, that the other side has too, in their order.
struct Common {
  std::vector<uint16_t> ids;     // Small numbers for the hashes, alike on both sides.
  std::vector<uint16_t> before;  // Those of the tokens in front.
  std::vector<size_t> next;      // For each token, and the end: how many of `ids` stand in front.
};

// No token has these; they differ, so that neither equals anything of the other side.
constexpr uint16_t kNoneOfA = 0xFFFF;
constexpr uint16_t kNoneOfB = 0;

struct BothCommon {
  Common a;
  Common b;
};

BothCommon common_tokens(const Pattern& a, const Pattern& b, size_t from, size_t a_end,
                         size_t b_end) {
  const size_t first = from > 0 ? from - 1 : 0;  // The token in front counts as a neighbour.
  boost::unordered_flat_map<uint64_t, uint16_t> numbers;
  numbers.reserve(a_end - first);
  std::vector<uint16_t> of_a(a_end - first);
  std::vector<uint16_t> of_b(b_end - first);
  for (size_t i = first; i < a_end; ++i) {
    const auto next = static_cast<uint16_t>(numbers.size() + 1);
    of_a[i - first] = numbers.try_emplace(a.tokens[i].id, next).first->second;
  }
  std::vector<bool> in_a(numbers.size() + 1);
  std::vector<bool> in_b(numbers.size() + 1);
  for (size_t i = from; i < a_end; ++i) in_a[of_a[i - first]] = true;
  for (size_t j = first; j < b_end; ++j) {
    const auto found = numbers.find(b.tokens[j].id);
    of_b[j - first] = found == numbers.end() ? kNoneOfB : found->second;
    if (j >= from) in_b[of_b[j - first]] = true;
  }
  in_b[kNoneOfB] = false;
  const auto keep = [&](const std::vector<uint16_t>& numbered, const std::vector<bool>& others,
                        uint16_t none) {
    Common common;
    for (size_t i = from - first; i < numbered.size(); ++i) {
      common.next.push_back(common.ids.size());
      if (!others[numbered[i]]) continue;
      common.ids.push_back(numbered[i]);
      common.before.push_back(i > 0 ? numbered[i - 1] : none);
    }
    common.next.push_back(common.ids.size());
    return common;
  };
  return {keep(of_a, in_b, kNoneOfA), keep(of_b, in_a, kNoneOfB)};
}

// Weighted longest common subsequence of the parts between `from` and the ends: a match counts 2,
// and 1 more when the tokens in front match too, so that runs win over scattered words. The table
// leaves out rows and columns of tokens that match nothing: each would repeat the one behind it.
void align(const Pattern& a, const Pattern& b, size_t from, size_t a_end, size_t b_end,
           std::vector<Pair>& pairs) {
  const size_t rows = a_end - from;
  const size_t columns = b_end - from;
  if (rows == 0 || columns == 0) return;
  const auto common = common_tokens(a, b, from, a_end, b_end);
  const auto& mine = common.a;  // Not a structured binding: clang 14 captures none.
  const auto& theirs = common.b;
  const size_t height = mine.ids.size();
  const size_t width = theirs.ids.size();
  const auto best = std::make_unique_for_overwrite<uint16_t[]>((height + 1) * (width + 1));
  std::fill_n(&best[height * (width + 1)], width + 1, uint16_t{0});
  for (size_t i = height; i-- > 0;) {
    uint16_t* const row = &best[i * (width + 1)];
    const uint16_t* const below = row + width + 1;
    const uint16_t id = mine.ids[i];
    const uint16_t before = mine.before[i];
    // Two loops: the first has no dependence between columns, and is vectorized.
    for (size_t j = 0; j < width; ++j) {
      const auto gain = static_cast<uint16_t>(theirs.before[j] == before ? 3 : 2);
      const auto matched = static_cast<uint16_t>(below[j + 1] + gain);
      row[j] = std::max(below[j], theirs.ids[j] == id ? matched : uint16_t{0});
    }
    row[width] = 0;
    for (size_t j = width; j-- > 0;) row[j] = std::max(row[j], row[j + 1]);
  }
  const auto at = [&](size_t i, size_t j) {
    return best[mine.next[i] * (width + 1) + theirs.next[j]];
  };
  const auto weight = [&](size_t i, size_t j) -> uint16_t {
    if (a.tokens[from + i].id != b.tokens[from + j].id) return 0;
    const bool run =
        from + i > 0 && from + j > 0 && a.tokens[from + i - 1].id == b.tokens[from + j - 1].id;
    return run ? 3 : 2;
  };
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
    if (token.space.find('\n') != std::string_view::npos) is_marked = true;
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
    pattern.tokens.push_back(
        {hash_bytes(core), text.substr(start, at - start), core, is_word_byte(core[0])});
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

Runs::Runs(const Pattern& pattern) {
  runs_.reserve(pattern.tokens.size());
  for_each_run(pattern, [this](uint64_t run) { runs_.push_back(std::max<uint64_t>(run, 1)); });
  table_.resize(std::bit_ceil(2 * runs_.size() + 1));
  for (const uint64_t run : runs_) {
    size_t at = run & (table_.size() - 1);
    while (table_[at] != 0 && table_[at] != run) at = (at + 1) & (table_.size() - 1);
    table_[at] = run;
  }
}

bool Runs::has(uint64_t run) const {
  size_t at = run & (table_.size() - 1);
  while (table_[at] != 0 && table_[at] != run) at = (at + 1) & (table_.size() - 1);
  return table_[at] == run;
}

bool Runs::have_common(const Runs& other) const {
  return std::any_of(other.runs_.begin(), other.runs_.end(),
                     [this](uint64_t run) { return has(run); });
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
      text.append(gap.space).append("{{" + std::to_string(++number) + "}}");
    }
    if (i < pattern.tokens.size())
      text.append(pattern.tokens[i].space).append(pattern.tokens[i].text);
  }
  return text;
}

uint64_t hash_without_numbers(const Pattern& pattern) {
  std::string masked;
  for (const PromptToken& token : pattern.tokens)
    masked.append(" ").append(is_number(token.text) ? "0" : token.text);
  return hash_bytes(masked);
}

}  // namespace sonde
