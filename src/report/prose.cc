#include "report/prose.h"

#include <algorithm>

#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kWidthMin = 40;
constexpr size_t kProseWidthMax = 110;  // Longer lines of prose are hard to read.
constexpr size_t kLinesMax = 100;       // Of one paragraph.

}  // namespace

Prose::Prose(const RenderOptions& options)
    : width_(std::max<size_t>(options.width, kWidthMin)),
      prose_width_(std::min(width_, kProseWidthMax)),
      color_(options.color) {}

void Prose::heading(std::string_view text) {
  out_ += "\n";
  paragraph("", text, Tone::Strong);
}

void Prose::paragraph(std::string_view lead, std::string_view text, Tone tone) {
  const size_t indent = display_width(lead);
  const auto lines = wrap_width(sanitize_line(text), prose_width_ - indent, kLinesMax);
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string start = i == 0 ? std::string(lead) : std::string(indent, ' ');
    out_ += toned(start + lines[i], tone, color_) + "\n";
  }
}

void Prose::facts(const std::vector<Fact>& facts, Tone tone) {
  size_t label_width = 0;
  for (const Fact& fact : facts) label_width = std::max(label_width, display_width(fact.label));
  for (const Fact& fact : facts) {
    std::string lead = fact.label + std::string(label_width - display_width(fact.label) + 2, ' ');
    for (const std::string& line : fact.lines) {
      paragraph(lead, line, tone);
      lead.assign(label_width + 2, ' ');
    }
  }
}

void Prose::line(std::string_view lead, std::string_view text, Tone tone) {
  const std::string shown =
      fit_width(sanitize_line(text), std::max<size_t>(width_ - display_width(lead), 8));
  out_ += toned(std::string(lead) + shown, tone, color_) + "\n";
}

}  // namespace sonde
