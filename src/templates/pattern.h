// What several prompts have in common, token by token, with gaps where they differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// A word, a sign, a character of Chinese or Japanese, or a literal {{name}}; white space belongs to
// what follows it.
struct PromptToken {
  uint64_t id = 0;  // Hash of the text without `space`.
  std::string_view space;
  std::string_view text;
  bool is_word = false;
};

// `gaps[i]` stands in front of token i, the last one behind all tokens.
struct Gap {
  bool is_open = false;
  std::string_view space;  // White space in front of the value.
  size_t tokens = 0;       // Of the longest value.
};

// Views into the texts that it was made of.
struct Pattern {
  std::vector<PromptToken> tokens;
  std::vector<Gap> gaps;
};

// The whole text, no gap; of very long texts the first 1500 tokens, then a gap.
Pattern pattern_of(std::string_view text);

// The longest common subsequence of tokens (neighbours preferred), gaps where either differs or
// has a gap. At most 1500 x 1500 steps.
Pattern meet(const Pattern& a, const Pattern& b);

// Calls visit(uint64_t hash) for each three neighbouring tokens without a gap between them.
template <class Visit>
void for_each_run(const Pattern& pattern, Visit visit) {
  for (size_t i = 0; i + 2 < pattern.tokens.size(); ++i) {
    if (pattern.gaps[i + 1].is_open || pattern.gaps[i + 2].is_open) continue;
    visit(pattern.tokens[i].id * 31 + pattern.tokens[i + 1].id * 17 + pattern.tokens[i + 2].id);
  }
}

// The runs of three tokens of a pattern. Cheap to make and ask: without a common run, meet() of two
// patterns has no three tokens without a gap between them.
class Runs {
 public:
  explicit Runs(const Pattern& pattern);
  bool have_common(const Runs& other) const;

 private:
  bool has(uint64_t run) const;

  std::vector<uint64_t> runs_;   // Never 0.
  std::vector<uint64_t> table_;  // The same, each at its hash or behind; 0: free.
};

// Drops what is likely in common by chance, between two gaps: runs without a word when fewer than
// 16 texts agree on them, runs of one word when fewer than four do, and runs of up to three words
// in long values (12 tokens or more a word), unless a line break, colon or bracket marks them.
Pattern without_chance(const Pattern& pattern, size_t texts);

size_t count_words(const Pattern& pattern);
size_t longest_run(const Pattern& pattern);  // Tokens without a gap between them.
size_t count_gaps(const Pattern& pattern);

// "Translate into {{1}}: {{2}}".
std::string to_text(const Pattern& pattern);

// Hash of the text with every number as one.
uint64_t hash_without_numbers(const Pattern& pattern);

}  // namespace sonde
