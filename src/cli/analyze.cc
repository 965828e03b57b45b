#include "cli/commands.h"
#include "cli/rendering.h"
#include "cli/sinks.h"

namespace sonde {
namespace {

Result<int> run(const Arguments& arguments) {
  const auto job = TRY(make_job(arguments, {}));
  RenderOptions render = TRY(make_render_options(arguments, job->settings));
  job->options.charts = render.format == Format::Html;
  job->request.options.fields.add(Aggregator::fields(job->options));
  Engines<Aggregator> engines(*job, [&] { return Aggregator(job->options); });
  const ReadReport report = TRY(run_job(*job, engines.sinks()));
  Analysis analysis = engines.merged().finish();
  for (const Dimension& dimension : job->options.by) {
    if (dimension.needs_times() && analysis.total.count > 0 && !analysis.total.first_time) {
      return fail(Code::InvalidInput, "cannot group by {}: the log has no times", dimension.name());
    }
  }
  analysis.filters = job->filters;
  analysis.excluded = report.excluded;
  TRY(write_output(arguments, render_analysis(analysis, report, render)));
  return exit_code_of(arguments, report);
}

}  // namespace

std::function<Result<int>()> declare_analyze(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  add_sources(command, *arguments);
  command.add_option(
      "--by", arguments->by,
      "group by one or two of: category, app, node, node_type, model, provider, prompt, "
      "version, user, session, tool, dataset, invoke_from, status, error_class, "
      "finish_reason, hour, day, weekday, attributes.NAME (default: what suits the source)");
  add_filter_options(command, *arguments);
  add_reading_options(command, *arguments);
  add_output_options(command, *arguments, "table, json, csv, markdown or html");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
