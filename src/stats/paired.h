// Two proportions of the same inputs: every input was tried both ways. Pure functions, safe from
// any thread.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace sonde {

// Two-sided p-value of equal proportions by McNemar's test, exact with mid-p: of the inputs where
// the two differ, half should favour either. Twice the lesser tail of Binomial(n, 1/2) less the
// probability of what was observed. 1 where no input differs.
// Source: Fagerland, Lydersen and Laake (2013), BMC Med. Res. Methodol. 13:91.
double mcnemar_p_value(uint64_t only_first, uint64_t only_second);

// Interval for p_first - p_second, from the inputs where both succeeded, only one did, or neither.
//
// Newcombe's difference of two Wilson intervals, with a term for the correlation of the two
// outcomes, whose numerator is drawn towards 0 by n / 2 where it is positive. No inputs: [-1, 1].
// Source: method 10 of Newcombe (1998), Statist. Med. 17:2635-2650.
// Contract: 0 < confidence < 1. Method "newcombe-paired".
Interval paired_difference_interval(uint64_t both, uint64_t only_first, uint64_t only_second,
                                    uint64_t neither, double confidence = kConfidence);

}  // namespace sonde
