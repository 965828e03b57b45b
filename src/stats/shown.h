// Where an interval is not shown, because too few records are behind it: "too few" is printed in
// its place. Pure functions, safe from any thread.
//
// The numbers come from the coverage study (tests/coverage/, its tables in docs/coverage.md): with
// less, an interval of 95 % holds the truth in less than 93 % of the samples somewhere. They are 10
// effective records, 10 clusters, and one effective record beyond a quantile. Outages too rare for
// the log to hold some are allowed for in the effective size (stats/cluster.h), not here.
#pragma once

#include <cstdint>

namespace sonde {

// For records that are known to come alone.
inline constexpr uint64_t kNoClusters = UINT64_MAX;

// Whether the interval of a rate is shown (wilson_corrected_interval(); the published Wilson
// interval falls below where about 0.2 to 1.6 failures or successes are expected), from effective
// records and from clusters: of sessions and blocks of time, whichever are fewer.
bool enough_for_rate(double p, double n_effective, uint64_t clusters = kNoClusters);

// Whether the interval of the difference of two rates is shown (newcombe_interval()); `clusters` of
// the side that has fewer.
bool enough_for_rate_difference(double p1, double n1, double p2, double n2,
                                uint64_t clusters = kNoClusters);

// Whether the quantile at `p` and its interval are shown (quantile_interval_probabilities()). p99
// wants 100 effective records: in fewer it is the largest value but for interpolation.
bool enough_for_quantile(double n_effective, double p, uint64_t clusters = kNoClusters);

}  // namespace sonde
