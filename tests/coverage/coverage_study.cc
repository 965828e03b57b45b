// How often the intervals of the program hold the truth, by simulation; prints docs/coverage.md.
//
//   coverage_study            the whole study, minutes
//   coverage_study --quick    few cells and samples; exit 1 where a shown interval fails
//
// Seeds are fixed: every run prints the same.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coverage/simulation.h"
#include "stats/bootstrap.h"
#include "stats/difference.h"
#include "stats/multiplicity.h"
#include "stats/proportion.h"
#include "stats/quantile.h"
#include "stats/rank_sum.h"
#include "stats/shown.h"

namespace sonde {
namespace {

constexpr double kCoverageMin = 0.93;
constexpr double kFalsePositivesMax = 0.06;
constexpr double kShownMin = 0.01;  // Cells with fewer shown samples are "too few".
constexpr size_t kMoreSamples = 5;  // Times as many where an estimate is below the limit.
constexpr double kErrors = 3;  // Standard errors that chance is granted in each of the many cells.

struct Study {
  std::vector<size_t> sizes;
  std::vector<double> rates;
  size_t samples;
  uint64_t failures = 0;
  // The cost of a cell is bounded: large samples are fewer.
  size_t samples_of(size_t n) const {
    constexpr size_t kRecordsMax = 12'000'000;
    return std::min(samples, std::max<size_t>(500, kRecordsMax / n));
  }
  uint64_t below = 0;     // Cells of intervals whose estimate is below kCoverageMin,
  uint64_t measured = 0;  // of so many.
};

// What became of the samples of one cell.
struct Cell {
  uint64_t samples = 0;
  uint64_t shown = 0;
  uint64_t held = 0;  // Of those shown.

  void count(bool is_shown, bool is_held) {
    ++samples;
    shown += is_shown;
    held += is_shown && is_held;
  }
  double coverage() const { return static_cast<double>(held) / static_cast<double>(shown); }
  double error() const {
    return std::sqrt(coverage() * (1 - coverage()) / static_cast<double>(shown));
  }
  double share() const { return static_cast<double>(shown) / static_cast<double>(samples); }
  bool is_shown() const { return share() >= kShownMin; }
  // Its share in brackets where not every sample shows an interval.
  std::string share_text() const {
    return shown == samples ? std::string() : fmt::format(" ({:.0f} %)", 100 * share());
  }
};

bool holds(const Interval& interval, double truth) {
  return interval.low <= truth && truth <= interval.high;
}

std::string text_of(Study& study, const Cell& cell) {
  if (!cell.is_shown()) return "too few";
  const bool fails = cell.coverage() + kErrors * cell.error() < kCoverageMin;
  study.failures += fails;
  ++study.measured;
  study.below += cell.coverage() < kCoverageMin;
  return fmt::format("{:.1f} ± {:.1f}{}{}", 100 * cell.coverage(), 100 * cell.error(),
                     cell.share_text(), fails ? " **below**" : "");
}

// Of a test: what is held is the truth, that there is no difference.
std::string text_of_test(Study& study, const Cell& cell) {
  if (!cell.is_shown()) return "too few";
  const double rate = 1 - cell.coverage();
  const bool fails = rate - kErrors * cell.error() > kFalsePositivesMax;
  study.failures += fails;
  return fmt::format("{:.1f} ± {:.1f}{}{}", 100 * rate, 100 * cell.error(), cell.share_text(),
                     fails ? " **above**" : "");
}

// Prints one table: a row for each dependence and label, a column for each size.
void print_table(Study& study, std::string_view title, std::string_view label,
                 const std::vector<double>& levels,
                 const std::function<std::string(Dependence, double level, size_t n)>& cell) {
  fmt::print("\n## {}\n\n| records | {} |", title, label);
  for (const size_t n : study.sizes) fmt::print(" {} |", n);
  fmt::print("\n|---|---|");
  for (size_t i = 0; i < study.sizes.size(); ++i) fmt::print("---|");
  fmt::print("\n");
  for (const Dependence dependence : kDependences) {
    for (const double level : levels) {
      fmt::print("| {} | {} |", name_of(dependence), level);
      for (const size_t n : study.sizes) {
        fmt::print(" {} |", cell(dependence, level, n));
      }
      fmt::print("\n");
    }
  }
}

// The same seed whatever else the study runs.
Random random_of(Dependence dependence, double level, size_t n) {
  return Random(static_cast<uint64_t>(dependence) * 1'000'003 +
                static_cast<uint64_t>(std::lround(level * 10'000)) * 7919 + n);
}

bool is_difference_shown(const Worth& a, const Worth& b) {
  return enough_for_rate_difference(a.rate, a.rate_size, b.rate, b.rate_size,
                                    std::min(a.clusters, b.clusters));
}

bool are_times_shown(const Worth& x, const Worth& y, double p) {
  return enough_for_quantile(x.time_size, p, x.clusters) &&
         enough_for_quantile(y.time_size, p, y.clusters);
}

using RateInterval = Interval (*)(double p, double n_effective, double confidence);

void study_rates(Study& study, std::string_view title, RateInterval interval_of, bool is_asserted) {
  const Study before = study;
  print_table(study, title, "rate", study.rates, [&](Dependence dependence, double p, size_t n) {
    Random random = random_of(dependence, p, n);
    Cell cell;
    for (size_t i = 0; i < study.samples_of(n); ++i) {
      const Worth worth = worth_of(simulate(random, dependence, n, p));
      cell.count(enough_for_rate(worth.rate, worth.rate_size, worth.clusters),
                 holds(interval_of(worth.rate, worth.rate_size, kConfidence), p));
    }
    return text_of(study, cell);
  });
  if (!is_asserted) study = before;
}

void study_rate_differences(Study& study) {
  constexpr double kDifference = 0.04;
  print_table(study, "Difference of two rates, 4 points apart (Newcombe), % held", "better rate",
              study.rates, [&](Dependence dependence, double p, size_t n) {
                Random random = random_of(dependence, p, n);
                Cell cell;
                for (size_t i = 0; i < study.samples_of(n); ++i) {
                  const Worth a = worth_of(simulate(random, dependence, n, p));
                  const Worth b = worth_of(simulate(random, dependence, n, p - kDifference));
                  cell.count(is_difference_shown(a, b),
                             holds(newcombe_interval(a.rate, a.rate_size, b.rate, b.rate_size),
                                   kDifference));
                }
                return text_of(study, cell);
              });
}

void study_rate_tests(Study& study) {
  print_table(study, "Test of two equal rates, % of false positives at 5 %", "rate", study.rates,
              [&](Dependence dependence, double p, size_t n) -> std::string {
                Random random = random_of(dependence, p, n);
                Cell cell;
                for (size_t i = 0; i < study.samples_of(n); ++i) {
                  const Worth a = worth_of(simulate(random, dependence, n, p));
                  const Worth b = worth_of(simulate(random, dependence, n, p));
                  cell.count(
                      is_difference_shown(a, b),
                      two_proportion_p_value(a.rate, a.rate_size, b.rate, b.rate_size) >= 0.05);
                }
                return text_of_test(study, cell);
              });
}

void study_quantiles(Study& study) {
  print_table(study, "Quantiles of times, % held", "quantile", {0.5, 0.95, 0.99},
              [&](Dependence dependence, double p, size_t n) {
                Random random = random_of(dependence, p, n);
                const double truth = true_quantile(dependence, p);
                Cell cell;
                const auto draw = [&](size_t samples) {
                  for (size_t i = 0; i < samples; ++i) {
                    Sample sample = simulate(random, dependence, n, 0.9);
                    const Worth worth = worth_of(sample);
                    std::sort(sample.times.begin(), sample.times.end());
                    cell.count(
                        enough_for_quantile(worth.time_size, p, worth.clusters),
                        holds(quantile_interval_sorted(sample.times, p, worth.time_size), truth));
                  }
                };
                draw(study.samples_of(n));
                // Whether that is chance is worth the time.
                if (cell.coverage() < kCoverageMin) draw((kMoreSamples - 1) * study.samples_of(n));
                return text_of(study, cell);
              });
}

void study_quantile_differences(Study& study) {
  constexpr size_t kResamples = 500;
  print_table(study, "Difference of two equal quantiles of times (bootstrap), % held", "quantile",
              {0.5, 0.95}, [&](Dependence dependence, double p, size_t n) {
                Random random = random_of(dependence, p, n);
                Cell cell;
                for (size_t i = 0; i < study.samples_of(n) / 2; ++i) {
                  Sample x = simulate(random, dependence, n, 0.9);
                  Sample y = simulate(random, dependence, n, 0.9);
                  const Worth worth_x = worth_of(x);
                  const Worth worth_y = worth_of(y);
                  const double size_x = worth_x.time_size;
                  const double size_y = worth_y.time_size;
                  std::sort(x.times.begin(), x.times.end());
                  std::sort(y.times.begin(), y.times.end());
                  const auto at_x = [&](double q) { return quantile_sorted(x.times, q); };
                  const auto at_y = [&](double q) { return quantile_sorted(y.times, q); };
                  const bool shown = are_times_shown(worth_x, worth_y, p);
                  cell.count(shown,
                             shown && holds(quantile_difference_interval(at_x, size_x, at_y, size_y,
                                                                         p, i, kResamples),
                                            0));
                }
                return text_of(study, cell);
              });
}

std::vector<ValueCount> sorted_values(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::vector<ValueCount> values;
  for (const double time : times) values.push_back({time, 1});
  return values;
}

void study_rank_sums(Study& study) {
  print_table(study, "Mann-Whitney test of equal times, % of false positives at 5 %",
              "second sample's size", {1, 3},
              [&](Dependence dependence, double factor, size_t n) -> std::string {
                Random random = random_of(dependence, factor, n);
                const auto n_y = static_cast<size_t>(factor * static_cast<double>(n));
                Cell cell;
                for (size_t i = 0; i < study.samples_of(n) / 2; ++i) {
                  const Sample x = simulate(random, dependence, n, 0.9);
                  const Sample y = simulate(random, dependence, n_y, 0.9);
                  const Worth worth_x = worth_of(x);
                  const Worth worth_y = worth_of(y);
                  const bool shown = are_times_shown(worth_x, worth_y, 0.5);
                  cell.count(shown,
                             shown && mann_whitney(sorted_values(x.times), sorted_values(y.times),
                                                   static_cast<double>(n) / worth_x.time_size,
                                                   static_cast<double>(n_y) / worth_y.time_size)
                                              .p_value >= 0.05);
                }
                return text_of_test(study, cell);
              });
}

// 20 comparisons of 300 records at 5 %; in `real` of them the rates differ by 10 points.
void study_false_discoveries(Study& study) {
  constexpr size_t kComparisons = 20;
  constexpr size_t kRecords = 300;
  fmt::print("\n## False discoveries after Benjamini-Hochberg at 5 %\n\n");
  fmt::print("| real differences of {} | false share of findings, % | any false finding, % |\n",
             kComparisons);
  fmt::print("|---|---|---|\n");
  for (const size_t real : {size_t{0}, size_t{4}, size_t{10}}) {
    Random random(real + 1);
    double share = 0;
    double squares = 0;
    uint64_t any = 0;
    for (size_t i = 0; i < study.samples / 2; ++i) {
      std::vector<double> p_values;
      for (size_t test = 0; test < kComparisons; ++test) {
        const double p = test < real ? 0.8 : 0.9;
        const Worth a = worth_of(simulate(random, Dependence::Clustered, kRecords, 0.9));
        const Worth b = worth_of(simulate(random, Dependence::Clustered, kRecords, p));
        p_values.push_back(two_proportion_p_value(a.rate, a.rate_size, b.rate, b.rate_size));
      }
      const std::vector<double> adjusted = benjamini_hochberg(p_values);
      const auto found = [&](size_t from, size_t to) {
        return static_cast<double>(std::count_if(adjusted.begin() + static_cast<ptrdiff_t>(from),
                                                 adjusted.begin() + static_cast<ptrdiff_t>(to),
                                                 [](double p) { return p < 0.05; }));
      };
      const double wrong = found(real, kComparisons);
      const double rate = wrong / std::max(1.0, wrong + found(0, real));
      share += rate;
      squares += rate * rate;
      any += wrong > 0;
    }
    const auto samples = static_cast<double>(study.samples / 2);
    const double mean = share / samples;
    const double error = std::sqrt((squares / samples - mean * mean) / samples);
    const bool fails = mean - kErrors * error > kFalsePositivesMax;
    study.failures += fails;
    fmt::print("| {} | {:.1f} ± {:.1f}{} | {:.1f} |\n", real, 100 * mean, 100 * error,
               fails ? " **above**" : "", 100 * static_cast<double>(any) / samples);
  }
}

void print_introduction(const Study& study) {
  fmt::print(
      "# Coverage of the intervals\n\n"
      "Printed by `coverage_study` (tests/coverage/; `make coverage-study` writes this page) with\n"
      "fixed seeds and up to {} samples a cell ({} of 3000 records, {} of 10,000); half as many "
      "for\n"
      "Mann-Whitney, the bootstrap and false discoveries. ± is one standard error of the "
      "simulation.\n\n"
      "- independent: every record alone. clustered: sessions of 5 records on average whose rates\n"
      "  (beta distributed) and times differ. bursty: blocks of 10 records on average, some of "
      "them\n"
      "  outages, which make half of all failures, and some three times slower. Times are "
      "lognormal.\n"
      "- Sizes are effective ones, as the program takes them (stats/cluster.h, decision 0014), "
      "and\n"
      "  the interval of a rate is Wilson's with corrected ends (stats/proportion.h).\n"
      "- Coverage is that of the samples that show an interval by the rule of stats/shown.h; "
      "their\n"
      "  share stands in brackets where it is not all of them. \"too few\": less than 1 %.\n"
      "- A quantile's cell whose estimate is below {:.0f} % is estimated from {} times the "
      "samples.\n"
      "- **below**, **above**: less than {:.0f} % held, or more than {:.0f} % false positives, by "
      "more\n"
      "  than {} standard errors.\n",
      study.samples, study.samples_of(3000), study.samples_of(10'000), 100 * kCoverageMin,
      kMoreSamples, 100 * kCoverageMin, 100 * kFalsePositivesMax, kErrors);
}

int run(bool is_quick) {
  Study study = is_quick ? Study{{10, 30, 100, 1000}, {0.5, 0.9, 0.995}, 2000}
                         : Study{{10, 20, 30, 50, 100, 200, 500, 1000, 3000, 10'000},
                                 {0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995},
                                 4000};
  print_introduction(study);
  study_rates(
      study, "Rate (Wilson with corrected ends), % held",
      [](double p, double n, double c) { return wilson_corrected_interval(p, n, c); }, true);
  study_rates(study, "Rate (Wilson as published, for comparison), % held", wilson_cluster_interval,
              false);
  study_rate_differences(study);
  study_rate_tests(study);
  study_quantiles(study);
  study_quantile_differences(study);
  study_rank_sums(study);
  study_false_discoveries(study);
  fmt::print(
      "\nOutside of their limits: {} cells. Of {} cells of intervals, {} have an estimate below "
      "{:.0f} "
      "%.\nPublished Wilson is not counted.\n",
      study.failures, study.measured, study.below, 100 * kCoverageMin);
  return is_quick && study.failures > 0 ? 1 : 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  const bool is_quick = argc > 1 && std::string_view(argv[1]) == "--quick";
  if (argc > 2 || (argc == 2 && !is_quick)) {
    fmt::print(stderr, "coverage_study: unknown argument '{}'; knows --quick\n", argv[argc - 1]);
    return 2;
  }
  return sonde::run(is_quick);
}
