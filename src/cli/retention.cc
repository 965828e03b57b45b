#include "ingest/retention.h"

#include "base/quantity.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

struct RetentionArguments : Arguments {
  bool dry_run = false;
};

std::string day_of(const RetentionStep& step) {
  return format_iso_time(int64_t{step.before} * kMicrosPerSecond).substr(0, 10);
}

std::string_view name_of(const RetentionStep& step) {
  if (step.kind == RemovalKind::Content) return "content";
  return step.reason == RetentionStep::Reason::Age ? "age" : "budget";
}

std::string mebibytes(uint64_t bytes) {
  return fmt::format("{} MiB", format_count((bytes + (1U << 20) - 1) >> 20));
}

uint64_t spans_of(const std::vector<RemovalRecord>& resumed) {
  uint64_t spans = 0;
  for (const RemovalRecord& record : resumed) spans += record.spans;
  return spans;
}

bool is_asked(const Settings& settings) {
  if (settings.retention_days > 0 || settings.content_days > 0 || settings.history_bytes_max > 0)
    return true;
  for (const auto& [name, own] : settings.projects) {
    if (settings.retention_of(name) != Retention{}) return true;
  }
  return false;
}

std::string to_text(const RetentionReport& report, const Settings& settings, uint64_t resumed,
                    bool is_dry_run) {
  std::string text;
  if (resumed > 0) {
    text += fmt::format("Finished what had been interrupted: {} spans.\n", format_count(resumed));
  }
  for (const RetentionStep& step : report.steps) {
    const std::string_view reason =
        step.reason == RetentionStep::Reason::Age ? "too old" : "beyond the disk budget";
    if (step.kind == RemovalKind::Content) {
      text += fmt::format("{}: {} {} spans filed before {}", step.project,
                          is_dry_run ? "would clear the texts of" : "cleared the texts of",
                          format_count(step.spans), day_of(step));
    } else {
      text += fmt::format("{}: {} {} spans filed before {}, {}; {} whole month{}", step.project,
                          is_dry_run ? "would drop" : "dropped", format_count(step.spans),
                          day_of(step), reason, step.months, step.months == 1 ? "" : "s");
    }
    text += step.bytes > 0 ? fmt::format(", {}\n", mebibytes(step.bytes)) : "\n";
  }
  if (!is_asked(settings)) {
    text +=
        "Everything is kept: neither retention-days, content-days nor history-bytes-max is "
        "set.\n";
  } else if (report.steps.empty()) {
    text += "Nothing is due.\n";
  }
  for (const std::string& project : report.over_budget) {
    text += fmt::format(
        "{} is over its history-bytes-max still: the current month is never "
        "dropped.\n",
        project.empty() ? "The history" : "Project " + project);
  }
  return text +
         fmt::format("{}: {}.\n", is_dry_run ? "Would be left" : "Left", mebibytes(report.bytes));
}

std::string to_json(const RetentionReport& report, uint64_t resumed, bool is_dry_run) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.key("dry_run");
  json.boolean(is_dry_run);
  json.field("spans_of_interrupted", resumed);
  json.key("steps");
  json.begin_array();
  for (const RetentionStep& step : report.steps) {
    json.begin_object();
    json.field("project", step.project);
    json.field("reason", name_of(step));
    json.field("filed_before", format_iso_time(int64_t{step.before} * kMicrosPerSecond));
    json.field("spans", step.spans);
    json.field("whole_months", step.months);
    json.field("bytes", step.bytes);
    json.end_object();
  }
  json.end_array();
  json.field("bytes_left", report.bytes);
  json.key("over_budget");
  json.begin_array();
  for (const std::string& project : report.over_budget) json.text(project.empty() ? "*" : project);
  json.end_array();
  json.end_object();
  return json.take();
}

Result<int> run(const RetentionArguments& arguments) {
  const bool is_json = TRY(wants_json(arguments));
  const Settings settings = TRY(settings_of(arguments));
  TRY(require_one_server(settings, "retention"));
  TRY(require_history(settings));
  const std::unique_ptr<History> history = TRY(History::open(settings));
  RetentionRequest request;
  request.now = now_micros();
  request.is_dry_run = arguments.dry_run;
  // What cron runs is for all; a project that is typed is meant alone.
  if (arguments.settings.contains("project")) request.project = settings.project;
  if (!request.project.empty()) TRY(require_ledger(*history, settings, request.project));
  const RetentionReport report = TRY(apply_retention(*history, settings, request));
  const uint64_t resumed = spans_of(history->resumed_removals());
  TRY(write_output(arguments, is_json ? to_json(report, resumed, arguments.dry_run)
                                      : to_text(report, settings, resumed, arguments.dry_run)));
  return kExitDone;
}

}  // namespace

std::function<Result<int>()> declare_retention(CLI::App& command) {
  const auto arguments = std::make_shared<RetentionArguments>();
  command.add_flag("--dry-run", arguments->dry_run, "only say what would go");
  add_json_option(command, *arguments);
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
