// An AnyValue of OTLP protobuf, as text or, within lists and maps, as JSON.
#pragma once

#include <string_view>

#include "sources/otlp/request.h"

namespace sonde::otlp {

// As any_value_text() (any_value.h) has the same value of OTLP/JSON: where several alternatives are
// set, the last counts. Throws a protozero::exception when the bytes are malformed or a text is not
// UTF-8.
std::string_view wire_value_text(std::string_view bytes, Texts& texts);

}  // namespace sonde::otlp
