#include "stats/kitagawa.h"

#include "base/result.h"

namespace sonde {
namespace {

struct Population {
  double n = 0;
  double sum = 0;
  double mean() const { return sum / n; }
};

}  // namespace

Kitagawa kitagawa(std::span<const KitagawaGroup> groups) {
  Population first;
  Population second;
  for (const KitagawaGroup& group : groups) {
    CHECK(group.n1 >= 0 && group.n2 >= 0);
    if (group.n1 > 0) first.sum += group.n1 * group.value1;
    if (group.n2 > 0) second.sum += group.n2 * group.value2;
    first.n += group.n1;
    second.n += group.n2;
  }
  Kitagawa result{0, 0, 0, std::vector<KitagawaPart>(groups.size(), KitagawaPart{0, 0})};
  if (first.n <= 0 || second.n <= 0) return result;
  const double middle = (first.mean() + second.mean()) / 2;
  for (size_t i = 0; i < groups.size(); ++i) {
    const KitagawaGroup& group = groups[i];
    if (group.n1 <= 0 && group.n2 <= 0) continue;
    const double value1 = group.n1 > 0 ? group.value1 : group.value2;
    const double value2 = group.n2 > 0 ? group.value2 : group.value1;
    const double share1 = group.n1 / first.n;
    const double share2 = group.n2 / second.n;
    result.parts[i] = {(share1 - share2) * ((value1 + value2) / 2 - middle),
                       (value1 - value2) * (share1 + share2) / 2};
    result.mix += result.parts[i].mix;
    result.rate += result.parts[i].rate;
  }
  result.total = result.mix + result.rate;
  return result;
}

}  // namespace sonde
