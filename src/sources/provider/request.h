// What was asked of a model provider, whichever API it was.
#pragma once

#include <simdjson.h>

#include "model/columns.h"
#include "model/span.h"

namespace sonde {

// True when the request holds a prompt or a text to embed.
bool has_prompt(simdjson::dom::object request);

// Fills input, system, tools, parameters, model_requested, user_id and session_id from a request's
// body, as far as they are wanted. Parameters are what is left of the body, the members of nested
// settings (generationConfig and its kin) lifted to the top under their own names.
void read_request(simdjson::dom::object request, FieldSet wanted, Span& span);

}  // namespace sonde
