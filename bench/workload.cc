#include "workload.h"

#include <cmath>
#include <cstdio>
#include <set>
#include <sstream>

namespace sonde {
namespace {

constexpr size_t kWords = 12000;
constexpr int kCharacters = 2500;
constexpr uint64_t kVocabularySeed = 12345;
constexpr const char* kCommonWords =
    "the to and of a in is that for it you with as this on be are or your can have not from if by "
    "will an at we which but they use one all when more how so do has about what there time their "
    "out up get into than its like our new some model data user please provide answer following "
    "should value system error request response example code file list name step output input text "
    "based using help need make also may each first only any other number between because after "
    "these work result then";
constexpr const char* kOnsets[] = {"b",  "c",  "d",  "f",  "g",  "h",  "l",  "m",
                                   "n",  "p",  "r",  "s",  "t",  "v",  "st", "tr",
                                   "pr", "ch", "sh", "th", "cl", "gr", "br", ""};
constexpr const char* kNuclei[] = {"a", "e", "i", "o", "u", "ea", "ou", "ai", "io", "ee"};
constexpr const char* kCodas[] = {"",   "n", "r",  "s",  "t",  "l",  "nd",
                                  "nt", "m", "ck", "st", "ng", "ct", "x"};

std::vector<std::string> make_words(Rng& rng) {
  std::vector<std::string> words;
  std::set<std::string> seen;
  std::istringstream common(kCommonWords);
  for (std::string word; common >> word;) {
    if (seen.insert(word).second) words.push_back(word);
  }
  while (words.size() < kWords) {
    std::string word;
    const uint32_t syllables = 1 + rng.below(4);
    for (uint32_t i = 0; i < syllables; ++i) {
      word += kOnsets[rng.below(24)];
      word += kNuclei[rng.below(10)];
      word += kCodas[rng.below(14)];
    }
    if (word.size() > 2 && word[0] >= 'a' && seen.insert(word).second) words.push_back(word);
  }
  return words;
}

std::vector<double> zipf_weights(size_t count) {
  std::vector<double> weights(count);
  for (size_t i = 0; i < count; ++i) {
    weights[i] = 1.0 / std::pow(static_cast<double>(i) + 2.7, 1.02);
  }
  return weights;
}

std::vector<std::string> make_characters(Rng& rng) {
  std::vector<std::string> characters;
  for (int i = 0; i < kCharacters; ++i) {
    const uint32_t point = 0x4e00 + rng.below(0x3000);
    characters.push_back({static_cast<char>(0xe0 | (point >> 12)),
                          static_cast<char>(0x80 | ((point >> 6) & 63)),
                          static_cast<char>(0x80 | (point & 63))});
  }
  return characters;
}

}  // namespace

uint64_t Rng::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double Rng::uniform() { return static_cast<double>(next() >> 11) * (1.0 / 9007199254740992.0); }

double Rng::normal() {
  const double a = uniform() + 1e-18;
  const double b = uniform();
  return std::sqrt(-2 * std::log(a)) * std::cos(6.283185307179586 * b);
}

uint32_t Rng::below(uint32_t end) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint32_t>((static_cast<Wide>(next()) * end) >> 64);
}

WeightedIndex::WeightedIndex(const std::vector<double>& weights)
    : keep_(weights.size(), 0), alias_(weights.size(), 0) {
  const int count = static_cast<int>(weights.size());
  double sum = 0;
  for (const double weight : weights) sum += weight;
  std::vector<double> scaled(weights.size());
  std::vector<int> small;
  std::vector<int> large;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    scaled[at] = weights[at] * count / sum;
    (scaled[at] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const int less = small.back();
    small.pop_back();
    const int more = large.back();
    keep_[static_cast<size_t>(less)] = scaled[static_cast<size_t>(less)];
    alias_[static_cast<size_t>(less)] = more;
    scaled[static_cast<size_t>(more)] -= 1 - scaled[static_cast<size_t>(less)];
    if (scaled[static_cast<size_t>(more)] < 1) {
      large.pop_back();
      small.push_back(more);
    }
  }
  for (const int i : large) keep_[static_cast<size_t>(i)] = 1;
  for (const int i : small) keep_[static_cast<size_t>(i)] = 1;
}

int WeightedIndex::pick(Rng& rng) const {
  const uint32_t i = rng.below(static_cast<uint32_t>(keep_.size()));
  return rng.uniform() < keep_[i] ? static_cast<int>(i) : alias_[i];
}

Vocabulary::Vocabulary() : frequency_(zipf_weights(kWords)) {
  Rng rng(kVocabularySeed);
  words_ = make_words(rng);
  characters_ = make_characters(rng);
}

const std::string& Vocabulary::word(Rng& rng) const {
  return words_[static_cast<size_t>(frequency_.pick(rng))];
}

void Vocabulary::append_chinese(Rng& rng, size_t end, std::string& out) const {
  while (out.size() < end) {
    const uint32_t length = 4 + rng.below(14);
    for (uint32_t i = 0; i < length; ++i) {
      const double share = std::pow(rng.uniform(), 2.2);
      out += characters_[static_cast<size_t>(static_cast<double>(characters_.size()) * share)];
    }
    out += rng.below(4) != 0 ? "\xEF\xBC\x8C" : "\xE3\x80\x82";
    if (rng.below(12) == 0) out += "\\n";
  }
}

void Vocabulary::append_code(Rng& rng, std::string& out) const {
  out += "\\n```python\\ndef ";
  out += word(rng);
  out += "(x):\\n    return {\\\"";
  out += word(rng);
  out += "\\\": x[\\\"";
  out += word(rng);
  out += "\\\"], \\\"n\\\": ";
  out += std::to_string(rng.below(10000));
  out += "}\\n```\\n";
}

void Vocabulary::append_separator(Rng& rng, std::string& out) const {
  switch (const uint32_t r = rng.below(100); r) {
    case 6:
      out += " \\\"";
      out += word(rng);
      out += "\\\" ";
      break;
    case 7:
      out += ' ';
      out += std::to_string(rng.below(100000));
      out += ' ';
      break;
    case 8:
      out += "\xE2\x80\x99s ";
      break;
    default:
      out += r < 6 ? ", " : " ";
  }
}

void Vocabulary::append_text(Rng& rng, size_t bytes, TextKind kind, std::string& out) const {
  const size_t end = out.size() + bytes;
  if (kind == TextKind::Chinese) return append_chinese(rng, end, out);
  int words_in_sentence = 0;
  while (out.size() < end) {
    if (kind == TextKind::Code && rng.below(40) == 0) append_code(rng, out);
    const std::string& next = word(rng);
    const size_t start = out.size();
    out += next;
    if (words_in_sentence == 0) out[start] = static_cast<char>(next[0] - 32);
    if (++words_in_sentence > 5 && rng.below(10) == 0) {
      const uint32_t r = rng.below(20);
      out += r < 14 ? "." : r < 16 ? "?" : r < 17 ? ":" : "!";
      words_in_sentence = 0;
      if (rng.below(6) == 0) {
        out += "\\n\\n";
      } else {
        out += rng.below(15) == 0 ? "\\n- " : " ";
      }
    } else {
      append_separator(rng, out);
    }
  }
  while (out.back() == ' ') out.pop_back();
}

void append_uuid(Rng& rng, std::string& out) {
  const uint64_t a = rng.next();
  const uint64_t b = rng.next();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16) & 0xffffU, static_cast<unsigned>(a) & 0xfffU,
                static_cast<unsigned>((b >> 48) & 0x3fff) | 0x8000U,
                static_cast<unsigned long long>(b & 0xffffffffffffULL));
  out += text;
}

double linear_quantile(const std::vector<double>& sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<size_t>(position);
  const double fraction = position - static_cast<double>(i);
  if (i + 1 >= sorted.size()) return sorted[i];
  return sorted[i] + (sorted[i + 1] - sorted[i]) * fraction;
}

}  // namespace sonde
