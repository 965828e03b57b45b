#include "analysis/association/contrast.h"

#include <algorithm>

#include "stats/cluster.h"
#include "stats/shown.h"
#include "stats/stratified.h"

namespace sonde {
namespace {

constexpr int64_t kBlock = int64_t{10} * 60 * 1'000'000;  // Ten minutes.
constexpr size_t kClustersMin = 10;
constexpr double kMeansMin = 10;

struct Residual {
  uint32_t group;
  uint64_t cluster;
  double value;
};

// What one cluster of one group holds.
struct Part {
  uint32_t group;
  double n;
  double sum;
};

std::vector<Part> parts_of(std::vector<Residual>& residuals, bool by_group) {
  const auto key = [by_group](const Residual& r) {
    return std::pair(by_group ? r.group : 0, r.cluster);
  };
  std::ranges::sort(residuals, {}, key);
  std::vector<Part> parts;
  for (size_t i = 0; i < residuals.size(); ++i) {
    if (i == 0 || key(residuals[i]) != key(residuals[i - 1])) {
      parts.push_back({by_group ? residuals[i].group : 0, 0, 0});
    }
    parts.back().n += 1;
    parts.back().sum += residuals[i].value;
  }
  return parts;
}

// The ANOVA estimator of the intraclass correlation, 0 to 1. Source: Donner (1986), as above.
double correlation(const std::vector<Part>& clusters, double n, double squares) {
  const auto k = static_cast<double>(clusters.size());
  if (k < kClustersMin || n <= k) return 0;
  double between = 0;
  double sizes = 0;
  for (const Part& c : clusters) {
    between += c.sum * c.sum / c.n;
    sizes += c.n * c.n;
  }
  const double mean_between = between / (k - 1);
  const double mean_within = std::max(0.0, squares - between) / (n - k);
  const double size = (n - sizes / n) / (k - 1);
  const double all = mean_between + (size - 1) * mean_within;
  return all > 0 ? std::clamp((mean_between - mean_within) / all, 0.0, 1.0) : 0;
}

uint64_t block_of(const Call& call) {
  return call.start_time ? static_cast<uint64_t>(*call.start_time / kBlock) + 1 : 0;
}
uint64_t session_of(const Call& call, Contrasts::Clusters clusters) {
  if (call.session != 0 || clusters == Contrasts::Clusters::NotUsers) return call.session;
  return call.user;
}

// The design effect of each group by one kind of cluster; all 1 where some calls have none.
class Effects {
 public:
  Effects(std::vector<Residual> residuals, size_t groups) : effects_(groups, 1.0) {
    double squares = 0;
    for (const Residual& r : residuals) {
      if (r.cluster == 0) return;  // Calls without a cluster would pass for independent ones.
      squares += r.value * r.value;
    }
    const std::vector<Part> clusters = parts_of(residuals, false);
    const double n = static_cast<double>(residuals.size());
    rho_ = correlation(clusters, n, squares);
    all_ = effect(clusters, n, squares);
    std::vector<double> squares_of(groups, 0.0);
    for (const Residual& r : residuals) squares_of[r.group] += r.value * r.value;
    const std::vector<Part> parts = parts_of(residuals, true);
    for (auto first = parts.begin(); first != parts.end();) {
      const auto last =
          std::find_if(first, parts.end(), [&](const Part& p) { return p.group != first->group; });
      const std::vector<Part> own(first, last);
      double size = 0;
      for (const Part& p : own) size += p.n;
      effects_[first->group] = effect(own, size, squares_of[first->group]);
      first = last;
    }
  }
  double of(size_t group) const { return effects_[group]; }
  double all() const { return all_; }

 private:
  double effect(const std::vector<Part>& clusters, double n, double squares) const {
    double sizes = 0;
    std::vector<ClusterSum> sums;
    for (const Part& c : clusters) {
      sizes += c.n * c.n;
      sums.push_back({c.n, c.sum});
    }
    const double expected = 1 + std::max(0.0, sizes / n - 1) * rho_;
    if (clusters.size() < kClustersMin) return expected;
    const double worth = design_effect_of_mean(sums, squares).n_effective;
    return std::max(expected, n / std::max(worth, 1e-9));
  }

  double rho_ = 0;
  double all_ = 1;
  std::vector<double> effects_;
};

}  // namespace

Contrasts::Contrasts(const CallTable& table, const std::vector<CallValue>& values, Kind kind,
                     Clusters clusters)
    : table_(table), kind_(kind) {
  fill_cells(values);
  fill_effects(values, clusters);
}

void Contrasts::fill_cells(const std::vector<CallValue>& values) {
  std::vector<CallValue> sorted = values;
  std::ranges::sort(sorted, {}, [](const CallValue& o) { return std::pair(o.group, o.stratum); });
  for (const CallValue& o : sorted) {
    if (o.group >= groups_.size()) groups_.resize(o.group + 1);
    Group& group = groups_[o.group];
    if (group.cells.empty() || group.cells.back().stratum != o.stratum) {
      group.cells.push_back({o.stratum});
    }
    Cell& cell = group.cells.back();
    cell.n += 1;
    cell.sum += o.value;
    cell.squares += o.value * o.value;
    ++group.calls;
    group.sum += o.value;
  }
  for (const Group& group : groups_) {
    all_.calls += group.calls;
    all_.sum += group.sum;
    all_.cells.insert(all_.cells.end(), group.cells.begin(), group.cells.end());
  }
  std::ranges::sort(all_.cells, {}, &Cell::stratum);
  std::vector<Cell> merged;
  for (const Cell& cell : all_.cells) {
    if (merged.empty() || merged.back().stratum != cell.stratum) {
      merged.push_back(cell);
      continue;
    }
    merged.back().n += cell.n;
    merged.back().sum += cell.sum;
    merged.back().squares += cell.squares;
  }
  all_.cells = std::move(merged);
}

void Contrasts::fill_effects(const std::vector<CallValue>& values, Clusters clusters) {
  std::vector<Residual> by_session;
  std::vector<Residual> by_block;
  by_session.reserve(values.size());
  by_block.reserve(values.size());
  for (const CallValue& o : values) {
    const auto cell = std::ranges::lower_bound(all_.cells, o.stratum, {}, &Cell::stratum);
    const double residual = o.value - cell->sum / cell->n;
    const Call& call = table_.calls[o.call];
    by_session.push_back({o.group, session_of(call, clusters), residual});
    if (clusters != Clusters::NotBlocks) by_block.push_back({o.group, block_of(call), residual});
  }
  const Effects sessions(std::move(by_session), groups_.size());
  const Effects blocks(std::move(by_block), groups_.size());
  for (size_t i = 0; i < groups_.size(); ++i) {
    groups_[i].effect = std::max(sessions.of(i), blocks.of(i));
  }
  all_.effect = std::max(sessions.all(), blocks.all());
}

double Contrasts::value(uint32_t group) const {
  const Group& g = groups_[group];
  return g.calls == 0 ? 0 : g.sum / static_cast<double>(g.calls);
}

Contrast Contrasts::between(uint32_t variant, uint32_t baseline) const {
  return contrast(groups_[variant], groups_[baseline]);
}

Contrast Contrasts::against_rest(uint32_t number) const {
  const Group& group = groups_[number];
  Group rest;
  rest.calls = all_.calls - group.calls;
  rest.sum = all_.sum - group.sum;
  rest.effect = all_.effect;
  // Only strata that the group has are compared.
  for (const Cell& cell : group.cells) {
    const Cell& all = *std::ranges::lower_bound(all_.cells, cell.stratum, {}, &Cell::stratum);
    if (all.n - cell.n < 0.5) continue;
    rest.cells.push_back(
        {cell.stratum, all.n - cell.n, all.sum - cell.sum, all.squares - cell.squares});
  }
  return contrast(group, rest);
}

// What both did; strata in which either has fewer than kCellMin calls are taken together, since
// their limits would be those of nothing known.
std::vector<std::pair<Contrasts::Cell, Contrasts::Cell>> Contrasts::shared_cells(
    const std::vector<Cell>& one, const std::vector<Cell>& two) {
  constexpr double kCellMin = 5;
  std::vector<std::pair<Cell, Cell>> shared;
  Cell small_one{0};
  Cell small_two{0};
  const auto add = [](Cell& to, const Cell& cell) {
    to.n += cell.n;
    to.sum += cell.sum;
    to.squares += cell.squares;
  };
  for (const Cell& mine : one) {
    const auto other = std::ranges::lower_bound(two, mine.stratum, {}, &Cell::stratum);
    if (other == two.end() || other->stratum != mine.stratum) continue;
    if (std::min(mine.n, other->n) >= kCellMin) {
      shared.emplace_back(mine, *other);
    } else {
      add(small_one, mine);
      add(small_two, *other);
    }
  }
  if (small_one.n > 0) shared.emplace_back(small_one, small_two);
  return shared;
}

Contrast Contrasts::contrast(const Group& variant, const Group& baseline) const {
  Contrast result;
  result.variant_calls = variant.calls;
  result.baseline_calls = baseline.calls;
  result.design_effect = variant.effect;
  result.baseline_effect = baseline.effect;
  if (variant.calls == 0 || baseline.calls == 0) return result;
  result.variant_value = variant.sum / static_cast<double>(variant.calls);
  result.baseline_value = baseline.sum / static_cast<double>(baseline.calls);
  std::vector<RateStratum> rates;
  std::vector<MeanStratum> means;
  double n_variant = 0;
  double n_baseline = 0;
  for (const auto& [mine, other] : shared_cells(variant.cells, baseline.cells)) {
    const double n1 = mine.n / variant.effect;
    const double n2 = other.n / baseline.effect;
    n_variant += n1;
    n_baseline += n2;
    const auto rate = [](const Cell& c) { return std::clamp(c.sum / c.n, 0.0, 1.0); };
    const auto squares = [](const Cell& c) {
      return std::max(0.0, c.squares - c.sum * c.sum / c.n);
    };
    if (kind_ == Kind::Rate) {
      rates.push_back({rate(mine), n1, rate(other), n2});
    } else {
      means.push_back(
          {mine.n, mine.sum / mine.n, squares(mine), other.n, other.sum / other.n, squares(other)});
    }
  }
  const bool clustered = variant.effect > 1 || baseline.effect > 1;
  const StratifiedDifference difference =
      kind_ == Kind::Rate
          ? stratified_rate_difference(rates, clustered ? "newcombe-cluster" : "newcombe")
          : stratified_mean_difference(means, variant.effect, baseline.effect);
  result.difference = difference.estimate;
  result.interval = difference.interval;
  result.p_value = difference.p_value;
  result.test = difference.test;
  result.strata = std::max(rates.size(), means.size());
  result.enough = kind_ == Kind::Rate
                      ? enough_for_rate_difference(result.variant_value, n_variant,
                                                   result.baseline_value, n_baseline)
                      : std::min(n_variant, n_baseline) >= kMeansMin;
  return result;
}

}  // namespace sonde
