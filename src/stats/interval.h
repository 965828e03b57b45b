// The one shape of every interval in the program.
#pragma once

#include <string_view>

namespace sonde {

// Confidence that the intervals of the reports have.
inline constexpr double kConfidence = 0.95;

// Closed interval in the unit of the figure it belongs to. A limit that the data cannot support
// is -infinity or +infinity.
struct Interval {
  double low;
  double high;
  std::string_view method;  // Static text, such as "wilson": printed beside the limits.
};

}  // namespace sonde
