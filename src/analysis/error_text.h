// What an error message says besides its class. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// The error as evidence: one line, quoted, at most 200 bytes, or "error class X" without a message.
std::string quoted_error(std::string_view message, std::string_view error_class);

// Seconds to wait that the message names ("try again in 2.5s", "retry after 20 seconds"), rounded
// up.
std::optional<int64_t> retry_after_seconds(std::string_view message);

struct ContextSizes {
  std::optional<int64_t> limit;  // Tokens that fit.
  std::optional<int64_t> used;   // Tokens sent, with those reserved for the answer.
};

// The limit and the size that a context error names; either may be missing.
ContextSizes context_sizes(std::string_view message);

}  // namespace sonde
