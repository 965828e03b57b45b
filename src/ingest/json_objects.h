// Merging JSON objects, as metadata is merged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sonde {

enum class Newer : uint8_t { Left, Right, Neither };

// Of two values for one field that were said at the same time, the one that stays: the longer, then
// the greater. True when it is the right one.
bool is_right_kept(std::string_view left, std::string_view right);

// Every key of both objects, in order of the alphabet; objects under one key likewise, anything
// else from the newer, or by is_right_kept(). Null when one of them is no JSON object.
std::optional<std::string> merged_objects(std::string_view left, std::string_view right,
                                          Newer newer);

}  // namespace sonde
