// Which language a text is in, and which one a prompt asks for. Script first; for the Latin script
// the share of function words (stop words) decides. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// The English name of the language of `text` ("German"), or empty when it is too short or too mixed
// to tell. Knows English, German, French, Spanish, Portuguese, Italian, Dutch by their words, and
// Chinese, Japanese, Korean, Russian, Arabic, Hebrew, Greek, Thai, Hindi by their script.
std::string_view language_of(std::string_view text);

// The languages a prompt asks the answer to be in ("answer in German", "auf Deutsch", "translate
// to French", in any of those languages); empty when it asks for none.
std::vector<std::string_view> languages_asked(std::string_view prompt);

// The languages a prompt names at all.
std::vector<std::string_view> languages_named(std::string_view prompt);

}  // namespace sonde
