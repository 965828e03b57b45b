// Expression text -> typed tree. Recursive descent by hand: the grammar is a dozen rules, and
// Spirit or a PEG library would give up the messages that name the place and the remedy.
#pragma once

#include "filter/filter.h"

namespace sonde {

// As Filter::parse().
Result<Node> parse_expression(std::string_view text, const ParseContext& context,
                              const FieldCatalog& catalog);

}  // namespace sonde
