// What a sample is worth when its records come in clusters: calls of one session, errors of one
// outage. Intervals that take such records for independent are too narrow. Pure functions, safe
// from any thread.
#pragma once

#include <cstdint>
#include <span>

#include "stats/interval.h"

namespace sonde {

// One cluster: how many records, and the sum of their values (successes, for a proportion).
struct ClusterSum {
  double n;
  double sum;
};

struct DesignEffect {
  double deff;         // How many times a simple random sample's variance; at least 1.
  double n_effective;  // Independent records that the sample is worth, at most their number.
  double variance;     // Of the estimate, by the formula below, before any rule is applied.
  uint64_t clusters;   // Those with at least one record.
};

// Clusters as they are, not hashed into buckets.
inline constexpr uint64_t kNotHashed = UINT64_MAX;

// The design effect of a proportion, where ClusterSum::sum counts the successes.
//
// With k clusters of n_c records and s_c successes, n records in all and p = sum(s_c) / n:
//   variance = k / (k - 1) * sum((s_c - p n_c)^2) / n^2        Cochran (1977), 3.12
//   deff     = variance / (p (1 - p) / (n - 1))                Kish (1965), 8.2
//   n_effective = n / deff * (t(n - 1) / t(d))^2               Korn and Graubard (1998)
// where t is the two-sided quantile of Student's t at `confidence`: few clusters tell little about
// how much clusters differ. Independent records, each its own cluster, give deff = 1 and
// n_effective = n exactly.
//
// Rules where the formula cannot be trusted (decision 0014 says why):
// - A log with few outages shows too few of them as often as too many, and then too small a
//   variance with them. So deff is that of the sample with one more cluster of b - 1 records, all
//   of the rarer outcome, where b = sum(n_c^2) / n is the size of the cluster that a record is in.
//   Without clusters b = 1 and nothing is added; with many outages one more changes nothing. Fay
//   and Feuer (1997) add one event of the largest weight for the same reason. `variance` is
//   without it.
// - The degrees of freedom d are k - 1, but at most (sum f_c)^2 / sum(f_c^2), where f_c counts the
//   rarer outcome in each cluster, with the added one: the number of equal clusters that hold as
//   much of it. Of 1000 sessions with failures in 3, only the 3 tell how failures cluster. (Korn
//   and Graubard: d = k - 1.)
// - A deff below 1 counts as 1. Clusters rarely make records differ more than chance does, so such
//   a value is mostly luck; using it would promise more than the records alone can.
// - In the worst case all records of a cluster agree: deff = b, which is Kish's 1 + (b - 1) rho at
//   rho = 1, and n_effective = n / b, about the number of clusters. It is used at p = 0, at p = 1
//   and for a single cluster, where the spread between clusters cannot be estimated; elsewhere the
//   factor of t never goes below it.
// - Clusters that were hashed into `buckets` share some of them by chance, which adds n / buckets
//   to sum(n_c^2) / n; b is without that.
// - Without records deff is 1 and n_effective 0.
// Contract: 0 <= sum <= n for each cluster.
// Sources: Cochran, Sampling Techniques, 3rd ed.; Kish, Survey Sampling; Korn and Graubard, Survey
// Methodology 24:193-201; Fay and Feuer, Statist. Med. 16:791-801; d as Kish's effective number of
// weights, 11.7.
DesignEffect design_effect_of_proportion(std::span<const ClusterSum> clusters,
                                         double confidence = kConfidence,
                                         uint64_t buckets = kNotHashed);

// The design effect of a mean of any values, whose squares over all records sum to
// `sum_of_squares`. As above with the sample variance in place of p (1 - p) and no added cluster;
// the worst case holds for a single cluster and where all values are equal. deff is from the
// jackknife, whose residuals r_c = (s_c - mean n_c) / (1 - n_c / n) allow for clusters that pull
// the mean towards themselves (MacKinnon and White (1985), J. Econometrics 29:305-325; with equal
// sizes it is Cochran's formula). d is at most 2 sum(r_c^2)^2 / sum(r_c^4): Satterthwaite's degrees
// of a sum of squares, 2 E^2 / V, where the variance of r_c^2 is at most E(r_c^4). Where a few slow
// clusters make most of the variance, they are few.
DesignEffect design_effect_of_mean(std::span<const ClusterSum> clusters, double sum_of_squares,
                                   double confidence = kConfidence, uint64_t buckets = kNotHashed);

}  // namespace sonde
