// OpenTelemetry GenAI semantic conventions, from 1.37.
// Spec: https://opentelemetry.io/docs/specs/semconv/gen-ai/

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kGenai;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"deployment.environment.name",                                                Field::Environment,      Shape::Text     },
    {"enduser.id",                                                                 Field::UserId,           Shape::Text     },
    {"error.type",                                                                 Field::ErrorClass,       Shape::Text     },
    {"event.exception.message",                                                    Field::StatusMessage,    Shape::Text     },
    {"event.gen_ai.client.inference.operation.details.gen_ai.input.messages",      Field::Input,
     Shape::Messages                                                                                                        },
    {"event.gen_ai.client.inference.operation.details.gen_ai.output.messages",     Field::Output,
     Shape::Messages                                                                                                        },
    {"event.gen_ai.client.inference.operation.details.gen_ai.system_instructions", Field::System,
     Shape::Messages                                                                                                        },
    {"event.gen_ai.content.completion.chunk.time",                                 Field::TimeToFirstToken, Shape::Instant  },
    {"event.gen_ai.first_token.time",                                              Field::TimeToFirstToken, Shape::Instant  },
    {"gen_ai.agent.id",                                                            Field::NodeId,           Shape::Text     },
    {"gen_ai.conversation.id",                                                     Field::SessionId,        Shape::Text     },
    {"gen_ai.data_source.id",                                                      Field::DatasetId,        Shape::Text     },
    {"gen_ai.input.messages",                                                      Field::Input,            Shape::Messages },
    {"gen_ai.operation.name",                                                      Field::Kind,             Shape::KindName },
    {"gen_ai.output.messages",                                                     Field::Output,           Shape::Messages },
    {"gen_ai.prompt.name",                                                         Field::PromptName,       Shape::Text     },
    {"gen_ai.prompt.version",                                                      Field::PromptVersion,    Shape::Text     },
    {"gen_ai.provider.name",                                                       Field::Provider,         Shape::Vendor   },
    {"gen_ai.request",                                                             Field::Parameters,       Shape::Parameter},
    {"gen_ai.request.model",                                                       Field::ModelRequested,   Shape::Text     },
    {"gen_ai.response.finish_reasons",                                             Field::FinishReason,     Shape::Finish   },
    {"gen_ai.response.model",                                                      Field::Model,            Shape::Text     },
    {"gen_ai.response.time_to_first_chunk",                                        Field::TimeToFirstToken, Shape::Seconds  },
    {"gen_ai.retrieval.documents",                                                 Field::Output,           Shape::Documents},
    {"gen_ai.retrieval.query.text",                                                Field::Input,            Shape::Text     },
    {"gen_ai.system_instructions",                                                 Field::System,           Shape::Messages },
    {"gen_ai.tool.call.arguments",                                                 Field::Input,            Shape::Content  },
    {"gen_ai.tool.call.result",                                                    Field::Output,           Shape::Content  },
    {"gen_ai.tool.definitions",                                                    Field::Tools,            Shape::Text     },
    {"gen_ai.tool.name",                                                           Field::ToolName,         Shape::Text     },
    {"gen_ai.usage.cache_creation.input_tokens",                                   Field::CacheWriteTokens, Shape::Count    },
    {"gen_ai.usage.cache_read.input_tokens",                                       Field::CacheReadTokens,  Shape::Count    },
    {"gen_ai.usage.input_tokens",                                                  Field::InputTokens,      Shape::Count    },
    {"gen_ai.usage.output_tokens",                                                 Field::OutputTokens,     Shape::Count    },
    {"gen_ai.usage.reasoning.output_tokens",                                       Field::ReasoningTokens,  Shape::Count    },
    {"gen_ai.workflow.name",                                                       Field::TraceName,        Shape::Text     },
    {"service.name",                                                               Field::AppName,          Shape::Text     },
    {"service.version",                                                            Field::Release,          Shape::Text     },
    {"user.id",                                                                    Field::UserId,           Shape::Text     },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// clang-format off
constexpr KindRule kKinds[] = {
    {"chat",             Kind::Llm      },
    {"completion",       Kind::Llm      },
    {"text_completion",  Kind::Llm      },
    {"generate_content", Kind::Llm      },
    {"generate",         Kind::Llm      },
    {"embeddings",       Kind::Embedding},
    {"embedding",        Kind::Embedding},
    {"retrieval",        Kind::Retrieval},
    {"rerank",           Kind::Retrieval},
    {"execute_tool",     Kind::Tool     },
    {"invoke_agent",     Kind::Agent    },
    {"create_agent",     Kind::Agent    },
    {"invoke_workflow",  Kind::Workflow },
};
// clang-format on

}  // namespace

constinit const Dialect kGenai{.name = "genai", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
