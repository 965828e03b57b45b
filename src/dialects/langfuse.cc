// Langfuse: its SDKs from v4 (JS) and v3 (Python), and sources/langfuse, which writes the same
// keys. Docs: https://langfuse.com/integrations/native/opentelemetry

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kLangfuse;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"langfuse.environment",                       Field::Environment,      Shape::Text      },
    {"langfuse.internal.is_app_root",              Field::Attributes,       Shape::AppRoot   },
    {"langfuse.observation.completion_start_time", Field::TimeToFirstToken, Shape::Instant   },
    {"langfuse.observation.cost_details",          Field::Cost,             Shape::CostMap   },
    {"langfuse.observation.end_time",              Field::Duration,         Shape::Instant   },
    {"langfuse.observation.input",                 Field::Input,            Shape::Content   },
    {"langfuse.observation.level",                 Field::Status,           Shape::LevelName },
    {"langfuse.observation.model.name",            Field::Model,            Shape::Text      },
    {"langfuse.observation.model.parameters",      Field::Parameters,       Shape::Parameters},
    {"langfuse.observation.output",                Field::Output,           Shape::Content   },
    {"langfuse.observation.prompt.name",           Field::PromptName,       Shape::Text      },
    {"langfuse.observation.prompt.version",        Field::PromptVersion,    Shape::Text      },
    {"langfuse.observation.status_message",        Field::StatusMessage,    Shape::Text      },
    {"langfuse.observation.type",                  Field::Kind,             Shape::KindName  },
    {"langfuse.observation.usage_details",         Field::InputTokens,      Shape::UsageMap  },
    {"langfuse.prompt.name",                       Field::PromptName,       Shape::Text      },
    {"langfuse.prompt.version",                    Field::PromptVersion,    Shape::Text      },
    {"langfuse.release",                           Field::Release,          Shape::Text      },
    {"langfuse.session.id",                        Field::SessionId,        Shape::Text      },
    {"langfuse.tags",                              Field::Tags,             Shape::List      },
    {"langfuse.trace.input",                       Field::Input,            Shape::Text      },
    {"langfuse.trace.name",                        Field::TraceName,        Shape::Text      },
    {"langfuse.trace.output",                      Field::Output,           Shape::Text      },
    {"langfuse.trace.tags",                        Field::Tags,             Shape::List      },
    {"langfuse.user.id",                           Field::UserId,           Shape::Text      },
    {"langfuse.version",                           Field::Release,          Shape::Text      },
    {"sonde.no_call",                              Field::Attributes,       Shape::NoCall    },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// clang-format off
constexpr KindRule kKinds[] = {
    {"generation", Kind::Llm      },
    {"span",       Kind::Span     },
    {"event",      Kind::Event    },
    {"agent",      Kind::Agent    },
    {"tool",       Kind::Tool     },
    {"chain",      Kind::Chain    },
    {"retriever",  Kind::Retrieval},
    {"embedding",  Kind::Embedding},
    {"evaluator",  Kind::Evaluator},
    {"guardrail",  Kind::Guardrail},
};
// clang-format on

}  // namespace

constinit const Dialect kLangfuse{.name = "langfuse", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
