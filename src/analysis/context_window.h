// Context windows of common models.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sonde {

// Tokens that fit into the model's context window, by the longest known prefix of its name (any
// provider path before it: "openai/gpt-4o", "us.anthropic.claude-..."); nullopt for unknown models.
std::optional<int64_t> context_window(std::string_view model);

}  // namespace sonde
