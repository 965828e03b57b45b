// OpenInference: Phoenix and its instrumentors.
// Spec: https://github.com/Arize-ai/openinference/tree/main/spec

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kOpenInference;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"agent.name",                                   Field::NodeId,            Shape::Text      },
    {"embedding.embeddings",                         Field::Input,             Shape::Indexed   },
    {"embedding.model_name",                         Field::Model,             Shape::Text      },
    {"input.value",                                  Field::Input,             Shape::Content   },
    {"llm.choices",                                  Field::Output,            Shape::Indexed   },
    {"llm.cost.total",                               Field::Cost,              Shape::Usd       },
    {"llm.finish_reason",                            Field::FinishReason,      Shape::Finish    },
    {"llm.input_messages",                           Field::Input,             Shape::Indexed   },
    {"llm.invocation_parameters",                    Field::Parameters,        Shape::Parameters},
    {"llm.model_name",                               Field::Model,             Shape::Text      },
    {"llm.output_messages",                          Field::Output,            Shape::Indexed   },
    {"llm.prompt_template.version",                  Field::PromptVersion,     Shape::Text      },
    {"llm.prompts",                                  Field::Input,             Shape::Indexed   },
    {"llm.provider",                                 Field::Provider,          Shape::Vendor    },
    {"llm.request.model_name",                       Field::ModelRequested,    Shape::Text      },
    {"llm.response.model_name",                      Field::Model,             Shape::Text      },
    {"llm.system",                                   Field::Provider,          Shape::Text      },
    {"llm.token_count.completion",                   Field::OutputTokens,      Shape::Count     },
    {"llm.token_count.completion_details.audio",     Field::OutputAudioTokens, Shape::Count     },
    {"llm.token_count.completion_details.reasoning", Field::ReasoningTokens,   Shape::Count     },
    {"llm.token_count.prompt",                       Field::InputTokens,       Shape::Count     },
    {"llm.token_count.prompt_details.audio",         Field::InputAudioTokens,  Shape::Count     },
    {"llm.token_count.prompt_details.cache_read",    Field::CacheReadTokens,   Shape::Count     },
    {"llm.token_count.prompt_details.cache_write",   Field::CacheWriteTokens,  Shape::Count     },
    {"llm.token_count.total",                        Field::TotalTokens,       Shape::Count     },
    {"llm.tools",                                    Field::Tools,             Shape::ToolList  },
    {"openinference.project.name",                   Field::AppName,           Shape::Text      },
    {"openinference.span.kind",                      Field::Kind,              Shape::KindName  },
    {"output.value",                                 Field::Output,            Shape::Content   },
    {"retrieval.documents",                          Field::Output,            Shape::Documents },
    {"session.id",                                   Field::SessionId,         Shape::Text      },
    {"tag.tags",                                     Field::Tags,              Shape::List      },
    {"tool.name",                                    Field::ToolName,          Shape::Text      },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// clang-format off
constexpr KindRule kKinds[] = {
    {"llm",       Kind::Llm      },
    {"embedding", Kind::Embedding},
    {"chain",     Kind::Chain    },
    {"agent",     Kind::Agent    },
    {"tool",      Kind::Tool     },
    {"retriever", Kind::Retrieval},
    {"reranker",  Kind::Retrieval},
    {"guardrail", Kind::Guardrail},
    {"evaluator", Kind::Evaluator},
    {"prompt",    Kind::Chain    },
    {"unknown",   Kind::Span     },
};
// clang-format on

}  // namespace

constinit const Dialect kOpenInference{.name = "openinference", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
