// Which of two samples tends to have the greater values, without a distribution assumed. Pure
// functions, safe from any thread.
#pragma once

#include <span>

#include "stats/interval.h"

namespace sonde {

// A value and how often it occurred; a bucket of a histogram with its middle.
struct ValueCount {
  double value;
  double count;
};

struct RankSum {
  double p_value;      // Two-sided, of superiority = 1/2.
  double superiority;  // P(X > Y) + P(X = Y) / 2: the effect size; 1/2 when neither tends higher.
  Interval superiority_interval;  // Excludes 1/2 exactly when p_value < 1 - confidence.
};

// The Mann-Whitney statistic as an effect size (A of Vargha and Delaney), with ties as halves, and
// the test of Brunner and Munzel: unlike the rank sum's classic variance, theirs also holds where
// the two samples differ in spread, and under ties.
//
// Variance = deff_x Var(placements of x) / n_x + deff_y Var(placements of y) / n_y, where the
// placement of a value is its rank in the other sample as a share; this is also DeLong's. The
// design effects (n / DesignEffect::n_effective) widen each side's part, and the degrees of freedom
// after Satterthwaite are those of effective sizes. p-value and interval both take the logit of the
// superiority as Student t, so that they agree and stay in [0, 1]. Method "brunner-munzel".
//
// Where that variance cannot be estimated (all of x beyond all of y, all values equal, or fewer
// than 2 effective records on a side) both come from the variance that a superiority `a` itself
// implies: the limits solve |A - a| = t sqrt(V(a)), and p takes V(1/2), the classic variance of the
// rank sum; with n_x + n_y - 2 degrees of freedom in place of the normal distribution, which would
// call 3 values beyond 3 others significant. Method "mann-whitney-score". An empty side: 1/2, [0,
// 1] and p = 1.
//
// O(n_x + n_y). Sources: Vargha and Delaney (2000), J. Educ. Behav. Stat. 25:101-132; Brunner and
// Munzel (2000), Biom. J. 42:17-25; DeLong et al. (1988), Biometrics 44:837-845; logit: Pauly,
// Asendorf and Konietschke (2016), Biom. J. 58:1319-1337; score: method 5 of Newcombe (2006),
// Statist. Med. 25:559-573.
// Contract: both ascending by value (equal values may come apart), counts > 0, deff >= 1, 0 <
// confidence < 1.
RankSum mann_whitney(std::span<const ValueCount> x, std::span<const ValueCount> y,
                     double deff_x = 1, double deff_y = 1, double confidence = kConfidence);

}  // namespace sonde
