// The words of a comparison, for the formats that people read.
#pragma once

#include <string>

#include "compare/comparison.h"
#include "report/facts.h"

namespace sonde {

// A value of the metric: "93.2 %", "1.83 s", "0.0012 USD", "412".
std::string metric_value(CompareMetric metric, double value, const std::string& currency);
// A difference with its sign: "+2.1 points", "-0.42 s".
std::string metric_change(CompareMetric metric, double change, const std::string& currency);
// "-0.4 to +4.6 points"; "no interval" where the data support none.
std::string metric_interval(const VariantDifference& difference, const std::string& currency);
// "better", "no worse within the margin", "undecided: about 1,200 more calls each would show ..."
std::string verdict_words(const Comparison& comparison, const VariantDifference& difference);
// "success"; "response time (median)"
std::string_view metric_title(CompareMetric metric);
// "p < 0.001", "p 0.034"
std::string p_words(double p);

std::vector<Fact> comparison_facts(const Comparison& comparison, const ReadReport& read);
std::vector<std::string> comparison_notes(const Comparison& comparison, const ReadReport& read);
// What stands first: the differences that the data carry, or that there are none.
std::vector<std::string> comparison_claims(const Comparison& comparison);

}  // namespace sonde
