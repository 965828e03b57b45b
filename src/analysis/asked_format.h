// The form of the answer that a prompt asks for. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// Whether a prompt asks for an answer in JSON, in English, German, French, Spanish, Portuguese,
// Chinese or Japanese. A prompt that only speaks of JSON ("what is JSON?") does not.
bool asks_for_json(std::string_view prompt);

// Whether a prompt states any form of the answer: JSON, a table, a list, a label only, a length.
bool states_format(std::string_view prompt);

// Whether a prompt says that a program reads the answer.
bool says_program_reads(std::string_view prompt);

enum class JsonForm { Valid, Fenced, Invalid };

// Whether an answer is one JSON object or array, alone or inside a code fence.
JsonForm json_form(std::string_view answer);

// Where and why parsing stopped: "invalid value at byte 17". For an answer that is not valid.
std::string json_error(std::string_view answer);

}  // namespace sonde
