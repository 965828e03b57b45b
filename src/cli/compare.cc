#include "cli/commands.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "compare/comparer.h"
#include "report/comparison.h"

namespace sonde {
namespace {

struct CompareArguments : Arguments {
  std::string metric;
  std::string baseline;
  double margin = 2;
  double relative_margin = 10;
};

Result<ComparerOptions> comparer_options(const CompareArguments& arguments, const Job& job) {
  ComparerOptions options;
  const auto by = parse_compare_by(arguments.by.empty() ? "model" : arguments.by);
  if (!by) {
    return fail(Code::InvalidInput, "cannot compare by '{}': known are model, prompt and version",
                arguments.by);
  }
  options.by = *by;
  if (!arguments.metric.empty()) {
    options.metric = parse_compare_metric(arguments.metric);
    if (!options.metric) {
      return fail(Code::InvalidInput,
                  "no metric '{}': known are success, latency, ttft, cost and tokens",
                  arguments.metric);
    }
  }
  if (!(arguments.margin > 0 && arguments.margin < 100)) {
    return fail(Code::InvalidInput, "--margin is {}, but takes points between 0 and 100",
                arguments.margin);
  }
  if (!(arguments.relative_margin > 0 && arguments.relative_margin < 1000)) {
    return fail(Code::InvalidInput,
                "--relative-margin is {}, but takes per cent between 0 and 1000",
                arguments.relative_margin);
  }
  options.judge.margin = arguments.margin / 100;
  options.judge.relative_margin = arguments.relative_margin / 100;
  options.baseline = arguments.baseline;
  options.level = job.options.level;
  options.where = job.options.where;
  options.success = job.options.success;
  options.variants_shown = arguments.limit == 0 ? SIZE_MAX : arguments.limit;
  return options;
}

Result<int> run(const CompareArguments& arguments) {
  Arguments reading = arguments;
  reading.by.clear();  // Its names are not those of analyze.
  const auto job = TRY(make_job(reading, {}));
  if (job->options.level == Level::Session) {
    return fail(Code::InvalidInput,
                "a session has several variations: --level is call, node, message or run");
  }
  const ComparerOptions options = TRY(comparer_options(arguments, *job));
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  job->request.options.fields.add(Comparer::fields(options));
  Engines<Comparer> engines(*job, [&] { return Comparer(options); });
  const ReadReport report = TRY(run_job(*job, engines.sinks()));
  Comparison comparison = TRY(engines.merged().finish());
  comparison.time_zone = job->settings.time_zone;
  comparison.filters = job->filters;
  TRY(write_output(arguments, render_comparison(comparison, report, render)));
  return exit_code_of(arguments, report);
}

}  // namespace

std::function<Result<int>()> declare_compare(CLI::App& command) {
  const auto arguments = std::make_shared<CompareArguments>();
  add_sources(command, *arguments);
  command.add_option("--by", arguments->by,
                     "what varies: model, prompt or version (default: model)");
  command.add_option("--metric", arguments->metric,
                     "only this: success, latency, ttft, cost or tokens (default: all there are)");
  command.add_option("--baseline", arguments->baseline,
                     "the variation that the others are compared with (default: the most used; of "
                     "versions each with the one before)");
  command
      .add_option("--margin", arguments->margin,
                  "difference of success that matters, in percentage points")
      ->capture_default_str();
  command
      .add_option("--relative-margin", arguments->relative_margin,
                  "difference of times, costs and tokens that matters, in per cent")
      ->capture_default_str();
  add_filter_options(command, *arguments);
  add_reading_options(command, *arguments);
  add_output_options(command, *arguments, "table, json, csv, markdown or html");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
