// Computes the difference of two variations in one metric from their sums.
#pragma once

#include <optional>

#include "compare/comparison.h"
#include "compare/pairs.h"
#include "compare/variant_sums.h"

namespace sonde {

struct JudgeOptions {
  double margin = 0.02;           // Of success: the difference that matters, as a share.
  double relative_margin = 0.10;  // Of times, costs and tokens, as a share of the baseline's.
  uint64_t seed = 20'260'101;     // Of the bootstrap.
};

// A variation and the figures made of it.
struct Side {
  const VariantSums& sums;
  const GroupSummary& summary;
};

// Null when a side has no value of the metric. Fills everything but the indexes, p_adjusted and the
// verdict.
//
// Both did the same work only within a stratum, so the difference is taken there and averaged with
// Mantel and Haenszel's weights n1 n2 / (n1 + n2), which give a stratum what it knows about the
// difference. Limits are put together from those of the strata by MOVER (Zou and Donner 2008,
// Statist. Med. 27:1693-1702; of Wilson limits: Yan and Su 2010, Stat. Biopharm. Res. 2:329-335).
// The p of rates is that of Cochran (1954, Biometrics 10:417-451), of times that of van Elteren
// (1960) in the form of weighted superiorities; design effects reduce the sizes.
// Rates are paired (stats/paired.h) where the inputs that both ran are at least kPairsMin and half
// of the smaller side.
// Contract: `pairs` counts the variant's successes as "first".
std::optional<VariantDifference> judge(CompareMetric metric, const Side& baseline,
                                       const Side& variant, const PairCounts& pairs,
                                       const JudgeOptions& options);

// From the rest of the difference, p_adjusted included.
DifferenceVerdict verdict_of(const VariantDifference& difference);

inline constexpr uint64_t kPairsMin = 30;

}  // namespace sonde
