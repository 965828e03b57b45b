// Traceloop's OpenLLMetry, beyond the GenAI conventions that it shares.
// Names: https://github.com/traceloop/openllmetry (opentelemetry-semantic-conventions-ai)

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kTraceloop;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"event.llm.content.completion.chunk.time",     Field::TimeToFirstToken, Shape::Instant  },
    {"llm.request",                                 Field::Parameters,       Shape::Parameter},
    {"llm.request.functions",                       Field::Tools,            Shape::ToolList },
    {"llm.request.model",                           Field::ModelRequested,   Shape::Text     },
    {"llm.request.type",                            Field::Kind,             Shape::KindName },
    {"llm.response.model",                          Field::Model,            Shape::Text     },
    {"llm.usage.completion_tokens",                 Field::OutputTokens,     Shape::Count    },
    {"llm.usage.prompt_tokens",                     Field::InputTokens,      Shape::Count    },
    {"llm.usage.total_tokens",                      Field::TotalTokens,      Shape::Count    },
    {"llm.user",                                    Field::UserId,           Shape::Text     },
    {"llm.vendor",                                  Field::Provider,         Shape::Vendor   },
    {"traceloop.association.properties.session_id", Field::SessionId,        Shape::Text     },
    {"traceloop.association.properties.user_id",    Field::UserId,           Shape::Text     },
    {"traceloop.entity.input",                      Field::Input,            Shape::Content  },
    {"traceloop.entity.output",                     Field::Output,           Shape::Content  },
    {"traceloop.prompt.key",                        Field::PromptName,       Shape::Text     },
    {"traceloop.prompt.version",                    Field::PromptVersion,    Shape::Text     },
    {"traceloop.span.kind",                         Field::Kind,             Shape::KindName },
    {"traceloop.workflow.name",                     Field::TraceName,        Shape::Text     },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// clang-format off
constexpr KindRule kKinds[] = {
    {"workflow",   Kind::Workflow },
    {"task",       Kind::Chain    },
    {"agent",      Kind::Agent    },
    {"tool",       Kind::Tool     },
    {"chat",       Kind::Llm      },
    {"completion", Kind::Llm      },
    {"embedding",  Kind::Embedding},
    {"rerank",     Kind::Retrieval},
    {"unknown",    Kind::Span     },
};
// clang-format on

}  // namespace

constinit const Dialect kTraceloop{.name = "traceloop", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
