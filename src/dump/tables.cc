#include "dump/tables.h"

namespace sonde::dump {
namespace {

// The tenant tells an app's row from other rows with a name and a mode.
constexpr DumpColumn kApps[] = {{"id"}, {"tenant_id"}, {"name"}, {"mode"}};

constexpr DumpColumn kAppModelConfigs[] = {
    {"id"},
    {"app_id"},
    {"provider", ColumnShape::Plain, true},
    {"model_id", ColumnShape::Plain, true},
    {"created_at", ColumnShape::Time},
    {"model", ColumnShape::Plain, true},
    {"pre_prompt", ColumnShape::Plain, true},
    {"prompt_type", ColumnShape::Plain, true},
    {"chat_prompt_config", ColumnShape::Plain, true},
    {"completion_prompt_config", ColumnShape::Plain, true},
    {"agent_mode", ColumnShape::Plain, true},
    {"dataset_configs", ColumnShape::Plain, true},
    {"retriever_resource", ColumnShape::Plain, true},
};

constexpr DumpColumn kWorkflows[] = {
    {"id"},
    {"app_id"},
    {"type"},
    {"version"},
    {"marked_name", ColumnShape::Plain, true},
    {"marked_comment", ColumnShape::Plain, true},
    {"graph"},
    {"created_at", ColumnShape::Time},
};

constexpr DumpColumn kConversations[] = {
    {"id"},
    {"app_id"},
    {"app_model_config_id"},
    {"mode"},
    {"model_provider", ColumnShape::Plain, true},
    {"model_id", ColumnShape::Plain, true},
    {"from_end_user_id"},
    {"from_account_id"},
};

constexpr DumpColumn kMessages[] = {
    {"id"},
    {"app_id"},
    {"app_name", ColumnShape::Other, false, "a.name"},
    {"app_kind", ColumnShape::Other, false, "a.mode"},
    {"app_mode", ColumnShape::Plain, true},
    {"model_provider", ColumnShape::Plain, true},
    {"model_id", ColumnShape::Plain, true},
    {"override_model_configs", ColumnShape::Plain, true},
    {"conversation_id"},
    {"parent_message_id", ColumnShape::Plain, true},
    {"workflow_run_id", ColumnShape::Plain, true},
    {"inputs", ColumnShape::Json},
    {"query"},
    {"message", ColumnShape::Json},
    {"answer"},
    {"message_tokens"},
    {"answer_tokens"},
    {"total_price"},
    {"currency"},
    {"provider_response_latency"},
    {"status", ColumnShape::Plain, true},
    {"error", ColumnShape::Plain, true},
    {"message_metadata", ColumnShape::Plain, true},
    {"invoke_from", ColumnShape::Plain, true},
    {"from_source"},
    {"from_end_user_id"},
    {"from_account_id"},
    {"end_user_session", ColumnShape::Other, false, "e.session_id"},
    {"created_at", ColumnShape::Time},
};

constexpr DumpColumn kFeedbacks[] = {
    {"message_id"},
    {"rating"},
    {"from_source"},
    {"content", ColumnShape::Plain, true},
    {"created_at", ColumnShape::Time},
};

constexpr DumpColumn kRuns[] = {
    {"id"},
    {"app_id"},
    {"app_name", ColumnShape::Other, false, "a.name"},
    {"workflow_id"},
    {"triggered_from"},
    {"version"},
    {"inputs"},
    {"outputs"},
    {"status"},
    {"error"},
    {"elapsed_time"},
    {"total_tokens"},
    {"total_steps"},
    {"exceptions_count", ColumnShape::Plain, true},
    {"created_by"},
    {"end_user_session", ColumnShape::Other, false, "e.session_id"},
    {"created_at", ColumnShape::Time},
};

constexpr DumpColumn kAppLogs[] = {
    {"workflow_run_id"}, {"app_id"}, {"workflow_id"}, {"created_from"}, {"created_by"}};

constexpr DumpColumn kNodes[] = {
    {"id"},
    {"app_id"},
    {"app_name", ColumnShape::Other, false, "a.name"},
    {"workflow_id"},
    {"workflow_run_id"},
    {"triggered_from"},
    {"index"},
    {"predecessor_node_id"},
    {"node_id"},
    {"node_type"},
    {"title"},
    {"inputs"},
    {"process_data", ColumnShape::Plain, true},
    {"outputs"},
    {"execution_metadata", ColumnShape::Plain, true},
    {"status"},
    {"error"},
    {"elapsed_time"},
    {"created_by"},
    {"created_at", ColumnShape::Time},
};

constexpr DumpColumn kOffloads[] = {{"node_execution_id"}, {"type"}, {"file_id"}};

constexpr DumpTable kTables[] = {
    {"apps", Slicing::Whole, false, "", "t.id", "apps t", true, kApps},
    {"app_model_configs", Slicing::Whole, false, "", "t.app_id", "app_model_configs t", false,
     kAppModelConfigs},
    {"workflows", Slicing::Whole, false, "", "t.app_id", "workflows t", false, kWorkflows},
    // A conversation of any age may have messages in the window.
    {"conversations", Slicing::Sliced, true, "m.created_at", "m.app_id",
     "conversations t join messages m on m.conversation_id = t.id", false, kConversations},
    {"messages", Slicing::Sliced, false, "t.created_at", "t.app_id",
     "messages t left join apps a on a.id = t.app_id "
     "left join end_users e on e.id = t.from_end_user_id",
     true, kMessages},
    {"message_feedbacks", Slicing::Window, false, "m.created_at", "m.app_id",
     "message_feedbacks t join messages m on m.id = t.message_id", false, kFeedbacks},
    {"workflow_runs", Slicing::Sliced, false, "t.created_at", "t.app_id",
     "workflow_runs t left join apps a on a.id = t.app_id "
     "left join end_users e on e.id = t.created_by and t.created_by_role = 'end_user'",
     false, kRuns},
    {"workflow_app_logs", Slicing::Window, false, "r.created_at", "r.app_id",
     "workflow_app_logs t join workflow_runs r on r.id = t.workflow_run_id", false, kAppLogs},
    // Dify has no index on the nodes' own time. Both the index of older versions (all five columns)
    // and that of newer ones (workflow_run_id) serve this join.
    {"workflow_node_executions", Slicing::Sliced, false, "r.created_at", "r.app_id",
     "workflow_runs r join workflow_node_executions t on t.workflow_run_id = r.id "
     "and t.tenant_id = r.tenant_id and t.app_id = r.app_id and t.workflow_id = r.workflow_id "
     "and t.triggered_from in ('workflow-run', 'rag-pipeline-run') "
     "left join apps a on a.id = t.app_id",
     false, kNodes},
    {"workflow_node_execution_offload", Slicing::Window, false, "t.created_at", "t.app_id",
     "workflow_node_execution_offload t", false, kOffloads},
};

}  // namespace

std::span<const DumpTable> dump_tables() { return kTables; }

}  // namespace sonde::dump
