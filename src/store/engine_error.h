// What the engine says when a statement fails, as an Error.
#pragma once

#include <string_view>

#include "base/result.h"

namespace sonde {

// `text`: "Code: 62. DB::Exception: Syntax error: ... (SYNTAX_ERROR) (version ...)", as the engine
// and its server write it. The number decides the code; the message loses the frame around it.
Error engine_error(std::string_view text);

}  // namespace sonde
