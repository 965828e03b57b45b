// Intervals for a proportion. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string_view>

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

// wilson_cluster_interval() with its inner limits mended near 0 and 1, where Wilson's are too bold:
// a single failure among n records would exclude a failure rate of 0.17 / n, though one sample in
// six has a failure there, and coverage falls to 84 % (docs/coverage.md). A limit towards the
// middle may not exclude more than an exact limit of one side does with the whole risk 1 -
// confidence. Away from the ends, from about 10 failures on, it is Wilson's interval. Source:
// Brown, Cai and DasGupta (2001), Statist. Sci. 16:101-133, section 4.1.1, where the exact limit is
// Poisson's and serves up to 3 failures; the binomial one needs no such bound and takes fractional
// counts. Contract: 0 <= proportion <= 1, n_effective >= 0, 0 < confidence < 1. `method` is static
// text.
Interval wilson_corrected_interval(double proportion, double n_effective,
                                   double confidence = kConfidence,
                                   std::string_view method = "wilson-corrected");

// Clopper-Pearson interval: holds the truth in at least `confidence` of all samples, whatever the
// proportion, and so is wider than Wilson's, which does on average. For a promise, not a report.
// n = 0 gives [0, 1].
// Source: Clopper and Pearson (1934), Biometrika 26:404-413; method 5 of Newcombe (1998), as above.
// Contract: successes <= n, 0 < confidence < 1. Method "clopper-pearson".
Interval clopper_pearson_interval(uint64_t successes, uint64_t n, double confidence = kConfidence);

}  // namespace sonde
