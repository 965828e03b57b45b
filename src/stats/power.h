// How small a difference a sample would show, and how large a sample a difference needs. Pure
// functions, safe from any thread.
//
// All are for a two-sided test at level 1 - confidence that finds the difference with probability
// `power`. Records come in clusters of design effect `deff`: n records are worth n / deff.
// Differences are absolute and positive; infinity says that no difference would be found. Numbers
// of records are for each of two equal sides; UINT64_MAX stands for any more than that.
// Contract everywhere: 0 < power < 1, deff >= 1, 0 < confidence < 1, sizes >= 0.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace sonde {

inline constexpr double kPower = 0.8;

// The smallest difference from `p`, the rate of side 1, that the pooled z test would find in n1
// against n2 records; towards the farther end of [0, 1], where more is needed.
// Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.2
// and 4.4, without continuity correction:
//   d = z_alpha sqrt(p_ q_ (1 / n1 + 1 / n2)) + z_power sqrt(p1 q1 / n1 + p2 q2 / n2)
// with p_ the rate of both sides together.
double detectable_rate_difference(double p, double n1, double n2, double power = kPower,
                                  double deff = 1, double confidence = kConfidence);

// The records a side that find `difference` from `p`, by the same formula and direction. A rate
// beyond the end counts as the end. Contract: difference > 0.
uint64_t records_for_rate_difference(double p, double difference, double power = kPower,
                                     double deff = 1, double confidence = kConfidence);

// The records a side that show a rate to be non-inferior within `margin` when both are in truth
// `p`:
//   n = 2 p q (z_alpha + z_power)^2 / margin^2,
// but at least z_alpha^2 (1 - margin) / margin, below which Wilson's limits are wider than the
// margin even when nothing fails. Contract: 0 < margin < 1.
// Source: Blackwelder (1982), Controlled Clinical Trials 3:345-353.
uint64_t records_for_non_inferiority(double p, double margin, double power = kPower,
                                     double deff = 1, double confidence = kConfidence);

// The smallest superiority above 1/2 (stats/rank_sum.h) that the Mann-Whitney test would find; that
// far below 1/2 likewise.
// Source: Noether (1987), J. Amer. Statist. Assoc. 82:645-647:
//   superiority = 1/2 + (z_alpha + z_power) sqrt((n1 + n2) / (12 n1 n2))
double detectable_superiority(double n1, double n2, double power = kPower, double deff = 1,
                              double confidence = kConfidence);

// Contract: superiority != 1/2.
uint64_t records_for_superiority(double superiority, double power = kPower, double deff = 1,
                                 double confidence = kConfidence);

// The smallest difference of means that the t test would find when values have `standard_deviation`
// on both sides; quantiles of Student's t stand for those of the noncentral one, within 1 % from 10
// records a side on.
// Source: Snedecor and Cochran (1989), Statistical Methods, 6.14.
double detectable_mean_difference(double standard_deviation, double n1, double n2,
                                  double power = kPower, double deff = 1,
                                  double confidence = kConfidence);

// Contract: difference > 0, standard_deviation >= 0.
uint64_t records_for_mean_difference(double standard_deviation, double difference,
                                     double power = kPower, double deff = 1,
                                     double confidence = kConfidence);

}  // namespace sonde
