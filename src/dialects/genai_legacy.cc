// OpenTelemetry GenAI before 1.37, and names that instrumentation of that time shared.
// Spec: https://github.com/open-telemetry/semantic-conventions/tree/v1.36.0/docs/gen-ai

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kGenaiLegacy;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"deployment.environment",                            Field::Environment,      Shape::Text   },
    {"event.gen_ai.assistant.message",                    Field::Input,            Shape::Event  },
    {"event.gen_ai.choice",                               Field::Output,           Shape::Event  },
    {"event.gen_ai.content.completion.gen_ai.completion", Field::Output,           Shape::Content},
    {"event.gen_ai.content.prompt.gen_ai.prompt",         Field::Input,            Shape::Content},
    {"event.gen_ai.system.message",                       Field::Input,            Shape::Event  },
    {"event.gen_ai.tool.message",                         Field::Input,            Shape::Event  },
    {"event.gen_ai.user.message",                         Field::Input,            Shape::Event  },
    {"gen_ai.completion",                                 Field::Output,           Shape::Indexed},
    {"gen_ai.prompt",                                     Field::Input,            Shape::Indexed},
    {"gen_ai.response.finish_reason",                     Field::FinishReason,     Shape::Finish },
    {"gen_ai.server.time_to_first_token",                 Field::TimeToFirstToken, Shape::Seconds},
    {"gen_ai.system",                                     Field::Provider,         Shape::Vendor },
    {"gen_ai.usage.cache_creation_input_tokens",          Field::CacheWriteTokens, Shape::Count  },
    {"gen_ai.usage.cache_read_input_tokens",              Field::CacheReadTokens,  Shape::Count  },
    {"gen_ai.usage.completion_tokens",                    Field::OutputTokens,     Shape::Count  },
    {"gen_ai.usage.prompt_tokens",                        Field::InputTokens,      Shape::Count  },
    {"gen_ai.usage.reasoning_tokens",                     Field::ReasoningTokens,  Shape::Count  },
    {"gen_ai.usage.total_tokens",                         Field::TotalTokens,      Shape::Count  },
};
// clang-format on
static_assert(is_sorted_table(kRules));

}  // namespace

constinit const Dialect kGenaiLegacy{.name = "genai_legacy", .rules = kRules, .kinds = {}};

}  // namespace sonde
