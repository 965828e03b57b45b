#include <charconv>

#include "api/span_counts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rendering.h"
#include "ingest/history.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "store/chdb_store.h"

namespace sonde {
namespace {

struct Ledger {
  std::string folder;
  std::string project;
  SpanCounts counts;
  RejectCounts rejected;
  RemovalCounts removals;
  uint64_t spans = 0;  // That the history really holds.
  std::vector<ImportRecord> imports;
};

std::string_view name_of(ImportState state) {
  switch (state) {
    case ImportState::Running:
      return "running";
    case ImportState::Done:
      return "done";
    default:
      return "interrupted";
  }
}

Result<Ledger> read_ledger(const Arguments& arguments) {
  const Settings settings = TRY(settings_of(arguments));
  const std::unique_ptr<History> history = TRY(History::open(settings));
  Ledger ledger;
  ledger.folder = TRY(data_folder_path(settings));
  ledger.project = settings.project;
  ledger.counts = TRY(history->catalog().ledger(settings.project));
  ledger.rejected = TRY(history->catalog().rejects(settings.project));
  ledger.removals = TRY(history->catalog().removals(settings.project));
  const unsigned limit = arguments.limit == 0 ? 1'000'000 : arguments.limit;
  ledger.imports = TRY(history->catalog().imports(settings.project, limit));
  const std::string count = TRY(
      history->store().query({"SELECT count() FROM spans FINAL WHERE project_id = {project:String}",
                              {{"project", settings.project}},
                              "TSV"}));
  std::from_chars(count.data(), count.data() + count.size(), ledger.spans);
  return ledger;
}

std::string to_table(const Ledger& ledger) {
  const SpanCounts& counts = ledger.counts;
  std::string text = fmt::format("Project {} in {}\n", ledger.project, ledger.folder);
  const auto line = [&](std::string_view name, uint64_t count, std::string_view meaning) {
    text += fmt::format("  {:<14}{:>14}  {}\n", name, format_count(count), meaning);
  };
  line("accepted", counts.accepted, "spans that were read");
  line("= stored", counts.stored, "new");
  line("+ merged", counts.merged, "changed one that was known");
  line("+ deduplicated", counts.deduplicated, "said nothing new");
  line("rejected", count_of(ledger.rejected), rejects_text(ledger.rejected));
  line("truncated", counts.truncated, "of the accepted: cut before they were logged");
  const RemovalCounts& removals = ledger.removals;
  line("in the history", ledger.spans,
       is_balanced(counts, removals, ledger.spans)
           ? "stored = in the history + erased + expired"
           : "NOT as many as were stored and not erased or expired");
  line("+ erased", removals.erased, "by sonde erase");
  line("+ expired", removals.expired, "by sonde retention");
  if (removals.content_expired > 0)
    line("without texts", removals.content_expired, "times that content-days cleared a span");
  text += fmt::format("\n{:>7}  {:<20}  {:<11} {:>13} {:>13} {:>13} {:>13} {:>10}\n", "import",
                      "started (UTC)", "state", "accepted", "stored", "merged", "deduplicated",
                      "rejected");
  for (const ImportRecord& record : ledger.imports) {
    text += fmt::format("{:>7}  {:<20}  {:<11} {:>13} {:>13} {:>13} {:>13} {:>10}\n", record.number,
                        record.started_at.substr(0, 19), name_of(record.state),
                        format_count(record.counts.accepted), format_count(record.counts.stored),
                        format_count(record.counts.merged),
                        format_count(record.counts.deduplicated), format_count(record.rejected));
  }
  return text;
}

std::string to_json(const Ledger& ledger) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("project", ledger.project);
  json.field("data_dir", ledger.folder);
  write_counts(json, ledger.counts, ledger.rejected);
  json.field("spans_in_history", ledger.spans);
  json.field("erased", ledger.removals.erased);
  json.field("expired", ledger.removals.expired);
  json.field("content_expired", ledger.removals.content_expired);
  json.key("balanced");
  json.boolean(is_balanced(ledger.counts, ledger.removals, ledger.spans));
  json.key("imports");
  json.begin_array();
  for (const ImportRecord& record : ledger.imports) {
    json.begin_object();
    json.field("import", static_cast<uint64_t>(record.number));
    json.field("started_at", record.started_at);
    json.field("state", name_of(record.state));
    json.field("accepted", record.counts.accepted);
    json.field("stored", record.counts.stored);
    json.field("merged", record.counts.merged);
    json.field("deduplicated", record.counts.deduplicated);
    json.field("rejected", record.rejected);
    json.field("excluded", record.excluded);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<int> run(const Arguments& arguments) {
  const bool is_json = TRY(wants_json(arguments));
  const Ledger ledger = TRY(read_ledger(arguments));
  TRY(write_output(arguments, is_json ? to_json(ledger) : to_table(ledger)));
  if (is_balanced(ledger.counts, ledger.removals, ledger.spans)) return kExitDone;
  return fail(Code::Internal, "the ledger says {} spans less {} that went, the history holds {}",
              ledger.counts.stored, ledger.removals.gone(), ledger.spans);
}

}  // namespace

std::function<Result<int>()> declare_ledger(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  add_json_option(command, *arguments);
  command.add_option("--limit", arguments->limit, "imports that are listed; 0 is all")
      ->capture_default_str();
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
