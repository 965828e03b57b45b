// The same call made again after it failed.
#pragma once

#include <optional>
#include <string_view>

#include "analysis/check.h"

namespace sonde {

// Whether an error of this class goes away by itself, so that trying again is right.
bool is_transient(std::string_view error_class);

std::optional<Observation> observe_repeats(const Repeats& repeats);

}  // namespace sonde
