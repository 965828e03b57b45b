#include "dump/quote.h"

#include <algorithm>

#include "base/utf8.h"

namespace sonde::dump {
namespace {

constexpr size_t kTextBytesMax = 1024;

std::string in_quotes(std::string_view text, std::string_view quote_inside) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += quote_inside;
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

Result<> check_text(std::string_view what, std::string_view text) {
  if (text.empty()) return fail(Code::InvalidInput, "{} is empty", what);
  if (text.size() > kTextBytesMax) {
    return fail(Code::InvalidInput, "{} is {} bytes long, limit is {}", what, text.size(),
                kTextBytesMax);
  }
  // The controls above ASCII are two bytes in UTF-8: C2 80 to C2 9F.
  bool has_control = std::any_of(text.begin(), text.end(), is_control);
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    has_control |= text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0;
  }
  if (has_control) return fail(Code::InvalidInput, "{} has a control character", what);
  if (!is_valid_utf8(text)) return fail(Code::InvalidInput, "{} is not UTF-8", what);
  return {};
}

std::string shell_word(std::string_view text) { return in_quotes(text, R"('\'')"); }

std::string sql_value(Engine engine, std::string_view text) {
  if (engine == Engine::Postgres) return in_quotes(text, "''");
  std::string hex;
  for (const char c : text) hex += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return "_utf8mb4 X'" + hex + "'";
}

}  // namespace sonde::dump
