// Puts the values that dialects found into the fields of a span.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialects/indexed.h"
#include "dialects/rule.h"
#include "model/message.h"
#include "model/span.h"

namespace sonde {

// Reads `value` by its shape (a single-attribute one) into the field. False, and nothing changed,
// when the field is filled already or the value cannot be read.
bool apply_value(Field field, Shape shape, std::string_view value, Span& span);

// Sets input or output, unless it is filled or there are no messages.
bool set_messages(Field field, const std::vector<Message>& messages, Span& span);

// A JSON object of {rest: value}; values that are JSON stay so.
std::string parameters_from_pieces(const std::vector<Piece>& pieces);

// Compares without regard to case; a * at the pattern's start or end stands for anything.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace sonde
