// Value types: what each is compared with, and how such a literal is read and written.
#pragma once

#include <optional>
#include <string>

#include "filter/filter.h"

namespace sonde {

// Whether < and > apply.
bool is_ordered(ValueType type);

// What the type is compared with, for messages: "a time span such as 250ms or 2s".
std::string expectation(ValueType type);

// Reads one literal; null when the text is none of the type. `now` is not read here.
std::optional<Literal> read_literal(ValueType type, std::string_view text,
                                    const ParseContext& context);

// A point in time, if it lies in the years 0 to 9999.
std::optional<Literal> time_literal(int64_t micros);

// As read_literal() reads it, with quotes where they are needed.
std::string write_literal(ValueType type, const Literal& literal);

// A number with an optional %: "0.95", "95%", "1e-3". Null when it is none, or not finite.
std::optional<double> read_number(std::string_view text);

}  // namespace sonde
