// Workflow runs: the table `workflow_runs`, the console's lists and details, the service API's run
// detail, and the logs of workflow apps, which point to runs.
#include "sources/dify/record.h"
#include "sources/dify/sources.h"

namespace sonde {

using dify::Rank;
using dify::Record;
using dify::RowKind;
using simdjson::dom::object;

namespace {

constexpr std::string_view kTableName = "dify-workflow-runs";
constexpr std::string_view kConsoleName = "dify-console-workflow-runs";
constexpr std::string_view kLogsName = "dify-workflow-logs";
constexpr std::string_view kAppLogsName = "dify-workflow-app-logs";

void read_run_fields(Record& record) {
  Span& span = record.span;
  const object row = record.document;
  span.run_id = span.span_id;
  span.message_id = text_of(row, "message_id");
  span.session_id = text_of(row, "conversation_id");
  span.app_id = text_of(row, "app_id");
  span.app_name = text_of(row, "app_name");
  span.prompt_version = text_of(row, "version");
  span.invoke_from = text_of(row, "triggered_from");
  if (span.invoke_from == "debugging") {
    record.row.debugger = true;
    span.invoke_from = "debugger";
  }
  record.row.workflow_id = text_of(row, "workflow_id");
  span.start_time = time_of(row, "created_at");
  span.duration = seconds_of(row, "elapsed_time");
  span.total_tokens = count_of(row, "total_tokens");
  record.keep("exceptions_count");
  record.keep("total_steps");
}

// What is written as 0 until the run ends.
void forget_unfinished(Span& span) {
  if (span.status == Status::Ok) return;
  if (span.duration == 0 || span.status == Status::Pending) span.duration.reset();
  dify::forget_unknown_zeros(span);
}

Result<> read_run(object document, ReadContext& context, Rank rank, std::string_view source) {
  Record record(document, context, RowKind::Run, rank, source);
  record.span.span_id = TRY(record.id("id"));
  read_run_fields(record);
  record.read_status();
  forget_unfinished(record.span);
  record.read_user();
  record.read_input("inputs");
  record.read_output("outputs");
  return record.put();
}

// {"id", "workflow_run": {...}, "created_from", "created_by_end_user", ...}
Result<> read_log(object document, ReadContext& context) {
  const auto run = member(document, "workflow_run");
  if (!run || !run->is_object()) return fail(Code::InvalidInput, "workflow_run is no object");
  Record record(object(*run), context, RowKind::Run, Rank::Thin, kLogsName);
  record.span.span_id = TRY(record.id("id"));
  read_run_fields(record);
  record.read_status();
  forget_unfinished(record.span);
  record.document = document;
  record.read_user();
  record.keep("details");
  std::string created_from = text_of(document, "created_from");
  if (!created_from.empty() && !record.row.debugger) {
    record.span.invoke_from = std::move(created_from);
  }
  return record.put();
}

Result<> read_app_log(object document, ReadContext& context) {
  Record record(document, context, RowKind::Run, Rank::Pointer, kAppLogsName);
  Span& span = record.span;
  span.span_id = TRY(record.id("workflow_run_id"));
  span.run_id = span.span_id;
  span.app_id = text_of(document, "app_id");
  span.invoke_from = text_of(document, "created_from");
  record.row.workflow_id = text_of(document, "workflow_id");
  record.read_user();
  return record.put();
}

bool matches_table(const Keys& keys, object) {
  return keys.has_all({"id", "status", "triggered_from", "total_steps"});
}
bool matches_console(const Keys& keys, object) {
  return keys.has_all({"id", "status", "elapsed_time", "total_steps"});
}
bool matches_log(const Keys& keys, object document) {
  const auto run = keys.has("workflow_run") ? member(document, "workflow_run") : std::nullopt;
  return run && run->is_object() && keys.has("created_from");
}
bool matches_app_log(const Keys& keys, object) {
  return keys.has_all({"workflow_run_id", "workflow_id", "created_from"}) && !keys.has("node_type");
}

}  // namespace

constinit const Source kDifyWorkflowRuns{.name = kTableName,
                                         .title = "Dify workflow runs (SQL dump)",
                                         .matches = matches_table,
                                         .read = [](object document, ReadContext& context) {
                                           return read_run(document, context, Rank::Table,
                                                           kTableName);
                                         }};

constinit const Source kDifyConsoleWorkflowRuns{
    .name = kConsoleName,
    .title = "Dify workflow runs (console or service API)",
    .matches = matches_console,
    .read = [](object document, ReadContext& context) {
      const bool is_detail = document["inputs"].error() == simdjson::SUCCESS;
      return read_run(document, context, is_detail ? Rank::Full : Rank::Thin, kConsoleName);
    }};

constinit const Source kDifyWorkflowLogs{.name = kLogsName,
                                         .title = "Dify workflow logs (console or service API)",
                                         .matches = matches_log,
                                         .read = read_log};

constinit const Source kDifyWorkflowAppLogs{.name = kAppLogsName,
                                            .title = "Dify workflow app logs (SQL dump)",
                                            .matches = matches_app_log,
                                            .read = read_app_log};

}  // namespace sonde
