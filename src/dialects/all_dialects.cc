#include "dialects/rule.h"

namespace sonde {

extern const Dialect kLangfuse;
extern const Dialect kGenai;
extern const Dialect kOpenInference;
extern const Dialect kVercel;
extern const Dialect kTraceloop;
extern const Dialect kOpenlit;
extern const Dialect kDify;
extern const Dialect kGenaiLegacy;

namespace {

// Where two attributes claim one field, the dialect listed first wins. Langfuse comes first since
// its SDK restates what other instrumentation put on the same span; old names come last.
constexpr const Dialect* kAllDialects[] = {&kLangfuse,  &kGenai,   &kOpenInference, &kVercel,
                                           &kTraceloop, &kOpenlit, &kDify,          &kGenaiLegacy};

}  // namespace

std::span<const Dialect* const> all_dialects() { return kAllDialects; }

}  // namespace sonde
