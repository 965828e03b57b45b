#include "analysis/optimizer.h"
#include "cli/commands.h"
#include "cli/expected_calls.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "report/findings.h"

namespace sonde {
namespace {

// Chooses what counts, asks for the outcome, and hands both to the checks.
class OptimizeEngine {
 public:
  OptimizeEngine(const AggregatorOptions& options, const OptimizerOptions& limits)
      : options_(options), optimizer_(limits) {}

  void add(const Span& span) {
    if ((span.levels & bit(options_.level)) == 0) return optimizer_.note(span);
    if (options_.where && options_.where->evaluate(span) != Truth::True) return;
    optimizer_.add(span, options_.success.outcome(span));
  }
  void merge(OptimizeEngine&& other) { optimizer_.merge(std::move(other.optimizer_)); }
  OptimizeResult finish() { return optimizer_.finish(); }

 private:
  const AggregatorOptions& options_;
  Optimizer optimizer_;
};

// Keeps the output in bounds, and says so.
void cut(OptimizeResult& result, const Settings& settings) {
  const auto keep = [&result](auto& list, int64_t most, std::string_view what,
                              std::string_view setting) {
    const auto size = static_cast<size_t>(most);
    if (list.size() <= size) return;
    result.notes.push_back(
        fmt::format("{} more {} are left out ({})", list.size() - size, what, setting));
    list.resize(size);
  };
  keep(result.findings, settings.findings_max, "findings", "findings-max");
  keep(result.associations, settings.findings_max, "associations", "findings-max");
  keep(result.prompts, settings.failed_lines_max, "failed prompts", "failed-lines-max");
}

struct OptimizeArguments : Arguments {
  double margin = 2;
};

Result<int> run(const OptimizeArguments& arguments) {
  const auto job = TRY(make_job(arguments, Optimizer::fields()));
  if (job->options.level == Level::Session) {
    return fail(Code::InvalidInput,
                "optimize looks at prompts: --level is call, node, message or run");
  }
  RenderOptions render = TRY(make_render_options(arguments, job->settings));
  if (!(arguments.margin > 0 && arguments.margin < 100)) {
    return fail(Code::InvalidInput, "--margin is {}, but takes points between 0 and 100",
                arguments.margin);
  }
  OptimizerOptions limits;
  limits.evidence_max = static_cast<size_t>(job->settings.evidence_ids_max);
  limits.associations.margin = arguments.margin / 100;
  limits.associations.threads = job->threads;
  limits.association_limits.calls_expected = expected_calls(*job);
  Engines<OptimizeEngine> engines(*job, [&] { return OptimizeEngine(job->options, limits); });
  const ReadReport report = TRY(run_job(*job, engines.sinks()));
  OptimizeResult result = engines.merged().finish();
  cut(result, job->settings);
  const OptimizeScope scope{.level = job->options.level,
                            .success = job->options.success.to_string(),
                            .time_zone = job->settings.time_zone,
                            .filters = job->filters};
  TRY(write_output(arguments, render_findings(result, scope, report, render)));
  return exit_code_of(arguments, report);
}

}  // namespace

std::function<Result<int>()> declare_optimize(CLI::App& command) {
  const auto arguments = std::make_shared<OptimizeArguments>();
  add_sources(command, *arguments);
  command
      .add_option(
          "--margin", arguments->margin,
          "difference of success that matters, in percentage points; advice to change a model or "
          "wording excludes a loss of it")
      ->capture_default_str();
  add_filter_options(command, *arguments);
  add_reading_options(command, *arguments);
  add_output_options(command, *arguments, "table, json, csv, markdown or html");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
