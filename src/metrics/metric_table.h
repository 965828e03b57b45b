// The one table of metrics: what each figure is called, its unit, how it is computed and what it
// leaves out. --help, JSON output, report footers and the documentation print from it.
#pragma once

#include <span>
#include <string_view>

namespace sonde {

struct Metric {
  std::string_view name;      // JSON key.
  std::string_view title;     // Column heading.
  std::string_view unit;      // "", "share", "ms", "tokens", "currency".
  std::string_view formula;   // One sentence.
  std::string_view excludes;  // What is left out; empty when nothing is.
};

std::span<const Metric> metrics();

}  // namespace sonde
