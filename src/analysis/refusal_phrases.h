// How models decline. Pure functions, safe from any thread.
#pragma once

#include <string_view>

namespace sonde {

// Whether an answer opens with a refusal, in English, German, French, Spanish, Portuguese, Chinese
// or Japanese. Looks at its first bytes only; "I'm sorry your parcel is late" is none.
bool opens_with_refusal(std::string_view answer);

}  // namespace sonde
