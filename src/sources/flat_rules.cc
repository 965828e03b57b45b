// The words that flat logs use. Adding an alias is adding a row; within one field, the row further
// up wins when a record has both.
#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cctype>

#include "sources/flat.h"

namespace sonde {
namespace {

using enum FlatShape;

// clang-format off
constexpr std::array kFlatRules = {
    FlatRule{"category",          Text,       Field::Category, TimeUnit::Infer, true},
    FlatRule{"prompt",            Prompt,     Field::Input, TimeUnit::Infer, true},
    FlatRule{"query",             Prompt,     Field::Input},
    FlatRule{"input",             Prompt,     Field::Input},
    FlatRule{"question",          Prompt,     Field::Input},
    FlatRule{"user_input",        Prompt,     Field::Input},
    FlatRule{"user_message",      Prompt,     Field::Input},
    FlatRule{"user_prompt",       Prompt,     Field::Input},
    FlatRule{"prompt_text",       Prompt,     Field::Input},
    FlatRule{"instruction",       Prompt,     Field::Input},
    FlatRule{"system",            Text,       Field::System},
    FlatRule{"system_prompt",     Text,       Field::System},
    FlatRule{"answer",            Answer,     Field::Output},
    FlatRule{"response",          Answer,     Field::Output},
    FlatRule{"output",            Answer,     Field::Output},
    FlatRule{"completion",        Answer,     Field::Output},
    FlatRule{"reply",             Answer,     Field::Output},
    FlatRule{"generated_text",    Answer,     Field::Output},
    FlatRule{"response_text",     Answer,     Field::Output},
    FlatRule{"assistant",         Answer,     Field::Output},
    FlatRule{"result",            Answer,     Field::Output},
    FlatRule{"model",             Text,       Field::Model, TimeUnit::Infer, true},
    FlatRule{"model_name",        Text,       Field::Model},
    FlatRule{"model_id",          Text,       Field::Model},
    FlatRule{"llm_model",         Text,       Field::Model},
    FlatRule{"engine",            Text,       Field::Model},
    FlatRule{"model_requested",   Text,       Field::ModelRequested},
    FlatRule{"provider",          Text,       Field::Provider},
    FlatRule{"model_provider",    Text,       Field::Provider},
    FlatRule{"vendor",            Text,       Field::Provider},
    FlatRule{"response_time",     Duration,   Field::Duration, TimeUnit::Infer, true},
    FlatRule{"response_time_ms",  Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"response_time_s",   Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"response_time_sec", Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"response_time_seconds", Duration, Field::Duration, TimeUnit::Seconds},
    FlatRule{"responsetime",      Duration,   Field::Duration},
    FlatRule{"latency",           Duration,   Field::Duration},
    FlatRule{"latency_ms",        Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"latency_s",         Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"latency_seconds",   Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"latency_us",        Duration,   Field::Duration, TimeUnit::Microseconds},
    FlatRule{"duration",          Duration,   Field::Duration},
    FlatRule{"duration_ms",       Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"duration_s",        Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"duration_seconds",  Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"duration_us",       Duration,   Field::Duration, TimeUnit::Microseconds},
    FlatRule{"elapsed",           Duration,   Field::Duration},
    FlatRule{"elapsed_ms",        Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"elapsed_s",         Duration,   Field::Duration, TimeUnit::Seconds},
    FlatRule{"elapsed_time",      Duration,   Field::Duration},
    FlatRule{"elapsed_time_ms",   Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"time_taken",        Duration,   Field::Duration},
    FlatRule{"time_ms",           Duration,   Field::Duration, TimeUnit::Milliseconds},
    FlatRule{"time_to_first_token",         Duration, Field::TimeToFirstToken},
    FlatRule{"time_to_first_token_ms",      Duration, Field::TimeToFirstToken, TimeUnit::Milliseconds},
    FlatRule{"time_to_first_token_s",       Duration, Field::TimeToFirstToken, TimeUnit::Seconds},
    FlatRule{"ttft",              Duration,   Field::TimeToFirstToken},
    FlatRule{"ttft_ms",           Duration,   Field::TimeToFirstToken, TimeUnit::Milliseconds},
    FlatRule{"ttft_s",            Duration,   Field::TimeToFirstToken, TimeUnit::Seconds},
    FlatRule{"success",           Success,    Field::Status, TimeUnit::Infer, true},
    FlatRule{"succeeded",         Success,    Field::Status},
    FlatRule{"is_success",        Success,    Field::Status},
    FlatRule{"ok",                Success,    Field::Status},
    FlatRule{"status",            StatusText, Field::Status},
    FlatRule{"outcome",           StatusText, Field::Status},
    FlatRule{"status_code",       StatusText, Field::Status},
    FlatRule{"http_status",       StatusText, Field::Status},
    FlatRule{"error",             ErrorValue, Field::StatusMessage},
    FlatRule{"error_message",     ErrorValue, Field::StatusMessage},
    FlatRule{"status_message",    ErrorValue, Field::StatusMessage},
    FlatRule{"exception",         ErrorValue, Field::StatusMessage},
    FlatRule{"error_type",        ErrorValue, Field::StatusMessage},
    FlatRule{"created_at",        Time,       Field::StartTime},
    FlatRule{"start_time",        Time,       Field::StartTime},
    FlatRule{"timestamp",         Time,       Field::StartTime},
    FlatRule{"started_at",        Time,       Field::StartTime},
    FlatRule{"datetime",          Time,       Field::StartTime},
    FlatRule{"time",              Time,       Field::StartTime},
    FlatRule{"date",              Time,       Field::StartTime},
    FlatRule{"ts",                Time,       Field::StartTime},
    FlatRule{"input_tokens",      Count,      Field::InputTokens},
    FlatRule{"prompt_tokens",     Count,      Field::InputTokens},
    FlatRule{"message_tokens",    Count,      Field::InputTokens},
    FlatRule{"tokens_in",         Count,      Field::InputTokens},
    FlatRule{"output_tokens",     Count,      Field::OutputTokens},
    FlatRule{"completion_tokens", Count,      Field::OutputTokens},
    FlatRule{"answer_tokens",     Count,      Field::OutputTokens},
    FlatRule{"tokens_out",        Count,      Field::OutputTokens},
    FlatRule{"total_tokens",      Count,      Field::TotalTokens},
    FlatRule{"tokens",            Count,      Field::TotalTokens},
    FlatRule{"cached_tokens",     Count,      Field::CacheReadTokens},
    FlatRule{"cache_read_tokens", Count,      Field::CacheReadTokens},
    FlatRule{"reasoning_tokens",  Count,      Field::ReasoningTokens},
    FlatRule{"total_price",       Money,      Field::Cost},
    FlatRule{"cost",              Money,      Field::Cost},
    FlatRule{"total_cost",        Money,      Field::Cost},
    FlatRule{"cost_usd",          Money,      Field::Cost},
    FlatRule{"price",             Money,      Field::Cost},
    FlatRule{"currency",          Text,       Field::Currency},
    FlatRule{"user_id",           Text,       Field::UserId},
    FlatRule{"user",              Text,       Field::UserId},
    FlatRule{"from_end_user_id",  Text,       Field::UserId},
    FlatRule{"end_user",          Text,       Field::UserId},
    FlatRule{"end_user_id",       Text,       Field::UserId},
    FlatRule{"session_id",        Text,       Field::SessionId},
    FlatRule{"conversation_id",   Text,       Field::SessionId},
    FlatRule{"session",           Text,       Field::SessionId},
    FlatRule{"thread_id",         Text,       Field::SessionId},
    FlatRule{"chat_id",           Text,       Field::SessionId},
    FlatRule{"id",                Text,       Field::SpanId},
    FlatRule{"span_id",           Text,       Field::SpanId},
    FlatRule{"request_id",        Text,       Field::SpanId},
    FlatRule{"call_id",           Text,       Field::SpanId},
    FlatRule{"message_id",        Text,       Field::MessageId},
    FlatRule{"trace_id",          Text,       Field::TraceId},
    FlatRule{"run_id",            Text,       Field::RunId},
    FlatRule{"app_name",          Text,       Field::AppName},
    FlatRule{"app",               Text,       Field::AppName},
    FlatRule{"application",       Text,       Field::AppName},
    FlatRule{"service",           Text,       Field::AppName},
    FlatRule{"app_id",            Text,       Field::AppId},
    FlatRule{"environment",       Text,       Field::Environment},
    FlatRule{"env",               Text,       Field::Environment},
    FlatRule{"release",           Text,       Field::Release},
    FlatRule{"invoke_from",       Text,       Field::InvokeFrom},
    FlatRule{"feedback",          Rating,     Field::Feedback},
    FlatRule{"rating",            Rating,     Field::Feedback},
    FlatRule{"user_feedback",     Rating,     Field::Feedback},
    FlatRule{"thumbs",            Rating,     Field::Feedback},
    FlatRule{"retrieved_documents", Documents, Field::Documents},
    FlatRule{"retrieved_docs",    Documents,  Field::Documents},
    FlatRule{"documents",         Documents,  Field::Documents},
    FlatRule{"source_documents",  Documents,  Field::Documents},
    FlatRule{"context_documents", Documents,  Field::Documents},
    FlatRule{"document_names",    Documents,  Field::Documents},
    FlatRule{"document_ids",      Documents,  Field::Documents},
    FlatRule{"retrieved_document_ids", Documents, Field::Documents},
    FlatRule{"sources",           Documents,  Field::Documents},
    FlatRule{"retrieved",         Documents,  Field::Documents},
    FlatRule{"document_name",     Document,   Field::Documents},
    FlatRule{"document_id",       Document,   Field::Documents},
    FlatRule{"doc_id",            Document,   Field::Documents},
    FlatRule{"document",          Document,   Field::Documents},
    FlatRule{"contexts",          Documents,  Field::Documents},
    FlatRule{"retrieved_count",   Documents,  Field::Documents},
    FlatRule{"documents_count",   Documents,  Field::Documents},
    FlatRule{"num_documents",     Documents,  Field::Documents},
    FlatRule{"finish_reason",     Text,       Field::FinishReason},
    FlatRule{"stop_reason",       Text,       Field::FinishReason},
    FlatRule{"prompt_name",       Text,       Field::PromptName},
    FlatRule{"template",          Text,       Field::PromptName},
    FlatRule{"template_name",     Text,       Field::PromptName},
    FlatRule{"prompt_version",    Text,       Field::PromptVersion},
    FlatRule{"template_version",  Text,       Field::PromptVersion},
    FlatRule{"version",           Text,       Field::PromptVersion},
    FlatRule{"tool_name",         Text,       Field::ToolName},
    FlatRule{"name",              Text,       Field::Name},
    FlatRule{"tags",              Tags,       Field::Tags},
    FlatRule{"parameters",        Parameters, Field::Parameters},
    FlatRule{"params",            Parameters, Field::Parameters},
    FlatRule{"model_parameters",  Parameters, Field::Parameters},
    FlatRule{"temperature",       Parameter,  Field::Parameters},
    FlatRule{"top_p",             Parameter,  Field::Parameters},
    FlatRule{"top_k",             Parameter,  Field::Parameters},
    FlatRule{"max_tokens",        Parameter,  Field::Parameters},
    FlatRule{"max_completion_tokens", Parameter, Field::Parameters},
    FlatRule{"max_output_tokens", Parameter,  Field::Parameters},
    FlatRule{"response_format",   Parameter,  Field::Parameters},
    FlatRule{"seed",              Parameter,  Field::Parameters},
    FlatRule{"frequency_penalty", Parameter,  Field::Parameters},
    FlatRule{"presence_penalty",  Parameter,  Field::Parameters},
    // Signs of another format; see all_sources.cc.
    FlatRule{"agent_thoughts",    Foreign},
    FlatRule{"app_model_config_id", Foreign},
    FlatRule{"batch",             Foreign},
    FlatRule{"body",              Foreign},
    FlatRule{"choices",           Foreign},
    FlatRule{"completion_params", Foreign},
    FlatRule{"custom_id",         Foreign},
    FlatRule{"data",              Foreign},
    FlatRule{"export_info",       Foreign},
    FlatRule{"feedback_id",       Foreign},
    FlatRule{"feedback_rating",   Foreign},
    FlatRule{"from_source",       Foreign},
    FlatRule{"graph",             Foreign},
    FlatRule{"levels",            Foreign},
    FlatRule{"message_files",     Foreign},
    FlatRule{"messages",          Foreign},
    FlatRule{"model_config",      Foreign},
    FlatRule{"node_id",           Foreign},
    FlatRule{"node_type",         Foreign},
    FlatRule{"object",            Foreign},
    FlatRule{"observations",      Foreign},
    FlatRule{"pre_prompt",        Foreign},
    FlatRule{"provider_response_latency", Foreign},
    FlatRule{"request",           Foreign},
    FlatRule{"resourcelogs",      Foreign},
    FlatRule{"resourcemetrics",   Foreign},
    FlatRule{"resourcespans",     Foreign},
    FlatRule{"retriever_resources", Foreign,  Field::Documents},
    FlatRule{"trace",             Foreign},
    FlatRule{"traceid",           Foreign},
    FlatRule{"triggered_from",    Foreign},
    FlatRule{"workflow_id",       Foreign},
    FlatRule{"workflow_run",      Foreign},
    FlatRule{"workflow_run_id",   Foreign},
};
// clang-format on

const auto& rules_by_key() {
  static const auto kByKey = [] {
    boost::unordered_flat_map<std::string_view, const FlatRule*> map;
    for (const FlatRule& rule : kFlatRules) map.emplace(rule.key, &rule);
    return map;
  }();
  return kByKey;
}

}  // namespace

const FlatRule* find_flat_rule(std::string_view key) {
  constexpr size_t kKeyBytesMax = 32;
  if (key.size() > kKeyBytesMax) return nullptr;
  // "Response Time", "responseTime" and "response-time" are all response_time.
  char folded[2 * kKeyBytesMax];
  size_t size = 0;
  for (size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (c == ' ' || c == '-') {
      folded[size++] = '_';
    } else if (c >= 'A' && c <= 'Z') {
      const bool word = i > 0 && key[i - 1] >= 'a' && key[i - 1] <= 'z';
      if (word) folded[size++] = '_';
      folded[size++] = static_cast<char>(c + ('a' - 'A'));
    } else {
      folded[size++] = c;
    }
  }
  const auto& map = rules_by_key();
  auto found = map.find(std::string_view(folded, size));
  if (found != map.end()) return found->second;
  // Names that are one word although written in camel case: resourceSpans, traceId.
  size = static_cast<size_t>(std::remove(folded, folded + size, '_') - folded);
  found = map.find(std::string_view(folded, size));
  return found != map.end() && found->second->shape == Foreign ? found->second : nullptr;
}

}  // namespace sonde
