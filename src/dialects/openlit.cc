// OpenLIT, beyond the GenAI conventions that it shares.
// Docs: https://docs.openlit.io/latest/semantic-conventions

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kOpenlit;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"gen_ai.application_name", Field::AppName,          Shape::Text   },
    {"gen_ai.environment",      Field::Environment,      Shape::Text   },
    {"gen_ai.server.ttft",      Field::TimeToFirstToken, Shape::Seconds},
    {"gen_ai.usage.cost",       Field::Cost,             Shape::Usd    },
    {"gen_ai.user",             Field::UserId,           Shape::Text   },
};
// clang-format on
static_assert(is_sorted_table(kRules));

}  // namespace

constinit const Dialect kOpenlit{.name = "openlit", .rules = kRules, .kinds = {}};

}  // namespace sonde
