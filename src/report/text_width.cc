#include "report/text_width.h"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <algorithm>
#include <cstdint>
#include <cwchar>

namespace sonde {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kEllipsis = "…";
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;

struct Decoded {
  char32_t character;
  size_t bytes;
  bool valid;
};

Decoded decode(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  unsigned character = 0;
  if (!rapidjson::UTF8<>::Decode(stream, &character)) return {0xFFFD, 1, false};
  return {character, stream.Tell(), true};
}

struct Range {
  char32_t first;
  char32_t last;
};

template <size_t kSize>
bool contains(const Range (&ranges)[kSize], char32_t character) {
  return std::any_of(std::begin(ranges), std::end(ranges), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// Invisible characters that reorder, hide or split what is around them.
constexpr Range kDropped[] = {
    {0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F},
    {0x202A, 0x202E}, {0x2060, 0x2064}, {0x2066, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
};
constexpr Range kSpaces[] = {{'\t', '\r'}, {0x0085, 0x0085}, {0x2028, 0x2029}};
constexpr Range kFlagLetters[] = {{0x1F1E6, 0x1F1FF}};
constexpr Range kSkinTones[] = {{0x1F3FB, 0x1F3FF}};
constexpr Range kTags[] = {{0xE0020, 0xE007F}};
// What a joiner may join into one glyph.
constexpr Range kPictures[] = {{0x2190, 0x2BFF}, {0x1F000, 0x1FAFF}};
// Newer than the C library's tables, which then say nothing about them.
constexpr Range kWide[] = {{0x1F000, 0x1FAFF}, {0x20000, 0x3FFFD}};

size_t character_width(char32_t character) {
  const int width = wcwidth(static_cast<wchar_t>(character));
  if (width >= 0) return static_cast<size_t>(width);
  return contains(kWide, character) ? 2 : 1;
}

bool extends_glyph(char32_t character) {
  return character == kEmojiStyle || contains(kSkinTones, character) ||
         contains(kTags, character) || character_width(character) == 0;
}

// What a terminal draws as one.
struct Glyph {
  size_t bytes;
  size_t width;
};

// Contract: text is not empty.
Glyph next_glyph(std::string_view text) {
  const Decoded base = decode(text);
  Glyph glyph{base.bytes, character_width(base.character)};
  bool joins = false;
  bool flag_open = contains(kFlagLetters, base.character);
  while (glyph.bytes < text.size()) {
    const Decoded next = decode(text.substr(glyph.bytes));
    if (flag_open && contains(kFlagLetters, next.character)) {
      glyph.width = 2;
    } else if (joins && contains(kPictures, next.character)) {
      glyph.width = 2;
    } else if (!extends_glyph(next.character)) {
      break;
    }
    if (next.character == kEmojiStyle) glyph.width = std::max<size_t>(glyph.width, 2);
    flag_open = false;
    joins = next.character == kJoiner;
    glyph.bytes += next.bytes;
  }
  return glyph;
}

void append_visible_control(std::string& out, char32_t control) {
  if (control >= 0x80) {
    out += kReplacement;
    return;
  }
  // U+2400 and on: symbols for the 32 control characters; U+2421 for delete.
  const unsigned symbol = control == 0x7F ? 0x21 : static_cast<unsigned>(control);
  out += "\xE2\x90";
  out += static_cast<char>(0x80 + symbol);
}

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F);
}

// Bytes of `text` that fit into `width` columns.
size_t bytes_within(std::string_view text, size_t width) {
  size_t bytes = 0;
  size_t used = 0;
  while (bytes < text.size()) {
    const Glyph glyph = next_glyph(text.substr(bytes));
    if (used + glyph.width > width) break;
    used += glyph.width;
    bytes += glyph.bytes;
  }
  return bytes;
}

std::string_view without_leading_spaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

}  // namespace

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    out += next.valid ? text.substr(0, next.bytes) : kReplacement;
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::string sanitize_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (!next.valid) {
      out += kReplacement;
    } else if (contains(kSpaces, next.character)) {
      out += ' ';
    } else if (is_control(next.character)) {
      append_visible_control(out, next.character);
    } else if (!contains(kDropped, next.character)) {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Glyph glyph = next_glyph(text);
    width += glyph.width;
    text.remove_prefix(glyph.bytes);
  }
  return width;
}

std::string fit_width(std::string_view text, size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string_view kept = text.substr(0, bytes_within(text, width - 1));
  while (kept.ends_with(' ')) kept.remove_suffix(1);
  return std::string(kept).append(kEllipsis);
}

std::vector<std::string> wrap_width(std::string_view text, size_t width, size_t lines_max) {
  std::vector<std::string> lines;
  std::string_view rest = without_leading_spaces(text);
  while (lines.size() + 1 < lines_max && display_width(rest) > width) {
    size_t bytes = bytes_within(rest, width);
    if (bytes == 0) break;  // Not even one glyph fits.
    if (bytes < rest.size() && rest[bytes] != ' ') {
      const size_t space = rest.substr(0, bytes).rfind(' ');
      if (space != std::string_view::npos && space > 0) bytes = space;
    }
    std::string_view line = rest.substr(0, bytes);
    while (line.ends_with(' ')) line.remove_suffix(1);
    lines.emplace_back(line);
    rest = without_leading_spaces(rest.substr(bytes));
  }
  if (!rest.empty() || lines.empty()) lines.push_back(fit_width(rest, width));
  return lines;
}

}  // namespace sonde
