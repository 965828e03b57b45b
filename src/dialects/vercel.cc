// Vercel AI SDK up to v6, and the legacy integration of v7.
// Docs: https://ai-sdk.dev/docs/ai-sdk-core/telemetry

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kVercel;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"ai.model.id",                                           Field::ModelRequested,   Shape::Text        },
    {"ai.model.provider",                                     Field::Provider,         Shape::Vendor      },
    {"ai.operationId",                                        Field::Kind,             Shape::KindName    },
    {"ai.prompt",                                             Field::Input,            Shape::Content     },
    {"ai.prompt.messages",                                    Field::Input,            Shape::Messages    },
    {"ai.prompt.tools",                                       Field::Tools,            Shape::Text        },
    {"ai.response.finishReason",                              Field::FinishReason,     Shape::Finish      },
    {"ai.response.model",                                     Field::Model,            Shape::Text        },
    {"ai.response.msToFirstChunk",                            Field::TimeToFirstToken, Shape::Milliseconds},
    {"ai.response.object",                                    Field::Output,           Shape::Text        },
    {"ai.response.text",                                      Field::Output,           Shape::Content     },
    {"ai.response.toolCalls",                                 Field::Output,           Shape::ToolCalls   },
    {"ai.settings",                                           Field::Parameters,       Shape::Parameter   },
    {"ai.telemetry.functionId",                               Field::TraceName,        Shape::Text        },
    {"ai.telemetry.metadata.langfusePrompt",                  Field::PromptName,       Shape::PromptLink  },
    {"ai.telemetry.metadata.sessionId",                       Field::SessionId,        Shape::Text        },
    {"ai.telemetry.metadata.tags",                            Field::Tags,             Shape::List        },
    {"ai.telemetry.metadata.userId",                          Field::UserId,           Shape::Text        },
    {"ai.toolCall.args",                                      Field::Input,            Shape::Content     },
    {"ai.toolCall.name",                                      Field::ToolName,         Shape::Text        },
    {"ai.toolCall.result",                                    Field::Output,           Shape::Content     },
    {"ai.usage.cachedInputTokens",                            Field::CacheReadTokens,  Shape::Count       },
    {"ai.usage.completionTokens",                             Field::OutputTokens,     Shape::Count       },
    {"ai.usage.inputTokenDetails.cacheReadTokens",            Field::CacheReadTokens,  Shape::Count       },
    {"ai.usage.inputTokenDetails.cacheWriteTokens",           Field::CacheWriteTokens, Shape::Count       },
    {"ai.usage.inputTokens",                                  Field::InputTokens,      Shape::Count       },
    {"ai.usage.outputTokenDetails.reasoningTokens",           Field::ReasoningTokens,  Shape::Count       },
    {"ai.usage.outputTokens",                                 Field::OutputTokens,     Shape::Count       },
    {"ai.usage.promptTokens",                                 Field::InputTokens,      Shape::Count       },
    {"ai.usage.reasoningTokens",                              Field::ReasoningTokens,  Shape::Count       },
    {"ai.usage.tokens",                                       Field::InputTokens,      Shape::Count       },
    {"ai.usage.totalTokens",                                  Field::TotalTokens,      Shape::Count       },
    {"ai.value",                                              Field::Input,            Shape::Content     },
    {"ai.values",                                             Field::Input,            Shape::Content     },
    {"event.ai.stream.firstChunk.ai.response.msToFirstChunk", Field::TimeToFirstToken,
     Shape::Milliseconds                                                                                  },
    {"event.ai.stream.firstChunk.time",                       Field::TimeToFirstToken, Shape::Instant     },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// ai.generateText and its kin wrap one ai.*.do* span a model call and repeat its usage.
// clang-format off
constexpr KindRule kKinds[] = {
    {"*.dogenerate", Kind::Llm      },
    {"*.dostream",   Kind::Llm      },
    {"*.doembed",    Kind::Embedding},
    {"*.dorerank",   Kind::Retrieval},
    {"ai.toolcall",  Kind::Tool     },
    {"ai.*",         Kind::Chain    },
};
// clang-format on

}  // namespace

constinit const Dialect kVercel{.name = "vercel", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
