#include "report/csv_text.h"

#include "report/text_width.h"

namespace sonde {
namespace {

// Spreadsheets run what starts so; the apostrophe makes it text. See report.h.
constexpr std::string_view kFormulaStarts = "=+-@\t\r";

}  // namespace

std::string csv_text(std::string_view value) {
  std::string text = repair_utf8(value);
  if (!text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos) {
    text.insert(0, "'");
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace sonde
