#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "api/span_counts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rendering.h"
#include "ingest/history.h"
#include "ingest/project_counts.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "report/prose.h"
#include "report/text_width.h"
#include "store/chdb_library.h"
#include "store/chdb_store.h"
#include "store/engine_rows.h"
#include "store/migrations.h"
#include "store/open_store.h"

namespace sonde {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kGibibyte = uint64_t{1} << 30;
constexpr uint64_t kFreeBytesMin = 2 * kGibibyte;

enum class Verdict : uint8_t { Good, Poor, Bad };

struct Finding {
  std::string_view name;
  Verdict verdict = Verdict::Good;
  std::string text;    // What was found.
  std::string remedy;  // Empty when nothing is to be done.
};

std::string_view to_string(Verdict verdict) {
  return verdict == Verdict::Good ? "ok" : verdict == Verdict::Poor ? "warning" : "failed";
}

std::string size_text(uint64_t bytes) {
  if (bytes < kGibibyte) return fmt::format("{} MiB", (bytes >> 20) + 1);
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(kGibibyte));
}

Finding look_at_engine(const Settings& settings) {
  const auto library = load_chdb(settings.chdb_library);
  if (!library) {
    return {"engine", Verdict::Bad, library.error().message,
            "make setup fetches it; --chdb-library names a copy"};
  }
  return {"engine", Verdict::Good, fmt::format("chDB {}", (*library)->version()), ""};
}

Finding look_at_folder(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    return {"folder", Verdict::Bad, folder.string() + " is not there", "sonde import makes it"};
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    return {"folder", Verdict::Bad, folder.string() + " cannot be written",
            fmt::format("chown it to the user that runs sonde (now {})", ::geteuid())};
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return {"folder", Verdict::Poor,
            folder.string() + " can be opened by others, and holds prompts and answers",
            "chmod 700 " + folder.string()};
  }
  return {"folder", Verdict::Good, folder.string() + ", for its owner only", ""};
}

uint64_t bytes_in(const fs::path& folder) {
  uint64_t sum = 0;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) sum += at->file_size(ignored);
  }
  return sum;
}

Finding look_at_disk(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) return {"disk", Verdict::Bad, error.message(), ""};
  const uint64_t used = bytes_in(folder);
  const std::string text =
      fmt::format("{} free, the history takes {}", size_text(space.available), size_text(used));
  // Merging writes the largest part anew before the old ones go.
  if (space.available < std::max(kFreeBytesMin, used / 2)) {
    return {"disk", Verdict::Poor, text,
            "merging needs half of the history's size and at least 2 GiB: make room"};
  }
  return {"disk", Verdict::Good, text, ""};
}

Finding look_at_memory(const Settings& settings) {
  const auto pages = static_cast<uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const uint64_t memory = pages * static_cast<uint64_t>(::sysconf(_SC_PAGE_SIZE));
  const auto limit = static_cast<uint64_t>(settings.store_memory_bytes_max);
  const std::string text =
      fmt::format("the engine may take {} of {}", size_text(limit), size_text(memory));
  if (limit > memory / 10 * 8) {
    return {"memory", Verdict::Poor, text, "lower store-memory-bytes-max below 80 % of it"};
  }
  return {"memory", Verdict::Good, text, ""};
}

Finding look_at_tables(Store& store) {
  const Result<std::string> count =
      store.query({"SELECT uniqExact(name) FROM migrations", {}, "TSV"});
  if (!count) return {"tables", Verdict::Bad, count.error().message, ""};
  return {"tables", Verdict::Good,
          fmt::format("{} of {} migrations are applied", count->substr(0, count->find('\n')),
                      all_migrations().size()),
          ""};
}

// The engine's own tables, such as a log of statements, would grow for ever.
Finding look_at_logs(Store& store) {
  const Result<std::string> sizes =
      store.query({"SELECT count(), sum(ifNull(total_bytes, 0)) FROM system.tables WHERE database "
                   "= 'system' AND "
                   "endsWith(engine, 'MergeTree')",
                   {},
                   "JSONCompactEachRow"});
  if (!sizes) return {"logs", Verdict::Bad, sizes.error().message, ""};
  const Result<std::vector<EngineRow>> rows = read_engine_rows(*sizes);
  if (!rows || rows->empty() || rows->front().number(0) == 0)
    return {"logs", Verdict::Good, "the engine keeps no logs of its own", ""};
  const uint64_t bytes = rows->front().number(1);
  const std::string text = fmt::format("{} tables of the engine itself take {}",
                                       rows->front().number(0), size_text(bytes));
  if (bytes < kGibibyte) return {"logs", Verdict::Good, text, ""};
  return {"logs", Verdict::Poor, text,
          "set a TTL for those tables of the database system in the server's configuration"};
}

Finding look_at_ledger(History& history, const std::string& project, uint64_t spans) {
  const auto counts = history.catalog().ledger(project);
  if (!counts) return {"ledger", Verdict::Bad, counts.error().message, ""};
  const auto removals = history.catalog().removals(project);
  if (!removals) return {"ledger", Verdict::Bad, removals.error().message, ""};
  std::string text = fmt::format(
      "project {}: {} accepted = {} stored + {} merged + {} deduplicated; {} are there", project,
      format_count(counts->accepted), format_count(counts->stored), format_count(counts->merged),
      format_count(counts->deduplicated), format_count(spans));
  if (removals->gone() > 0) {
    text += fmt::format(", {} were erased and {} expired", format_count(removals->erased),
                        format_count(removals->expired));
  }
  if (!is_balanced(*counts, *removals, spans)) {
    return {"ledger", Verdict::Bad, text,
            "the ledger and the history differ: import the files again, or restore a backup"};
  }
  return {"ledger", Verdict::Good, text, ""};
}

Finding look_at_imports(History& history, const std::string& project) {
  const auto last = history.catalog().imports(project, 1);
  if (!last) return {"imports", Verdict::Bad, last.error().message, ""};
  if (last->empty())
    return {"imports", Verdict::Good, fmt::format("project {}: none", project), ""};
  const ImportRecord& import = last->front();
  const std::string text =
      fmt::format("project {}: the last began {}", project, import.started_at.substr(0, 19));
  if (import.state != ImportState::Interrupted) return {"imports", Verdict::Good, text, ""};
  return {"imports", Verdict::Poor, text + " and was interrupted",
          "the same sonde import goes on with the rest"};
}

Finding look_at_servers(const Settings& settings) {
  const Result<std::string> place = store_place(settings);
  if (!place) return {"engine", Verdict::Bad, place.error().message, ""};
  return {"engine", Verdict::Good, "ClickHouse at " + *place, ""};
}

std::vector<Finding> examine(const Settings& settings, const fs::path& folder) {
  std::vector<Finding> findings = {
      settings.store_url.empty() ? look_at_engine(settings) : look_at_servers(settings),
      look_at_folder(folder), look_at_memory(settings)};
  if (findings[0].verdict == Verdict::Bad || findings[1].verdict == Verdict::Bad) return findings;
  findings.push_back(look_at_disk(folder));
  const auto history = History::open(settings);
  if (!history) {
    findings.push_back({"history", Verdict::Bad, history.error().message, ""});
    return findings;
  }
  findings.push_back(look_at_tables((*history)->store()));
  findings.push_back(look_at_logs((*history)->store()));
  auto projects = count_projects((*history)->store());
  const auto imported = (*history)->catalog().projects();
  if (!projects || !imported) {
    findings.push_back({"history", Verdict::Bad,
                        projects ? imported.error().message : projects.error().message, ""});
    return findings;
  }
  for (const std::string& name : *imported) projects->emplace(name, 0);  // All of it may be gone.
  for (const auto& [project, spans] : *projects) {
    findings.push_back(look_at_ledger(**history, project, spans));
    findings.push_back(look_at_imports(**history, project));
  }
  return findings;
}

std::string to_table(const std::vector<Finding>& findings, const RenderOptions& render) {
  Prose prose(render);
  for (const Finding& finding : findings) {
    const Tone tone = finding.verdict == Verdict::Good   ? Tone::Good
                      : finding.verdict == Verdict::Poor ? Tone::Strong
                                                         : Tone::Bad;
    const std::string lead = fmt::format(
        "{}  {:<8}", toned(fmt::format("{:<7}", to_string(finding.verdict)), tone, prose.color()),
        finding.name);
    prose.paragraph(lead, finding.text);
    if (!finding.remedy.empty()) prose.paragraph(std::string(17, ' '), finding.remedy);
  }
  return prose.take();
}

std::string to_json(const std::vector<Finding>& findings, const std::string& folder, bool good) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("data_dir", folder);
  json.key("good");
  json.boolean(good);
  json.key("findings");
  json.begin_array();
  for (const Finding& finding : findings) {
    json.begin_object();
    json.field("check", finding.name);
    json.field("verdict", to_string(finding.verdict));
    json.field("text", finding.text);
    json.known_field("remedy", finding.remedy);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

Result<int> run(const Arguments& arguments) {
  const Settings settings = TRY(settings_of(arguments));
  const RenderOptions render = TRY(make_render_options(arguments, settings));
  if (render.format != Format::Table && render.format != Format::Json)
    return fail(Code::InvalidInput, "doctor prints table or json (--format)");
  const std::string folder = TRY(data_folder_path(settings));
  const std::vector<Finding> findings = examine(settings, folder);
  const bool good = std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::Bad; });
  TRY(write_output(arguments, render.format == Format::Json ? to_json(findings, folder, good)
                                                            : to_table(findings, render)));
  return good ? kExitDone : exit_code(Code::Unavailable);
}

}  // namespace

std::function<Result<int>()> declare_doctor(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  add_json_option(command, *arguments);
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
