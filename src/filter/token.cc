#include "filter/token.h"

#include <strings.h>

#include <algorithm>

namespace sonde {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kAttributePrefix = "attributes.";
constexpr size_t kExcerptBytes = 60;

// Longer symbols first, so that <= is not read as <.
constexpr std::string_view kSymbols[] = {"!=", "!~", "<=", ">=", "=", "<", ">",
                                         "~",  "(",  ")",  ",",  "+", "-"};

// What people type out of habit, and how it is written here.
struct Habit {
  std::string_view symbol;
  std::string_view instead;
};
constexpr Habit kHabits[] = {
    {"==", "="}, {"=~", "~"}, {"<>", "!="}, {"&&", "and"}, {"||", "or"}, {"!", "not"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes above 127 belong to letters of other scripts.
bool starts_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         c == '/' || c == '@' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) { return starts_word(c) || c == '-' || c == ':'; }
bool continues_number(char c) { return continues_word(c) || c == '+' || c == '%'; }

bool is_continuation_byte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t characters(std::string_view text) {
  return text.size() -
         static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continuation_byte));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
      if (at_ == text_.size()) break;
      TRY(next());
    }
    tokens_.push_back({Token::Kind::End, "", text_.size()});
    return std::move(tokens_);
  }

 private:
  Result<> next() {
    const size_t begin = at_;
    if (text_[at_] == '\'' || text_[at_] == '"') {
      std::string text = TRY(quoted());
      tokens_.push_back({Token::Kind::Text, std::move(text), begin});
      return {};
    }
    if (starts_word(text_[at_]) || starts_negative_number()) return word();
    return symbol();
  }

  // After `now`, a minus sign subtracts.
  bool starts_negative_number() const {
    if (text_[at_] != '-' || at_ + 1 >= text_.size()) return false;
    if (!is_digit(text_[at_ + 1]) && text_[at_ + 1] != '.') return false;
    return tokens_.empty() || !tokens_.back().is_keyword("now");
  }

  Result<> word() {
    const size_t begin = at_;
    const bool number = is_digit(text_[at_]) || text_[at_] == '-';
    ++at_;
    while (at_ < text_.size() &&
           (number ? continues_number(text_[at_]) : continues_word(text_[at_]))) {
      if (at_ - begin == 3 && ends_now(begin)) break;
      ++at_;
    }
    std::string text(text_.substr(begin, at_ - begin));
    if (text == kAttributePrefix && at_ < text_.size() &&
        (text_[at_] == '\'' || text_[at_] == '"')) {
      text += TRY(quoted());
    }
    tokens_.push_back({Token::Kind::Word, std::move(text), begin});
    return {};
  }

  // "now-24h" is three tokens, "now-playing" is one.
  bool ends_now(size_t begin) const {
    if (strncasecmp(text_.data() + begin, "now", 3) != 0 || text_[at_] != '-') return false;
    return at_ + 1 < text_.size() && (is_digit(text_[at_ + 1]) || text_[at_ + 1] == ' ');
  }

  // A backslash escapes quotes, itself, n and t; before anything else it stands for itself, so
  // that patterns such as '\d+' need no doubling.
  Result<std::string> quoted() {
    const size_t begin = at_;
    const char mark = text_[at_++];
    std::string value;
    for (; at_ < text_.size() && text_[at_] != mark; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char escaped = text_[at_ + 1];
        constexpr std::string_view kEscaped = "\\'\"nt";
        constexpr std::string_view kMeaning = "\\'\"\n\t";
        if (const size_t found = kEscaped.find(escaped); found != std::string_view::npos) {
          value += kMeaning[found];
          ++at_;
          continue;
        }
      }
      value += text_[at_];
    }
    if (at_ == text_.size()) {
      return fail(Code::InvalidInput, "{}",
                  point_at(text_, begin, "the text that starts here has no closing quote"));
    }
    ++at_;
    return value;
  }

  Result<> symbol() {
    const std::string_view rest = text_.substr(at_);
    const bool known = rest.starts_with("!=") || rest.starts_with("!~");
    for (const Habit& habit : kHabits) {
      if (known || !rest.starts_with(habit.symbol)) continue;
      return fail(Code::InvalidInput, "{}",
                  point_at(text_, at_,
                           fmt::format("'{}' is written {} here", habit.symbol, habit.instead)));
    }
    for (const std::string_view candidate : kSymbols) {
      if (!rest.starts_with(candidate)) continue;
      tokens_.push_back({Token::Kind::Symbol, std::string(candidate), at_});
      at_ += candidate.size();
      return {};
    }
    const bool visible = rest[0] > ' ' && rest[0] < 0x7F;
    return fail(Code::InvalidInput, "{}",
                point_at(text_, at_,
                         visible ? fmt::format("unexpected '{}'; texts with such characters are "
                                               "written in quotes",
                                               rest[0])
                                 : fmt::format("unexpected control character 0x{:02x}",
                                               static_cast<unsigned char>(rest[0]))));
  }

  std::string_view text_;  // The caller's; outlives the lexer.
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool Token::is_keyword(std::string_view keyword) const {
  return kind == Kind::Word && text.size() == keyword.size() &&
         strncasecmp(text.data(), keyword.data(), keyword.size()) == 0;
}

Result<std::vector<Token>> tokenize(std::string_view text) { return Lexer(text).run(); }

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), continues_word);
}

std::string quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

size_t column_at(std::string_view expression, size_t at) {
  return characters(expression.substr(0, at)) + 1;
}

std::string point_at(std::string_view expression, size_t at, std::string_view message) {
  size_t begin = at > kExcerptBytes / 2 ? at - kExcerptBytes / 2 : 0;
  while (begin > 0 && is_continuation_byte(expression[begin])) --begin;
  size_t end = std::min(expression.size(), begin + kExcerptBytes);
  while (end < expression.size() && is_continuation_byte(expression[end])) ++end;

  std::string line(expression.substr(begin, end - begin));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  const std::string_view lead = begin > 0 ? "..." : "";
  const size_t indent = lead.size() + characters(expression.substr(begin, at - begin));
  return fmt::format("column {}: {}\n  {}{}{}\n  {:>{}}", column_at(expression, at), message, lead,
                     line, end < expression.size() ? "..." : "", '^', indent + 1);
}

}  // namespace sonde
