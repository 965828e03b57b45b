#include "stats/multiplicity.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"

namespace sonde {

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  for (const double p : p_values) CHECK(p >= 0 && p <= 1);
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  const auto count = static_cast<double>(p_values.size());
  double least = 1;
  for (size_t rank = order.size(); rank > 0; --rank) {
    const size_t index = order[rank - 1];
    least = std::min(least, p_values[index] * count / static_cast<double>(rank));
    adjusted[index] = least;
  }
  return adjusted;
}

}  // namespace sonde
