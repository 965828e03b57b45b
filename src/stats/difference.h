// The difference between two independent proportions or means: how large, and whether it is there.
// Pure functions, safe from any thread. Sizes may be effective ones (stats/cluster.h), which need
// not be whole numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "stats/interval.h"

namespace sonde {

// Interval for p1 - p2 of two independent samples, from the Wilson intervals of each.
//
// With Wilson's limits (l, u) of each proportion:
//   low  = p1 - p2 - sqrt((p1 - l1)^2 + (u2 - p2)^2)
//   high = p1 - p2 + sqrt((u1 - p1)^2 + (p2 - l2)^2)
// It stays in [-1, 1] and has a width even when nobody failed. n = 0 on a side gives [-1, 1].
// Source: method 10 of Newcombe (1998), Statist. Med. 17:873-890; with effective sizes as in
// wilson_cluster_interval().
// Contract: 0 <= p <= 1, n >= 0, 0 < confidence < 1. `method` is static text that says whether the
// sizes are effective ones: "newcombe" or "newcombe-cluster".
Interval newcombe_interval(double p1, double n1, double p2, double n2,
                           double confidence = kConfidence, std::string_view method = "newcombe");

// Two-sided p-value of p1 = p2. 1 when the proportions are equal or a side is empty.
//
// The score test with the pooled proportion, z = (p1 - p2) / sqrt(p q (1 / n1 + 1 / n2)), which is
// the root of Pearson's chi-squared. Where an expected count is below 5 and all counts are whole
// numbers, Fisher's exact test instead, as twice the lesser tail with half the weight of what was
// observed (mid-p): the plain exact test is so conservative in small samples that it contradicts
// the interval above, while the mid-p stays near its level, and rarely and slightly above it.
// Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3.2;
// Lydersen, Fagerland and Laake (2009), Statist. Med. 28:1159-1175.
// Contract: 0 <= p <= 1, n >= 0.
double two_proportion_p_value(double p1, double n1, double p2, double n2);

// What an interval says about being no worse.
enum class NonInferiority : uint8_t {
  Shown,     // Even the low end loses less than the margin.
  NotShown,  // The interval holds both: more records are needed.
  Inferior,  // Even the high end loses more than the margin.
};

// `new_minus_old` is the interval of a figure where more is better; turn it round where less is.
// A test at level (1 - confidence) / 2 on one side. "Not significantly different" is not
// non-inferior: only an interval that excludes the loss of `margin` is.
// Source: Blackwelder (1982), Controlled Clinical Trials 3:345-353.
// Contract: margin >= 0, in the unit of the interval.
NonInferiority non_inferiority(const Interval& new_minus_old, double margin);

// A mean and how well it is known: with clusters, DesignEffect::variance and clusters - 1.
struct MeanSample {
  double mean;
  double variance_of_mean;  // The squared standard error, not the spread of the values.
  double degrees;           // Of freedom of that variance: size or clusters, less 1.
};

struct MeanDifference {
  double estimate;    // a.mean - b.mean
  Interval interval;  // Method "welch".
  double p_value;     // Two-sided, below 1 - confidence exactly when the interval excludes 0.
};

// Student's t with the degrees of freedom of Welch and Satterthwaite: variances may differ.
// Where degrees are 0 or less on a side nothing is known: infinite limits and p = 1. Without any
// variance the interval is the difference itself, and p is 0 unless that is 0.
// Source: Welch (1947), Biometrika 34:28-35; Satterthwaite (1946), Biometrics Bull. 2:110-114.
// Contract: variance_of_mean >= 0.
MeanDifference welch(const MeanSample& a, const MeanSample& b, double confidence = kConfidence);

}  // namespace sonde
