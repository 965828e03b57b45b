#include "templates/template_key.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "base/hash.h"

namespace sonde {
namespace {

// Words that begin instructions. A verb form of an instruction counts; what users write as often
// (have, is) does not.
constexpr std::array<std::string_view, 108> kOpeners = {
    "act",          "analyse",  "analyze",       "answer",    "antworte",   "as",
    "assess",       "based",    "beantworte",    "check",     "choose",     "classify",
    "clasifica",    "compare",  "complete",      "compose",   "context",    "convert",
    "correct",      "create",   "describe",      "determine", "draft",      "du",
    "edit",         "erkläre",  "erstelle",      "eres",      "evaluate",   "explain",
    "explique",     "explica",  "extract",       "extrae",    "extrahiere", "extrais",
    "fasse",        "fill",     "fix",           "follow",    "format",     "from",
    "generate",     "genera",   "gib",           "give",      "given",      "grade",
    "here",         "identify", "imagine",       "improve",   "input",      "instruction",
    "instructions", "judge",    "klassifiziere", "label",     "list",       "match",
    "outline",      "output",   "paraphrase",    "plan",      "please",     "predict",
    "produce",      "propose",  "provide",       "question",  "rank",       "rate",
    "read",         "reply",    "respond",       "responde",  "resume",     "return",
    "review",       "rewrite",  "role",          "score",     "schreibe",   "select",
    "sort",         "split",    "state",         "suggest",   "sum",        "summarise",
    "summarize",    "system",   "tag",           "task",      "tell",       "text",
    "traduce",      "traduis",  "transform",     "translate", "turn",       "use",
    "using",        "verify",   "vous",          "write",     "you",        "your"};
// Words that tell instructions apart.
constexpr std::array<std::string_view, 72> kWords = {
    "agent",    "always",    "assistant", "brief",    "briefly",   "bullet",    "chef",
    "code",     "company",   "concise",   "context",  "csv",       "customer",  "date",
    "deutsch",  "document",  "email",     "english",  "exactly",   "expert",    "field",
    "five",     "following", "four",      "function", "html",      "invoice",   "items",
    "json",     "keys",      "language",  "line",     "lines",     "markdown",  "message",
    "most",     "must",      "never",     "not",      "nur",       "numbered",  "one",
    "only",     "paragraph", "points",    "polite",   "politely",  "product",   "professional",
    "question", "recipe",    "report",    "sentence", "sentences", "sentiment", "seven",
    "short",    "six",       "solo",      "sql",      "step",      "steps",     "summary",
    "table",    "ten",       "three",     "title",    "tone",      "travel",    "two",
    "words",    "yaml"};
// Signs of Chinese and Japanese instructions.
constexpr std::array<std::string_view, 14> kSigns = {"请", "你", "您", "把", "将", "次", "以",
                                                     "下", "只", "译", "返", "答", "訳", "要"};

constexpr size_t kHeadBytes = 320;
constexpr size_t kTailBytes = 240;
constexpr size_t kFirstWords = 3;
constexpr size_t kMarksMax = 8;
constexpr size_t kShortSystem = 64;
constexpr uint64_t kUnmarkedClasses = 1024;

constexpr uint64_t kSeed = 0xcbf29ce484222325ULL;
constexpr uint64_t step(uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * 0x100000001b3ULL;  // FNV-1a: words are short.
}
constexpr uint64_t word_hash(std::string_view word) {
  uint64_t hash = kSeed;
  for (const char c : word) hash = step(hash, static_cast<unsigned char>(c));
  return hash;
}
constexpr uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29U);
}

// A set of words by hash; the bits answer for most words that are not in it.
template <size_t N>
class WordSet {
 public:
  explicit WordSet(const std::array<std::string_view, N>& words) {
    std::transform(words.begin(), words.end(), hashes_.begin(), word_hash);
    std::sort(hashes_.begin(), hashes_.end());
    for (const uint64_t hash : hashes_) bits_.set(hash % kBits);
  }
  bool has(uint64_t hash) const {
    return bits_.test(hash % kBits) && std::binary_search(hashes_.begin(), hashes_.end(), hash);
  }

 private:
  static constexpr size_t kBits = 8192;
  std::array<uint64_t, N> hashes_{};
  std::bitset<kBits> bits_;
};

const WordSet<kOpeners.size()> kOpenerSet(kOpeners);
const WordSet<kWords.size()> kWordSet(kWords);
const WordSet<kSigns.size()> kSignSet(kSigns);

bool is_letter(unsigned char c) {
  return static_cast<unsigned char>((c | 0x20U) - 'a') < 26 || c >= 0x80;
}
bool is_digit(unsigned char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The next word of a window: its hash in lower case, digits as one class; a character of three
// bytes or more is a word.
struct Word {
  uint64_t hash = 0;
  unsigned char before = ' ';  // The byte in front, '\n' at the start of a paragraph.
  unsigned char after = ' ';
};

class Words {
 public:
  // Backslash escapes are read as what they stand for only where it matters: line breaks.
  explicit Words(const PromptPart& part) : text_(part.text), escaped_(part.escaped) {}

  bool next(Word& word) {
    word.before = at_ == 0 ? '\n' : ' ';
    for (; at_ < text_.size(); ++at_) {
      const unsigned char c = byte(at_);
      if (escaped_ && c == '\\' && at_ + 1 < text_.size()) {
        word.before = text_[++at_] == 'n' ? '\n' : ' ';
        continue;
      }
      if (is_letter(c) || is_digit(c)) break;
      if (c != ' ') word.before = c;
    }
    if (at_ >= text_.size()) return false;
    word.hash = kSeed;
    if (byte(at_) >= 0xE0) {
      const size_t end = std::min(at_ + (byte(at_) >= 0xF0 ? 4U : 3U), text_.size());
      for (; at_ < end; ++at_) word.hash = step(word.hash, byte(at_));
    } else {
      take(word);
    }
    word.after = at_ < text_.size() ? byte(at_) : '\n';
    if (word.after == '\\' && escaped_) word.after = '\n';
    return true;
  }
  size_t at() const { return at_; }

 private:
  unsigned char byte(size_t at) const { return static_cast<unsigned char>(text_[at]); }

  void take(Word& word) {
    bool number = true;
    for (; at_ < text_.size(); ++at_) {
      const unsigned char c = byte(at_);
      if (c >= 0xE0 || !(is_letter(c) || is_digit(c))) break;
      number = number && is_digit(c);
      word.hash = step(word.hash, c >= 'A' && c <= 'Z' ? c | 0x20U : c);
    }
    if (number) word.hash = 1;
  }

  std::string_view text_;
  bool escaped_;
  size_t at_ = 0;
};

enum class Opening : uint8_t { None, Instruction, Label };

// How a text begins; a label has one or two words in front of its colon.
Opening opening(const PromptPart& part, uint64_t& label) {
  Words words(part);
  Word word;
  bool marked = false;
  label = kSeed;
  for (int i = 0; i < 2 && words.next(word); ++i) {
    label = mix(label, word.hash);
    if (word.after == ':') return Opening::Label;
    if (i == 0) marked = kOpenerSet.has(word.hash);
    marked = marked || kSignSet.has(word.hash);
  }
  return marked ? Opening::Instruction : Opening::None;
}

bool opens(const PromptPart& part) {
  uint64_t label = 0;
  return opening(part, label) != Opening::None;
}

// First words and instruction words, up to a colon or line break behind the first eight words.
uint64_t skeleton(const PromptPart& part, size_t first_words, bool whole) {
  PromptPart head{part.text.substr(0, kHeadBytes), part.escaped};
  Words words(head);
  Word word;
  uint64_t hash = kSeed;
  std::array<uint64_t, kMarksMax> marks{};
  size_t marked = 0;
  for (size_t i = 0; marked < kMarksMax && words.next(word); ++i) {
    if (i >= 8 && !whole && (word.before == '\n' || word.before == ':')) break;
    const bool mark = kOpenerSet.has(word.hash) || kWordSet.has(word.hash);
    if (i < first_words) {
      hash = mix(hash, word.hash);
    } else if (mark &&
               std::find(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(marked),
                         word.hash) == marks.begin() + static_cast<std::ptrdiff_t>(marked)) {
      marks[marked++] = word.hash;
      hash = mix(hash, word.hash);
    }
  }
  return hash;
}

// A line, or a sentence, begins behind two bytes that share a bit: of the byte before the last, and
// of the last. Tables, because few places in a text are one and branches on letters guess badly.
constexpr uint8_t kAfterEnd = 1;      // ". "
constexpr uint8_t kBreak = 2;         // A line break.
constexpr uint8_t kEscapedBreak = 4;  // The same in JSON.
constexpr uint8_t kHanStop = 8;       // The last two bytes of the full stop U+3002.
using ByteClasses = std::array<uint8_t, 256>;
constexpr ByteClasses kBeforeLast = [] {
  ByteClasses classes{};
  classes.fill(kBreak);
  for (const char c : {'.', '?', '!', '"', ':'}) classes[static_cast<uint8_t>(c)] |= kAfterEnd;
  classes['\\'] |= kEscapedBreak;
  classes[0x80] |= kHanStop;
  return classes;
}();
constexpr ByteClasses kLast = [] {
  ByteClasses classes{};
  classes[' '] = kAfterEnd;
  classes['\n'] = kBreak;
  classes['n'] = kEscapedBreak;
  classes[0x82] = kHanStop;
  return classes;
}();

// The last line, or else one of the last three sentences, when it is an instruction: then up to the
// end of the text.
bool closing(const PromptPart& part, PromptPart& last) {
  const std::string_view text = last_bytes(part, kTailBytes).text;
  const int classes = part.escaped ? 0xFF : 0xFF & ~kEscapedBreak;
  int left = 3;
  for (size_t at = text.size() < 12 ? 0 : text.size() - 12; at > 1 && left > 0; --at) {
    const uint8_t before_last = kBeforeLast[static_cast<uint8_t>(text[at - 2])];
    if ((before_last & kLast[static_cast<uint8_t>(text[at - 1])] & classes) == 0) continue;
    last = {text.substr(at), part.escaped};
    if (opens(last)) return true;
    --left;
  }
  return false;
}

// The labels that begin lines, or 0.
uint64_t labels(const PromptPart& part) {
  const std::string_view line_break = part.escaped ? "\\n" : "\n";
  uint64_t hash = 0;
  size_t found = 0;
  for (size_t at = part.text.find(line_break); at != std::string_view::npos && found < 4;
       at = part.text.find(line_break, at)) {
    at += line_break.size();
    const std::string_view line = part.text.substr(at, 24);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line.find(' ') < colon) continue;
    hash = mix(hash + kSeed, word_hash(line.substr(0, colon)));
    ++found;
  }
  return hash;
}

struct Skeleton {
  uint64_t hash;
  KeyKind kind;
};

Skeleton user_skeleton(const PromptPart& user) {
  uint64_t label = 0;
  const Opening begins = opening(user, label);
  if (begins == Opening::Instruction) {
    return {skeleton(user, kFirstWords, false), KeyKind::Marked};
  }
  // What follows a label is a value; the other labels tell templates apart.
  if (begins == Opening::Label) return {mix(label, labels(user)), KeyKind::Marked};
  PromptPart last;
  if (closing(user, last)) return {mix(skeleton(last, kFirstWords, true), 7), KeyKind::Marked};
  if (const uint64_t found = labels(user)) return {mix(found, 11), KeyKind::Marked};
  Words words(user);
  Word word;
  uint64_t hash = kSeed;
  const bool unspaced = !user.text.empty() && static_cast<unsigned char>(user.text[0]) >= 0xE0;
  for (int i = 0; i < (unspaced ? 6 : 4) && words.next(word); ++i) hash = mix(hash, word.hash);
  return {mix(hash, 13) % kUnmarkedClasses, KeyKind::Unmarked};
}

uint64_t key_of(uint64_t group, uint64_t text) {
  return group << 32U | std::max<uint64_t>(text & 0xFFFF'FFFFU, 1);
}

}  // namespace

KeyedPrompt keyed_prompt(const Span& span) {
  const PromptParts parts = prompt_parts(span);
  KeyedPrompt prompt{0, KeyKind::None, parts.system, parts.user};
  const uint64_t system = hash_bytes(parts.system.text);
  if (!span.prompt_name.empty() || !span.template_hash.empty()) {
    const uint64_t name = span.prompt_name.empty()
                              ? hash_bytes(span.template_hash)
                              : mix(hash_bytes(span.prompt_name), hash_bytes(span.prompt_version));
    prompt.kind = KeyKind::Named;
    prompt.key = key_of(mix(name, 3), mix(system, hash_bytes(parts.user.text)));
    return prompt;
  }
  if (!parts.system.text.empty()) {
    prompt.kind = KeyKind::System;
    uint64_t group = mix(skeleton(parts.system, kFirstWords, true), 5);
    uint64_t text = system;
    prompt.user = {};
    if (parts.system.text.size() < kShortSystem && !parts.user.text.empty()) {
      const Skeleton shape = user_skeleton(parts.user);
      if (shape.kind == KeyKind::Marked) {
        group = mix(group, shape.hash);
        text = mix(system, hash_bytes(parts.user.text));
        prompt.user = parts.user;
      }
    }
    prompt.key = key_of(group, text);
    return prompt;
  }
  if (parts.user.text.empty()) return prompt;
  const Skeleton shape = user_skeleton(parts.user);
  prompt.kind = shape.kind;
  prompt.key = key_of(mix(shape.hash, 17), hash_bytes(parts.user.text));
  return prompt;
}

uint64_t template_key(const Span& span) { return keyed_prompt(span).key; }

}  // namespace sonde
