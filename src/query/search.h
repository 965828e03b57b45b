// Search for words in what was asked and answered, by the text indexes of the table spans.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "query/condition.h"
#include "store/store.h"

namespace sonde {

inline constexpr size_t kSearchBytesMax = 4'096;
inline constexpr size_t kSearchTermsMax = 64;

// A span is found when each term of `text` stands in its input or its output, in any case:
// - a run of a script that is written without spaces, or that glues words together (Chinese,
//   Japanese, Korean, Thai, Lao, Hebrew, Arabic), anywhere in the text;
// - any other run of letters and digits as a whole word. What is neither ends a word: punctuation
//   of any script, and a backslash with n, t or r, which is how JSON spells a line break.
// The terms come from the engine, which cuts `text` as it cut the texts when it indexed them.
// Fails with InvalidInput when there is nothing to search for, or too much of it. Parameters are
// named "s0", "s1", and so on.
Result<Condition> search_condition(Store& store, std::string_view text);

// The expressions that the indexes are made of (schema/migrations), for a column of text: its words
// in lower case, apart by spaces, and its runs of the scripts above.
std::string words_expression(std::string_view column);
std::string runs_expression(std::string_view column);

}  // namespace sonde
