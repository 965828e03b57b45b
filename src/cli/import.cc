#include <algorithm>
#include <chrono>
#include <optional>

#include "api/span_counts.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/rendering.h"
#include "ingest/import_preview.h"
#include "ingest/importer.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "store/chdb_store.h"

namespace sonde {
namespace {

struct ImportArguments : Arguments {
  bool dry_run = false;
};

// What the summary says besides the import's own result.
struct Summary {
  const Arguments& arguments;
  std::string project;
  const ImportResult& result;
  std::string folder;
  uint64_t in_history = 0;  // Spans of the project.
  double seconds = 0;
};

std::string to_table(const Summary& summary) {
  const ImportResult& result = summary.result;
  const SpanCounts& counts = result.counts;
  std::string text = fmt::format("{} spans from {} file{} into project {} of {}, in {}\n",
                                 format_count(counts.accepted), result.files.size(),
                                 result.files.size() == 1 ? "" : "s", summary.project,
                                 summary.folder, format_micros(summary.seconds * 1e6));
  const auto line = [&](std::string_view name, uint64_t count, std::string_view meaning) {
    text += fmt::format("  {:<13}{:>12}  {}\n", name, format_count(count), meaning);
  };
  line("stored", counts.stored, "new in the history");
  line("merged", counts.merged, "changed a span that was known");
  line("deduplicated", counts.deduplicated, "were in the history already");
  if (counts.truncated > 0)
    line("truncated", counts.truncated, "of them had been cut before they were logged");
  if (result.report.rejected > 0)
    line("rejected", result.report.rejected, rejects_text(result.rejected) + " (no span each)");
  if (result.report.excluded > 0)
    line("excluded", result.report.excluded, "left out, such as runs from Dify's editor");
  text += fmt::format("The history of this project holds {} spans.\n",
                      format_count(summary.in_history));
  for (const ImportedFile& file : result.files) {
    if (!file.error.empty()) text += fmt::format("Not read to its end: {}\n", file.error);
  }
  for (const FileReport& file : result.report.files) {
    if (!file.unit_note.empty()) text += fmt::format("{}: {}\n", file.path, file.unit_note);
  }
  if (result.report.rejected > 0 && summary.arguments.rejects.empty())
    text += "--rejects FILE keeps the records that were not understood.\n";
  return text;
}

std::string to_json(const Summary& summary) {
  const ImportResult& result = summary.result;
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("import", static_cast<uint64_t>(result.number));
  json.field("project", summary.project);
  json.field("data_dir", summary.folder);
  json.field("state", std::string_view(result.interrupted ? "interrupted" : "done"));
  write_counts(json, result.counts, result.rejected);
  json.field("excluded", result.report.excluded);
  json.field("spans_in_history", summary.in_history);
  json.field("seconds", summary.seconds);
  json.key("files");
  json.begin_array();
  for (const ImportedFile& file : result.files) {
    json.begin_object();
    json.field("path", file.path);
    json.field("bytes", file.size);
    json.known_field("hash", file.hash);
    json.field("documents", file.documents);
    json.field("rejected", file.rejected);
    json.known_field("error", file.error);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

ImportRequest to_request(const Job& job, ProgressBar& bar) {
  ImportRequest request;
  request.read = job.request;
  request.read.progress = [&bar](uint64_t done, uint64_t total) { bar.update(done, total); };
  request.project = job.settings.project;
  // One large batch at a time costs the engine less than several small ones, and it merges on the
  // other cores meanwhile.
  request.threads = std::max(1U, static_cast<unsigned>(job.settings.threads));
  request.batch_spans_max = static_cast<size_t>(job.settings.batch_spans_max);
  request.batch_bytes_max = static_cast<size_t>(job.settings.batch_bytes_max);
  request.now = now_micros();
  return request;
}

std::string to_text(const ImportPreview& preview, const std::string& place) {
  const SpanCounts& counts = preview.counts;
  return fmt::format(
      "Nothing was written. Of {} spans and {} rejected records {} would take\n"
      "  stored       {:>12}  new\n"
      "  merged       {:>12}  at most: what a file says twice of a span may be the same in the "
      "end\n"
      "  deduplicated {:>12}  known\n",
      format_count(counts.accepted), format_count(preview.report.rejected), place,
      format_count(counts.stored), format_count(counts.merged), format_count(counts.deduplicated));
}

std::string to_json(const ImportPreview& preview, const Settings& settings,
                    const std::string& folder) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("project", settings.project);
  json.field("data_dir", folder);
  json.key("dry_run");
  json.boolean(true);
  write_counts(json, preview.counts, preview.rejected);
  json.field("excluded", preview.report.excluded);
  json.end_object();
  return json.take();
}

// Opens a history only where there is one.
Result<int> look(const ImportArguments& arguments, const Job& job, bool is_json) {
  std::optional<OpenHistory> history;
  if (require_history(job.settings)) history = TRY(open_to_read(job.settings));
  ProgressBar bar(job.settings.progress != "never");
  const ImportPreview preview =
      TRY(preview_import(history ? &history->store() : nullptr, to_request(job, bar)));
  const std::string folder = TRY(data_folder_path(job.settings));
  const std::string place = TRY(history_name(job.settings));
  TRY(write_output(arguments,
                   is_json ? to_json(preview, job.settings, folder) : to_text(preview, place)));
  if (preview.interrupted) return fail(Code::Unavailable, "interrupted: not all files were read");
  return exit_code_of(arguments, preview.report);
}

Result<int> run(const ImportArguments& arguments) {
  const bool is_json = TRY(wants_json(arguments));
  const auto begun = std::chrono::steady_clock::now();
  if (arguments.files.empty()) {
    return fail(Code::InvalidInput, "no file named: give files, folders, or - for standard input");
  }
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  if (arguments.dry_run) return look(arguments, *job, is_json);
  const std::unique_ptr<History> history = TRY(History::open(job->settings));
  ProgressBar bar(job->settings.progress != "never");
  const ImportResult result = TRY(import_files(*history, to_request(*job, bar)));
  const SpanCounts ledger = TRY(history->catalog().ledger(job->settings.project));
  const RemovalCounts removals = TRY(history->catalog().removals(job->settings.project));
  const Summary summary = {
      arguments,
      job->settings.project,
      result,
      TRY(data_folder_path(job->settings)),
      ledger.stored - removals.gone(),
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()};
  TRY(write_output(arguments, is_json ? to_json(summary) : to_table(summary)));
  if (result.interrupted) {
    return fail(Code::Unavailable,
                "interrupted: what is counted above is stored; the same command goes on with the "
                "rest");
  }
  return exit_code_of(arguments, result.report);
}

}  // namespace

std::function<Result<int>()> declare_import(CLI::App& command) {
  const auto arguments = std::make_shared<ImportArguments>();
  command.add_flag("--dry-run", arguments->dry_run,
                   "only count what would be stored, merged and known already");
  add_files(command, *arguments);
  add_reading_options(command, *arguments);
  add_json_option(command, *arguments);
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
