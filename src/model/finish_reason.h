// Why a model stopped: one table from what providers write to what it means.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// stop, length, tool_calls or content_filter; any other reason in lower case as it was sent. Empty
// for words that say the model has not stopped yet.
std::string normal_finish_reason(std::string_view text);

}  // namespace sonde
