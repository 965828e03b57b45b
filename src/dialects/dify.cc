// What Dify itself adds to the GenAI conventions: its Aliyun tracer and ENABLE_OTEL.
// Source: api/extensions/otel and api/core/ops/aliyun_trace of https://github.com/langgenius/dify

#include "dialects/rule.h"

namespace sonde {

extern const Dialect kDify;

namespace {

// clang-format off
constexpr Rule kRules[] = {
    {"dify.app_id",          Field::AppId,      Shape::Text    },
    {"dify.invoke_from",     Field::InvokeFrom, Shape::Text    },
    {"dify.message_id",      Field::MessageId,  Shape::Text    },
    {"dify.workflow_run_id", Field::RunId,      Shape::Text    },
    {"gen_ai.session.id",    Field::SessionId,  Shape::Text    },
    {"gen_ai.span.kind",     Field::Kind,       Shape::KindName},
    {"gen_ai.user.id",       Field::UserId,     Shape::Text    },
    {"node.id",              Field::NodeId,     Shape::Text    },
    {"node.type",            Field::NodeType,   Shape::Text    },
    {"retrieval.document",   Field::Output,     Shape::Documents},
    {"retrieval.query",      Field::Input,      Shape::Text    },
};
// clang-format on
static_assert(is_sorted_table(kRules));

// clang-format off
constexpr KindRule kKinds[] = {
    {"llm",       Kind::Llm      },
    {"retriever", Kind::Retrieval},
    {"tool",      Kind::Tool     },
    {"agent",     Kind::Agent    },
    {"embedding", Kind::Embedding},
    {"task",      Kind::Span     },
    {"chain",     Kind::Chain    },
};
// clang-format on

}  // namespace

constinit const Dialect kDify{.name = "dify", .rules = kRules, .kinds = kKinds};

}  // namespace sonde
