// Error classes: one table from what providers and Dify write to what went wrong.
#pragma once

#include <span>
#include <string_view>

namespace sonde {

struct ErrorClass {
  std::string_view name;         // In reports and filters: rate_limit, timeout, ...
  std::string_view description;  // One line for the reader.
};

std::span<const ErrorClass> error_classes();

// The class of an error message (any case) and HTTP status (0 when unknown); "other" when no rule
// matches, "unknown" when there is neither message nor status. The first matching rule wins.
std::string_view classify_error(std::string_view message, int http_status = 0);

}  // namespace sonde
