// Base64, as some exporters write ids and event streams.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sonde {

// Standard or URL alphabet, padding optional. Null when the text holds anything else.
std::optional<std::string> decode_base64(std::string_view text);
// Standard alphabet, with padding.
std::string encode_base64(std::string_view bytes);

}  // namespace sonde
