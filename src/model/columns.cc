#include "model/columns.h"

#include <algorithm>
#include <array>

namespace sonde {
namespace {

using enum ColumnType;

// clang-format off
constexpr std::array kColumns = {
    Column{"trace_id",            "trace",     Field::TraceId,           Text,     &Span::trace_id,            "the trace the span belongs to"},
    Column{"span_id",             "id",        Field::SpanId,            Text,     &Span::span_id,             "the span itself; derived from the record's bytes when it has no id"},
    Column{"parent_span_id",      "parent",    Field::ParentSpanId,      Text,     &Span::parent_span_id,      "the span that caused this one"},
    Column{"kind",                "",          Field::Kind,              ColumnType::Kind, &Span::kind,        "llm, embedding, retrieval, tool, agent, chain, workflow, guardrail, evaluator, event or span"},
    Column{"name",                "",          Field::Name,              Text,     &Span::name,                "the span's name; for a Dify node its title"},
    Column{"trace_name",          "",          Field::TraceName,         Text,     &Span::trace_name,          "the trace's name"},
    Column{"source",              "",          Field::Source,            Text,     &Span::source,              "the format it was read from"},
    Column{"dialect",             "",          Field::Dialect,           Text,     &Span::dialect,             "the attribute vocabulary that won most fields"},
    Column{"message_id",          "",          Field::MessageId,         Text,     &Span::message_id,          "the chat message it answers"},
    Column{"run_id",              "",          Field::RunId,             Text,     &Span::run_id,              "the workflow run it is part of"},
    Column{"start_time",          "time",      Field::StartTime,         Time,     &Span::start_time,          "when it started (UTC)"},
    Column{"duration",            "latency",   Field::Duration,          ColumnType::Duration, &Span::duration, "response time"},
    Column{"time_to_first_token", "ttft",      Field::TimeToFirstToken,  ColumnType::Duration, &Span::time_to_first_token, "time until the first token arrived"},
    Column{"status",              "",          Field::Status,            ColumnType::Status, &Span::status,    "ok, error, cancelled, pending or unknown"},
    Column{"status_message",      "error",     Field::StatusMessage,     Text,     &Span::status_message,      "the error as the provider or Dify wrote it"},
    Column{"error_class",         "",          Field::ErrorClass,        Text,     &Span::error_class,         "the kind of error: rate_limit, timeout, context_length, ..."},
    Column{"finish_reason",       "",          Field::FinishReason,      Text,     &Span::finish_reason,       "why the model stopped: stop, length, tool_calls, content_filter, ..."},
    Column{"refusal",             "",          Field::Refusal,           Flag,     &Span::refusal,             "the model declined to answer"},
    Column{"feedback",            "",          Field::Feedback,          Text,     &Span::feedback,            "like or dislike, from a user or an admin"},
    Column{"provider",            "",          Field::Provider,          Text,     &Span::provider,            "who served the model"},
    Column{"model_requested",     "",          Field::ModelRequested,    Text,     &Span::model_requested,     "the model asked for"},
    Column{"model",               "",          Field::Model,             Text,     &Span::model,               "the model that answered when known, else the one asked for"},
    Column{"parameters",          "",          Field::Parameters,        Text,     &Span::parameters,          "temperature, max_tokens and the like, as a JSON object"},
    Column{"tools",               "",          Field::Tools,             Text,     &Span::tools,               "tool definitions, as a JSON array"},
    Column{"system",              "",          Field::System,            Text,     &Span::system,              "the system prompt"},
    Column{"input",               "prompt",    Field::Input,             Text,     &Span::input,               "the prompt: text, or a JSON array of messages"},
    Column{"output",              "answer",    Field::Output,            Text,     &Span::output,              "the answer"},
    Column{"input_tokens",        "tokens_in", Field::InputTokens,       Count,    &Span::input_tokens,        "tokens in, cached ones included"},
    Column{"output_tokens",       "tokens_out", Field::OutputTokens,     Count,    &Span::output_tokens,       "tokens out, reasoning included"},
    Column{"total_tokens",        "",          Field::TotalTokens,       Count,    &Span::total_tokens,        "total as reported"},
    Column{"cache_read_tokens",   "",          Field::CacheReadTokens,   Count,    &Span::cache_read_tokens,   "part of input_tokens read from the prompt cache"},
    Column{"cache_write_tokens",  "",          Field::CacheWriteTokens,  Count,    &Span::cache_write_tokens,  "part of input_tokens written to the prompt cache"},
    Column{"input_audio_tokens",  "",          Field::InputAudioTokens,  Count,    &Span::input_audio_tokens,  "part of input_tokens that is audio"},
    Column{"reasoning_tokens",    "",          Field::ReasoningTokens,   Count,    &Span::reasoning_tokens,    "part of output_tokens spent on reasoning"},
    Column{"output_audio_tokens", "",          Field::OutputAudioTokens, Count,    &Span::output_audio_tokens, "part of output_tokens that is audio"},
    Column{"cost",                "",          Field::Cost,              Money,    &Span::cost,                "money, in the span's currency"},
    Column{"currency",            "",          Field::Currency,          Text,     &Span::currency,            "the currency of cost"},
    Column{"cost_origin",         "",          Field::CostOrigin,        Text,     &Span::cost_origin,         "reported by the source, or computed from prices"},
    Column{"user_id",             "user",      Field::UserId,            Text,     &Span::user_id,             "the end user"},
    Column{"session_id",          "session",   Field::SessionId,         Text,     &Span::session_id,          "the conversation"},
    Column{"environment",         "",          Field::Environment,       Text,     &Span::environment,         "production, staging, ..."},
    Column{"release",             "",          Field::Release,           Text,     &Span::release,             "the application's release"},
    Column{"app_id",              "",          Field::AppId,             Text,     &Span::app_id,              "the Dify app, or the service"},
    Column{"app_name",            "app",       Field::AppName,           Text,     &Span::app_name,            "its name"},
    Column{"node_id",             "",          Field::NodeId,            Text,     &Span::node_id,             "the workflow node"},
    Column{"node_type",           "",          Field::NodeType,          Text,     &Span::node_type,           "llm, knowledge-retrieval, code, ..."},
    Column{"tool_name",           "tool",      Field::ToolName,          Text,     &Span::tool_name,           "the tool that was called"},
    Column{"dataset_id",          "dataset",   Field::DatasetId,         Text,     &Span::dataset_id,          "the knowledge base that was searched"},
    Column{"documents",           "",          Field::Documents,         Text,     &Span::documents,           "the documents that retrieval gave, as a JSON array of names in rank order, at most 50; [] when it ran and found none"},
    Column{"invoke_from",         "",          Field::InvokeFrom,        Text,     &Span::invoke_from,         "service-api, web-app, debugger, ..."},
    Column{"category",            "",          Field::Category,          Text,     &Span::category,            "the log's own category, or the one --category-map gives"},
    Column{"tags",                "",          Field::Tags,              Text,     &Span::tags,                "comma-separated tags"},
    Column{"prompt_name",         "",          Field::PromptName,        Text,     &Span::prompt_name,         "the prompt template's name"},
    Column{"prompt_version",      "version",   Field::PromptVersion,     Text,     &Span::prompt_version,      "the prompt template's or the workflow's version"},
    Column{"template_hash",       "",          Field::TemplateHash,      Text,     &Span::template_hash,       "derived identity of the prompt template"},
};
// clang-format on

static_assert(kColumns.size() + 1 == kFieldCount);
static_assert([] {
  for (size_t i = 0; i < kColumns.size(); ++i) {
    if (static_cast<size_t>(kColumns[i].field) != i) return false;
  }
  return true;
}());

}  // namespace

std::span<const Column> span_columns() { return kColumns; }

const Column& column(Field field) { return kColumns[static_cast<size_t>(field)]; }

const Column* find_column(std::string_view name) {
  const auto found = std::find_if(kColumns.begin(), kColumns.end(), [&](const Column& c) {
    return c.name == name || (!c.alias.empty() && c.alias == name);
  });
  return found == kColumns.end() ? nullptr : &*found;
}

}  // namespace sonde
