#include "templates/prompt_parts.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sonde {
namespace {

constexpr std::array<std::string_view, 5> kTextKeys = {"content", "text", "input_text", "value",
                                                       "prompt"};
constexpr std::array<std::string_view, 3> kSystemRoles = {"system", "developer", "SystemMessage"};
constexpr std::array<std::string_view, 3> kUserRoles = {"user", "human", "HumanMessage"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Walks over JSON text, string by string, and keeps role and text of each message. A message ends
// where its object does; `content` may stand before `role`.
class MessageScan {
 public:
  explicit MessageScan(std::string_view json) : json_(json) {}

  void run(PromptParts& parts) {
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (c == '"') {
        take_string();
      } else if (c == '{' || c == '[') {
        ++depth_;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth_;
        ++at_;
        if (c == '}' && depth_ < role_depth_) close(parts);
      } else {
        ++at_;
      }
    }
  }

 private:
  // The string at at_, without its quotes; moves behind it.
  std::string_view string() {
    const size_t start = ++at_;
    while (at_ < json_.size()) {
      const void* hit = std::memchr(json_.data() + at_, '"', json_.size() - at_);
      if (hit == nullptr) break;
      const auto quote = static_cast<size_t>(static_cast<const char*>(hit) - json_.data());
      size_t slashes = quote;
      while (slashes > start && json_[slashes - 1] == '\\') --slashes;
      at_ = quote + 1;
      if ((quote - slashes) % 2 == 0) return json_.substr(start, quote - start);
    }
    at_ = json_.size();
    return json_.substr(start);
  }

  void skip_space() {
    while (at_ < json_.size() && static_cast<unsigned char>(json_[at_]) <= ' ') ++at_;
  }

  void take_string() {
    const std::string_view key = string();
    skip_space();
    if (at_ >= json_.size() || json_[at_] != ':') {
      if (key_is_text_ && text_.empty()) text_ = key;
      return;
    }
    ++at_;
    skip_space();
    key_is_text_ = is_one_of(kTextKeys, key);
    if (at_ >= json_.size() || json_[at_] != '"') return;
    const std::string_view value = string();
    // "type" stands for the role in some logs, but is the type of a part in others.
    if (key == "role" || (key == "type" && role_.empty() && is_role(value))) {
      role_ = value;
      role_depth_ = depth_;
    } else if (key_is_text_ && text_.empty()) {
      text_ = value;
    }
    key_is_text_ = false;
  }

  static bool is_role(std::string_view word) {
    return is_one_of(kSystemRoles, word) || is_one_of(kUserRoles, word);
  }

  void close(PromptParts& parts) {
    if (is_one_of(kSystemRoles, role_) && parts.system.text.empty()) parts.system = {text_, true};
    if (is_one_of(kUserRoles, role_) && !text_.empty()) parts.user = {text_, true};
    role_ = {};
    text_ = {};
    role_depth_ = 0;
    key_is_text_ = false;
  }

  std::string_view json_;
  size_t at_ = 0;
  int depth_ = 0;
  int role_depth_ = 0;
  bool key_is_text_ = false;
  std::string_view role_;
  std::string_view text_;
};

// A system prompt may be text or a JSON array of parts.
PromptPart system_part(std::string_view system) {
  if (!system.starts_with("[{")) return {system, false};
  for (const std::string_view key : {"\"text\"", "\"content\""}) {
    for (size_t at = system.find(key); at != std::string_view::npos; at = system.find(key, at)) {
      at = system.find_first_not_of(" \t\r\n:", at + key.size());
      if (at == std::string_view::npos || system[at] != '"') continue;
      size_t end = at + 1;
      while (end < system.size() && system[end] != '"') end += system[end] == '\\' ? 2 : 1;
      const std::string_view text = system.substr(at + 1, std::min(end, system.size()) - at - 1);
      // {"type":"text"} holds the word as a value, followed by no colon; this one is a member.
      return {text, true};
    }
  }
  return {system, false};
}

void append_code_point(uint32_t code, std::string& to) {
  const auto put = [&](uint32_t byte) { to += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Four hex digits at `at`, or 0xFFFD.
uint32_t hex4(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return 0xFFFD;
  uint32_t code = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const auto c = static_cast<unsigned char>(text[i] | 0x20);
    if (c >= '0' && c <= '9') {
      code = code * 16 + (c - '0');
    } else if (c >= 'a' && c <= 'f') {
      code = code * 16 + (c - 'a' + 10U);
    } else {
      return 0xFFFD;
    }
  }
  return code;
}

// Reads the escape whose backslash stands at `at`; returns the bytes it takes.
size_t append_escape(std::string_view text, size_t at, std::string& to) {
  if (at + 1 >= text.size()) return 1;
  constexpr std::string_view kFrom = "nrtbf";
  constexpr std::string_view kTo = "\n\r\t\b\f";
  const char c = text[at + 1];
  if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
    to += kTo[known];
    return 2;
  }
  if (c != 'u') {
    to += c;
    return 2;
  }
  uint32_t code = hex4(text, at + 2);
  const bool high = code >= 0xD800 && code < 0xDC00;
  if (high && text.substr(std::min(at + 6, text.size())).starts_with("\\u")) {
    const uint32_t low = hex4(text, at + 8);
    if (low >= 0xDC00 && low < 0xE000) {
      append_code_point(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), to);
      return 12;
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  append_code_point(code, to);
  return 6;
}

}  // namespace

PromptParts prompt_parts(const Span& span) {
  PromptParts parts;
  const bool json = span.input_form == Form::Messages || span.input_form == Form::Json;
  if (json) MessageScan(span.input).run(parts);
  if (parts.system.text.empty() && parts.user.text.empty()) parts.user = {span.input, false};
  if (!span.system.empty()) parts.system = system_part(span.system);
  return parts;
}

void append_unescaped(const PromptPart& part, size_t bytes_max, std::string& to) {
  const std::string_view text = part.text.substr(0, bytes_max);
  size_t cut = text.size();
  // Whole characters only, so that the cut is valid UTF-8 when the text is.
  while (text.size() < part.text.size() && cut > 0 && cut + 4 > text.size() &&
         (static_cast<unsigned char>(part.text[cut]) & 0xC0) == 0x80) {
    --cut;
  }
  if (!part.escaped) {
    to.append(text, 0, cut);
    return;
  }
  for (size_t at = 0; at < cut;) {
    const size_t slash = std::min(text.find('\\', at), cut);
    to.append(text, at, slash - at);
    at = slash;
    // Where the cut falls into an escape, the escape is left out.
    if (slash < cut)
      at += slash + 12 > text.size() && text.size() < part.text.size()
                ? text.size()
                : append_escape(text, slash, to);
  }
}

PromptPart last_bytes(const PromptPart& part, size_t bytes_max) {
  if (part.text.size() <= bytes_max) return part;
  size_t at = part.text.size() - bytes_max;
  // Behind the next space, which begins neither a character nor an escape in the middle.
  const size_t space = part.text.find(' ', at);
  if (space != std::string_view::npos && space < at + bytes_max / 4) {
    at = space;
  } else {
    // A character has three such bytes at most; more of them are no UTF-8, and leaving them all out
    // would leave nothing for a second cut.
    const size_t end = std::min(at + 3, part.text.size());
    while (at < end && (static_cast<unsigned char>(part.text[at]) & 0xC0) == 0x80) ++at;
  }
  return {part.text.substr(at), part.escaped};
}

}  // namespace sonde
