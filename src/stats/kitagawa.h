// Why two populations differ: because their groups do, or because they are made of other groups.
// Pure functions, safe from any thread.
#pragma once

#include <span>
#include <vector>

namespace sonde {

// One group in both populations: records and their rate or mean. n = 0: the group is missing there,
// and its value is not read.
struct KitagawaGroup {
  double n1;
  double value1;
  double n2;
  double value2;
};

struct KitagawaPart {
  double mix;
  double rate;
};

struct Kitagawa {
  double total;  // The first population's rate or mean minus the second's: mix + rate.
  double mix;    // Due to shares of groups, at equal rates.
  double rate;   // Due to rates within groups, at equal shares.
  std::vector<KitagawaPart> parts;  // Of each group as given; they sum to mix and rate exactly.
};

// With share w and value v of a group in each population, and m the mean of both populations'
// rates:
//   rate = (v1 - v2) (w1 + w2) / 2        mix = (w1 - w2) ((v1 + v2) / 2 - m)
// The m cancels in the sum, but makes each group's mix part mean something: a group that grew helps
// when it is better than average. A group that one side lacks has the other side's value there: its
// coming or going is all mix, since no rate was seen to change. An empty population: all zero.
// Source: Kitagawa (1955), J. Amer. Statist. Assoc. 50:1168-1194.
// Contract: n >= 0.
Kitagawa kitagawa(std::span<const KitagawaGroup> groups);

}  // namespace sonde
