#include "cli/arguments.h"

#include <date/tz.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/quantity.h"
#include "base/time.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "sources/input.h"

namespace sonde {
namespace {

Result<const date::time_zone*> find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return fail(Code::InvalidInput, "no time zone '{}': write it as Europe/Berlin or UTC (--tz)",
                name);
  }
}

Result<TimeUnit> parse_time_unit(const std::string& text) {
  if (text.empty()) return TimeUnit::Infer;
  if (text == "s") return TimeUnit::Seconds;
  if (text == "ms") return TimeUnit::Milliseconds;
  if (text == "us") return TimeUnit::Microseconds;
  return fail(Code::InvalidInput, "no time unit '{}': known are s, ms and us (--time-unit)", text);
}

// "--since 24h" is a time span back from now; anything else is a point in time.
std::string time_filter(std::string_view comparison, const std::string& text) {
  const bool is_span = parse_duration(text).has_value();
  return fmt::format("start_time {} {}{}", comparison, is_span ? "now - " : "", text);
}

Result<> add_filters(const Arguments& arguments, const ParseContext& context, Job& job) {
  std::vector<std::string> parts;
  const auto prove = [&](std::string_view option, size_t index, const std::string& text) {
    return placed(arguments.place(option, index), Filter::parse(text, context));
  };
  for (size_t i = 0; i < arguments.where.size(); ++i) {
    const std::string& where = arguments.where[i];
    TRY(prove("where", i, where));  // For the position in what was typed.
    job.filters.push_back("where " + where);
    parts.push_back("(" + where + ")");
  }
  if (!arguments.since.empty()) {
    job.filters.push_back("since " + arguments.since);
    parts.push_back(time_filter(">=", arguments.since));
    TRY(prove("since", 0, parts.back()));
  }
  if (!arguments.until.empty()) {
    job.filters.push_back("until " + arguments.until);
    parts.push_back(time_filter("<", arguments.until));
  }
  if (parts.empty()) return {};
  job.options.where = TRY(Filter::parse(fmt::format("{}", fmt::join(parts, " and ")), context));
  return {};
}

Result<> add_dimensions(const Arguments& arguments, Job& job) {
  size_t at = 0;
  while (at < arguments.by.size()) {
    const size_t end = std::min(arguments.by.find(',', at), arguments.by.size());
    job.options.by.push_back(
        TRY(placed(arguments.place("by"),
                   Dimension::parse(arguments.by.substr(at, end - at), job.options.zone))));
    at = end + 1;
  }
  if (job.options.by.size() > 2) {
    return fail(Code::InvalidInput, "{}--by takes one or two names, not {}", arguments.place("by"),
                job.options.by.size());
  }
  return {};
}

// What is settled when the history is filled.
Result<> refuse_file_options(const Arguments& arguments) {
  for (const auto& [name, is_given] :
       {std::pair("--rejects", !arguments.rejects.empty()),
        std::pair("--time-unit", !arguments.time_unit.empty()),
        std::pair("--include-debugger", arguments.include_debugger)}) {
    if (is_given) {
      return fail(Code::InvalidInput, "{} is about reading files, and no file is named", name);
    }
  }
  return {};
}

}  // namespace

std::string Arguments::place(std::string_view option, size_t index) const {
  const auto found = origins.find(option);
  return found == origins.end() ? "" : found->second.at(index) + ": ";
}

void add_files(CLI::App& command, Arguments& arguments) {
  command.add_option(
      "FILES", arguments.files,
      "files, folders, patterns, or - for standard input; gzip and zstd are read as they are");
}

void add_sources(CLI::App& command, Arguments& arguments) {
  command.add_option("FILES", arguments.files,
                     "files, folders, patterns, or - for standard input; gzip and zstd are read as "
                     "they are; without any, the history that sonde import filled");
}

void add_reading_options(CLI::App& command, Arguments& arguments) {
  command.add_option(
      "--time-unit", arguments.time_unit,
      "unit of response times in flat logs: s, ms or us (default: told by the values)");
  command.add_flag("--include-debugger", arguments.include_debugger,
                   "count runs started from Dify's editor");
  command.add_option("--rejects", arguments.rejects,
                     "write records that were not understood to this file");
  command.add_flag("--strict", arguments.strict, "exit with 2 when a record was rejected");
}

void add_filter_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--level", arguments.level,
                  "what is counted: call, node, message, run or session")
      ->capture_default_str();
  command.add_option("--where", arguments.where,
                     "only records for which this holds, such as \"latency > 2s\"");
  command.add_option("--since", arguments.since,
                     "only from this time on: 2026-11-01, or 24h back from now");
  command.add_option("--until", arguments.until, "only before this time");
}

void add_output_options(CLI::App& command, Arguments& arguments, const std::string& formats) {
  command.add_option("--format", arguments.format, "output: " + formats)->capture_default_str();
  command.add_flag("--json", arguments.json, "the same as --format json");
  command.add_option("-o,--output", arguments.output,
                     "write to this file instead of standard output");
  command.add_option("--limit", arguments.limit, "rows a table shows; 0 is all")
      ->capture_default_str();
}

void add_settings(CLI::App& command, Arguments& arguments) {
  for (const Setting& setting : kSettings) {
    std::string names = "--" + std::string(setting.name);
    if (setting.name == "time-zone") names += ",--tz";
    if (setting.name == "memory-bytes-max") names += ",--memory-max";
    command
        .add_option_function<std::string>(
            names,
            [&arguments, name = std::string(setting.name)](const std::string& text) {
              arguments.settings[name] = text;
            },
            std::string(setting.description))
        ->group("Settings (also SONDE_* and sonde.toml)");
  }
}

Result<Settings> settings_of(const Arguments& arguments) {
  return load_settings({.flags = arguments.settings, .environment = process_environment()});
}

Result<bool> wants_json(const Arguments& arguments) {
  if (arguments.json || arguments.format == "json") return true;
  if (arguments.format == "table") return false;
  return fail(Code::InvalidInput, "no format '{}': known are table and json", arguments.format);
}

void add_json_option(CLI::App& command, Arguments& arguments) {
  command.add_option("--format", arguments.format, "output: table or json")->capture_default_str();
  command.add_flag("--json", arguments.json, "the same as --format json");
}

Result<std::unique_ptr<Job>> make_job(const Arguments& arguments, FieldSet fields) {
  auto job = std::make_unique<Job>();
  job->settings = TRY(settings_of(arguments));
  const Settings& settings = job->settings;
  AggregatorOptions& options = job->options;
  const auto level = parse_level(arguments.level);
  if (!level) {
    return fail(Code::InvalidInput,
                "{}no level '{}': known are call, node, message, run and session",
                arguments.place("level"), arguments.level);
  }
  options.level = *level;
  options.zone = TRY(find_zone(settings.time_zone));
  options.groups_max = static_cast<size_t>(settings.groups_max);
  options.exact_values_max = static_cast<size_t>(settings.exact_values_max);
  const ParseContext context{.now = now_micros(), .time_zone = options.zone};
  TRY(add_filters(arguments, context, *job));
  TRY(add_dimensions(arguments, *job));
  const bool own_success = settings.success != Settings().success;
  const bool is_flag = arguments.settings.contains("success");
  std::map<std::string, std::string> by_app;
  if (!is_flag) by_app.insert(settings.app_success.begin(), settings.app_success.end());
  options.success = TRY(SuccessRule::parse(own_success ? settings.success : "", by_app, context));
  if (!settings.category_map.empty())
    job->categories = TRY(CategoryMap::load(settings.category_map, context));

  ReadRequest& request = job->request;
  job->from_history = arguments.files.empty();
  if (job->from_history) {
    TRY(refuse_file_options(arguments));
  } else {
    request.paths = TRY(expand_inputs(arguments.files));
  }
  request.options.fields = fields;
  request.options.fields.add(options.success.fields());
  if (options.where) request.options.fields.add(options.where->fields());
  if (job->categories) request.options.fields.add(job->categories->fields());
  request.options.time_unit = TRY(parse_time_unit(arguments.time_unit));
  request.options.debugger = arguments.include_debugger ? Debugger::Include : Debugger::Exclude;
  request.options.document_bytes_max = static_cast<uint64_t>(settings.document_bytes_max);
  request.options.memory_bytes_max = static_cast<uint64_t>(settings.memory_bytes_max);
  request.options.nesting_max = static_cast<size_t>(settings.nesting_max);
  if (!settings.temp_dir.empty()) ::setenv("TMPDIR", settings.temp_dir.c_str(), 1);
  request.rejects_path = arguments.rejects;
  request.stop = &interrupted();
  request.normalize = [&normalizer = job->normalizer](Span& span) { normalizer.apply(span); };
  job->threads = static_cast<unsigned>(settings.threads);
  if (job->threads == 0) job->threads = std::max(1U, std::thread::hardware_concurrency());
  return job;
}

Result<ReadReport> run_job(const Job& job, std::span<SpanSink* const> sinks) {
  if (job.from_history) return read_history(job, sinks);
  ProgressBar bar(job.settings.progress != "never");
  ReadRequest request = job.request;
  request.progress = [&bar](uint64_t done, uint64_t total) { bar.update(done, total); };
  ReadReport report = TRY(read_spans(request, sinks));
  if (interrupted().load()) return fail(Code::Unavailable, "interrupted");
  return report;
}

Result<> write_output(const Arguments& arguments, const std::string& text) {
  std::FILE* const file =
      arguments.output.empty() ? stdout : std::fopen(arguments.output.c_str(), "w");
  if (file == nullptr)
    return fail(Code::Unavailable, "cannot write {}: {}", arguments.output, std::strerror(errno));
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  const bool closed = file == stdout || std::fclose(file) == 0;
  if (!written || !closed) {
    return fail(Code::Unavailable, "cannot write {}: {}",
                arguments.output.empty() ? "to standard output" : arguments.output,
                std::strerror(errno));
  }
  return {};
}

int exit_code_of(const Arguments& arguments, const ReadReport& report) {
  const bool damaged = std::any_of(report.files.begin(), report.files.end(),
                                   [](const FileReport& file) { return !file.error.empty(); });
  if (arguments.strict && (report.rejected > 0 || damaged)) return exit_code(Code::InvalidInput);
  return kExitDone;
}

}  // namespace sonde
