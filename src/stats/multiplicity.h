// What many tests at once are worth. Pure functions, safe from any thread.
#pragma once

#include <span>
#include <vector>

namespace sonde {

// p-values adjusted for their number, in the order given: calling those up to q findings keeps the
// expected share of false ones among them at q or below, for tests that are independent or
// positively dependent. The i-th smallest of m becomes min over j >= i of p_j m / j, at most 1.
// Source: Benjamini and Hochberg (1995), J. Roy. Statist. Soc. B 57:289-300.
// Contract: 0 <= p <= 1.
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace sonde
