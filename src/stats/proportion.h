// Intervals for a proportion. Pure functions, safe from any thread.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace sonde {

// Wilson score interval for `successes` of `n` independent records.
//
// Unlike p +- z * se it never leaves [0, 1], never has zero width at p = 0 or 1, and keeps its
// coverage in small samples. Without records nothing is known: n = 0 gives [0, 1].
// Source: Wilson (1927), J. Amer. Statist. Assoc. 22:209-212; method 3 of Newcombe (1998),
// Statist. Med. 17:857-872.
// Contract: successes <= n, 0 < confidence < 1. Method "wilson".
Interval wilson_interval(uint64_t successes, uint64_t n, double confidence = kConfidence);

// The same interval for records that come in clusters: the sample counts as `n_effective`
// independent records (stats/cluster.h), which need not be a whole number. 0 gives [0, 1].
// Source: Korn and Graubard (1998), Survey Methodology 24:193-201, who put the effective size into
// a binomial interval; Franco et al. (2019), J. Surv. Stat. Methodol. 7:334-364, who compare this
// one with others on clustered samples.
// Contract: 0 <= proportion <= 1, n_effective >= 0. Method "wilson-cluster".
Interval wilson_cluster_interval(double proportion, double n_effective,
                                 double confidence = kConfidence);

}  // namespace sonde
