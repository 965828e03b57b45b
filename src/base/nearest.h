// "Did you mean": the known name nearest to one that is not known.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sonde {

// Letters to insert, delete, replace or swap with their neighbour to turn one name into the other,
// without regard to case (optimal string alignment distance). Names are cut at 64 bytes.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate at the smallest distance, the first of several; empty when none is nearer than a
// third of the name's length (at least one letter).
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace sonde
