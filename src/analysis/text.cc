#include "analysis/text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sonde {
namespace {

constexpr auto npos = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_ignoring_case(std::string_view text, std::string_view needle) {
  return text.size() >= needle.size() &&
         std::equal(needle.begin(), needle.end(), text.begin(),
                    [](char want, char got) { return want == lower(got); });
}

size_t find_byte(std::string_view text, char byte, size_t from) {
  if (from >= text.size()) return npos;
  const void* found = std::memchr(text.data() + from, byte, text.size() - from);
  return found == nullptr ? npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

size_t find_from(std::string_view text, std::string_view needle, char first, size_t from) {
  for (size_t at = find_byte(text, first, from); at != npos; at = find_byte(text, first, at + 1)) {
    if (starts_ignoring_case(text.substr(at), needle)) return at;
  }
  return npos;
}

void put_code_point(std::string& text, uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_letter(uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  if (c >= 0x2000 && c <= 0x2BFF) return false;  // Punctuation, arrows, symbols.
  if (c >= 0x3000 && c <= 0x3004) return false;  // CJK stops.
  if (c >= 0x3008 && c <= 0x3020) return false;  // CJK brackets.
  if (c >= 0xFF00 && c <= 0xFF0F) return false;  // Full-width punctuation.
  if (c >= 0xFF1A && c <= 0xFF20) return false;
  return c < 0x1F000;  // Emoji stand above.
}

// Opening and closing marks. The straight apostrophe is left out: it is a letter in many words.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kQuotes = {{
    {"```", "```"},
    {"`", "`"},
    {"\"", "\""},
    {"\xE2\x80\x9C", "\xE2\x80\x9D"},  // English.
    {"\xE2\x80\x9E", "\xE2\x80\x9C"},  // German.
    {"\xC2\xAB", "\xC2\xBB"},          // French.
    {"\xE3\x80\x8C", "\xE3\x80\x8D"},  // Japanese.
    {"\xE3\x80\x8A", "\xE3\x80\x8B"},  // Chinese titles.
    {"<<", ">>"},
}};

// The bytes that kQuotes start with.
constexpr std::string_view kQuoteStarts = "`\"<\xE2\xC2\xE3";

bool ends_sentence(std::string_view text, size_t at, size_t next, uint32_t c) {
  if (c == '\n' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F) return true;
  if (c != '.' && c != '!' && c != '?') return false;
  if (next < text.size() && text[next] != ' ' && text[next] != '\n') return false;
  // "e.g. this" and "No. 5" do not end.
  return !(c == '.' && at >= 2 && text[at - 2] == '.');
}

}  // namespace

size_t find_ignoring_case(std::string_view text, std::string_view needle, size_t from) {
  const char first = needle.front();
  const size_t small = find_from(text, needle, first, from);
  if (first < 'a' || first > 'z') return small;
  const size_t end = small == npos ? text.size() : std::min(text.size(), small + needle.size());
  const size_t capital =
      find_from(text.substr(0, end), needle, static_cast<char>(first - 'a' + 'A'), from);
  return std::min(small, capital);
}

std::string to_lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const uint32_t c = next_code_point(text, at);
    if (c < 0x80) {
      result += lower(text[start]);
    } else if (c >= 0xC0 && c <= 0xDE && c != 0xD7) {
      put_code_point(result, c + 0x20);
    } else if (c >= 0x410 && c <= 0x42F) {
      put_code_point(result, c + 0x20);
    } else {
      result += text.substr(start, at - start);
    }
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n\f\v");
  if (start == npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r\n\f\v") - start + 1);
}

uint32_t next_code_point(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const size_t length = first < 0xC2   ? 1
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 1;
  if (length == 1 || at + length > text.size()) {
    ++at;
    return first;
  }
  uint32_t c = first & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) {
      ++at;
      return first;
    }
    c = (c << 6) | (byte(at + i) & 0x3FU);
  }
  at += length;
  return c;
}

bool is_unspaced(uint32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) ||
         (c >= 0x0E00 && c <= 0x0E7F);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  size_t start = npos;
  size_t end = 0;
  const auto close = [&] {
    if (start != npos) found.push_back(text.substr(start, end - start));
    start = npos;
  };
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    const uint32_t c = next_code_point(text, at);
    if (is_unspaced(c)) {
      close();
      found.push_back(text.substr(here, at - here));
    } else if (is_letter(c)) {
      if (start == npos) start = here;
      end = at;
    } else if (start != npos && end == here && (c == '\'' || c == 0x2019 || c == '-' || c == '_')) {
      continue;  // Inside a word when a letter follows; `end` stays before it otherwise.
    } else {
      close();
    }
  }
  close();
  return found;
}

std::vector<std::string_view> sentences(std::string_view text) {
  std::vector<std::string_view> found;
  size_t start = 0;
  const auto close = [&](size_t end) {
    const std::string_view sentence = trimmed(text.substr(start, end - start));
    if (!sentence.empty()) found.push_back(sentence);
    start = end;
  };
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    const uint32_t c = next_code_point(text, at);
    if (ends_sentence(text, here, at, c)) close(at);
  }
  close(text.size());
  return found;
}

std::string excerpt(std::string_view text, size_t bytes_max) {
  text = trimmed(text);
  std::string line;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const uint32_t c = next_code_point(text, at);
    if (line.size() + (at - start) + 3 > bytes_max && at < text.size()) return line + "...";
    if (c < 0x20 || c == 0x7F) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else if (c >= 0x80 && at - start == 1) {
      line += "\xEF\xBF\xBD";
    } else {
      line += text.substr(start, at - start);
    }
  }
  return line;
}

std::string without_quotes(std::string_view text) {
  std::string own;
  own.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t mark = std::min(text.find_first_of(kQuoteStarts, at), text.size());
    own += text.substr(at, mark - at);
    at = mark;
    if (at == text.size()) break;
    const auto quote = std::find_if(kQuotes.begin(), kQuotes.end(), [&](const auto& marks) {
      return text.substr(at).starts_with(marks.first);
    });
    const size_t close =
        quote == kQuotes.end() ? npos : text.find(quote->second, at + quote->first.size());
    if (close == npos) {
      own += text[at++];
      continue;
    }
    own += ' ';
    at = close + quote->second.size();
  }
  return own;
}

uint64_t estimated_tokens(std::string_view text) {
  uint64_t unspaced = 0;
  uint64_t bytes = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    if (is_unspaced(next_code_point(text, at))) {
      ++unspaced;
    } else {
      bytes += at - start;
    }
  }
  return unspaced + (bytes + 3) / 4;
}

}  // namespace sonde
