// Headings, wrapped paragraphs and lists of facts on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"
#include "report/report.h"
#include "report/table_layout.h"

namespace sonde {

// Not thread-safe.
class Prose {
 public:
  explicit Prose(const RenderOptions& options);

  size_t width() const { return width_; }  // Columns that a table may take.
  bool color() const { return color_; }

  void heading(std::string_view text);
  // Wrapped, later lines indented by the width of `lead`. The text is neutralised, `lead` must be.
  void paragraph(std::string_view lead, std::string_view text, Tone tone = Tone::Plain);
  void facts(const std::vector<Fact>& facts, Tone tone = Tone::Plain);
  // One line, cut at the width and neutralised.
  void line(std::string_view lead, std::string_view text, Tone tone);
  void append(std::string_view ready) { out_ += ready; }

  std::string take() { return std::move(out_); }

 private:
  size_t width_;
  size_t prose_width_;
  bool color_;
  std::string out_;
};

}  // namespace sonde
