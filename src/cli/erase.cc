#include <unistd.h>

#include <cstdio>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "ingest/erasure.h"
#include "query/condition.h"
#include "report/format_number.h"
#include "report/json_parts.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

struct EraseArguments : Arguments {
  std::string trace;
  std::string session;
  std::string user;
  bool yes = false;
  bool dry_run = false;
};

struct Outcome {
  std::string project;
  ErasureSize size;
  uint64_t resumed = 0;  // Spans of erasures that were interrupted before.
  bool is_done = false;
};

std::string counted(uint64_t spans) {
  return fmt::format("{} span{}", format_count(spans), spans == 1 ? "" : "s");
}

// By the one option that names what to erase. `where` besides --before is a filter of its own.
Result<ErasureRequest> named_request(const EraseArguments& arguments, const std::string& project,
                                     const CLI::App& command) {
  if (command.count("--trace") > 0) return erasure_of_trace(project, arguments.trace);
  if (command.count("--session") > 0)
    return erasure_by_id(project, "session_id", arguments.session);
  if (command.count("--user") > 0) return erasure_by_id(project, "user_id", arguments.user);
  return ErasureRequest{project, "1", {}};
}

Result<ErasureRequest> to_request(const EraseArguments& arguments, const Job& job,
                                  const CLI::App& command) {
  ErasureRequest request = TRY(named_request(arguments, job.settings.project, command));
  if (!job.options.where) return request;
  const Condition condition = to_condition(*job.options.where);
  const auto add = [&request](std::string_view sql) {
    request.where = fmt::format("({}) AND ({})", request.where, sql);
  };
  const bool is_exact = condition.is_exact && !job.categories;
  // A category map decides what the filter sees of a category: the engine cannot.
  if (!job.categories && !condition.sql.empty()) {
    add(condition.sql);
    request.params.insert(request.params.end(), condition.params.begin(), condition.params.end());
  }
  if (condition.from) {
    add("start_time >= fromUnixTimestamp64Micro({erase_from:Int64}, 'UTC')");
    request.params.push_back({"erase_from", std::to_string(*condition.from)});
  }
  if (condition.until) {
    add("start_time < fromUnixTimestamp64Micro({erase_until:Int64}, 'UTC')");
    request.params.push_back({"erase_until", std::to_string(*condition.until)});
  }
  if (is_exact) return request;
  request.is_meant = [&job](const Span& stored) {
    if (!job.categories) return job.options.where->evaluate(stored) == Truth::True;
    Span span = stored;
    job.categories->apply(span);
    return job.options.where->evaluate(span) == Truth::True;
  };
  return request;
}

// Asks on a terminal; elsewhere nobody can answer, and silence is no consent.
Result<bool> is_agreed(const EraseArguments& arguments, const Outcome& outcome) {
  if (arguments.yes) return true;
  const std::string question = fmt::format("{} of project {} would be erased for good",
                                           counted(outcome.size.spans), outcome.project);
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
    return fail(Code::InvalidInput, "{}: repeat with --yes, or look first with --dry-run",
                question);
  }
  fmt::print(stderr, "{}. Erase? [y/N] ", question);
  std::fflush(stderr);
  char answer[16] = {};
  return std::fgets(answer, sizeof(answer), stdin) != nullptr &&
         (answer[0] == 'y' || answer[0] == 'Y');
}

std::string to_text(const Outcome& outcome, bool is_dry_run) {
  std::string text;
  if (outcome.resumed > 0) {
    text +=
        fmt::format("Finished what had been interrupted: {} erased.\n", counted(outcome.resumed));
  }
  const ErasureSize& size = outcome.size;
  if (size.is_empty()) {
    return text + fmt::format("Nothing in project {} is meant.\n", outcome.project);
  }
  const std::string_view verb = outcome.is_done ? "Erased" : is_dry_run ? "Would erase" : "Kept";
  text += fmt::format("{} {} of project {}.\n", verb, counted(size.spans), outcome.project);
  if (size.versions > 0) {
    text += fmt::format("{} {} older version{} of other spans.\n", verb,
                        format_count(size.versions), size.versions == 1 ? "" : "s");
  }
  if (outcome.is_done) {
    text += "Files that hold them bring them back when imported; backups hold what they held.\n";
  }
  return text;
}

std::string to_json(const Outcome& outcome, bool is_dry_run) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("project", outcome.project);
  json.field("spans", outcome.size.spans);
  json.field("older_versions", outcome.size.versions);
  json.field("spans_of_interrupted", outcome.resumed);
  json.key("dry_run");
  json.boolean(is_dry_run);
  json.key("done");
  json.boolean(outcome.is_done);
  json.end_object();
  return json.take();
}

Result<Outcome> erase(const EraseArguments& arguments, const Job& job, const CLI::App& command) {
  const ErasureRequest request = TRY(to_request(arguments, job, command));
  TRY(require_one_server(job.settings, "erase"));
  TRY(require_history(job.settings));
  const std::unique_ptr<History> history = TRY(History::open(job.settings));
  TRY(require_ledger(*history, job.settings, job.settings.project));
  Outcome outcome;
  outcome.project = job.settings.project;
  for (const RemovalRecord& record : history->resumed_removals())
    outcome.resumed += record.kind == RemovalKind::Erase ? record.spans : 0;
  outcome.size = TRY(select_erasure(*history, request));
  if (outcome.size.is_empty()) return outcome;
  if (!arguments.dry_run) {
    const Result<bool> agreed = is_agreed(arguments, outcome);
    if (agreed && *agreed) {
      TRY(erase_selected(*history, outcome.project, outcome.size, now_micros()));
      outcome.is_done = true;
      return outcome;
    }
    if (!agreed) {
      TRY(drop_selection(*history));
      return tl::unexpected(agreed.error());
    }
  }
  TRY(drop_selection(*history));
  return outcome;
}

Result<int> run(const EraseArguments& arguments, const CLI::App& command) {
  const bool is_json = TRY(wants_json(arguments));
  size_t named = 0;
  for (const char* const option : {"--trace", "--session", "--user", "--where"})
    named += command.count(option) > 0 ? 1 : 0;
  if (named != 1) {
    return fail(Code::InvalidInput,
                "name what to erase by one of --trace, --session, --user and "
                "--where");
  }
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  const Outcome outcome = TRY(erase(arguments, *job, command));
  TRY(write_output(arguments, is_json ? to_json(outcome, arguments.dry_run)
                                      : to_text(outcome, arguments.dry_run)));
  return kExitDone;
}

}  // namespace

std::function<Result<int>()> declare_erase(CLI::App& command) {
  const auto arguments = std::make_shared<EraseArguments>();
  command.add_option("--trace", arguments->trace, "the trace with this id");
  command.add_option("--session", arguments->session, "the session with this id");
  command.add_option("--user", arguments->user,
                     "the user with this id; ids match in any case, with or without hyphens");
  command.add_option("--where", arguments->where, "what this filter selects; see docs/filter.md");
  command.add_option("--before", arguments->until,
                     "only spans that started before this time, or longer ago than 30d or 12h; "
                     "those without a start stay");
  command.add_flag("--yes", arguments->yes, "do not ask; needed where there is no terminal");
  command.add_flag("--dry-run", arguments->dry_run, "only say how many");
  add_json_option(command, *arguments);
  add_settings(command, *arguments);
  return [arguments, &command] { return run(*arguments, command); };
}

}  // namespace sonde
