// UTF-8 that may come from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// Every byte that is part of no valid UTF-8 sequence (RFC 3629: no surrogates, no overlong forms)
// becomes U+FFFD; valid text comes back unchanged.
std::string valid_utf8(std::string_view text);

bool is_valid_utf8(std::string_view text);

}  // namespace sonde
