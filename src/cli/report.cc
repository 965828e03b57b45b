
#include "analysis/optimizer.h"
#include "base/quantity.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/expected_calls.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "report/daily.h"
#include "report/time_text.h"

namespace sonde {
namespace {

// Half-open, in microseconds since the epoch.
struct Window {
  int64_t since;
  int64_t until;
};

// "24h" is a time span back from now; anything else is a point in time, read as filters read it.
Result<int64_t> moment_of(const std::string& text, const ParseContext& context) {
  const std::string from_now = parse_duration(text) ? "now - " : "";
  const Filter filter = TRY(Filter::parse("start_time >= " + from_now + text, context));
  if (filter.root().literals.size() != 1)
    return fail(Code::InvalidInput, "'{}' is no point in time", text);
  return filter.root().literals[0].whole;
}

// The window that --since opens; --until, or now, ends it.
Result<std::optional<Window>> window_of(const Arguments& arguments, const Job& job) {
  if (arguments.since.empty()) return std::nullopt;
  const ParseContext context{.now = now_micros(), .time_zone = job.options.zone};
  Window window{TRY(moment_of(arguments.since, context)), context.now};
  if (!arguments.until.empty()) window.until = TRY(moment_of(arguments.until, context));
  if (window.until <= window.since) {
    return fail(Code::InvalidInput, "--since {} is not before --until {}", arguments.since,
                arguments.until.empty() ? "now" : arguments.until);
  }
  return window;
}

std::string period_text(const Window& window, const std::string& time_zone) {
  const ZoneClock clock(time_zone);
  return fmt::format("{} to {}, {}", clock.minute(window.since), clock.minute(window.until),
                     time_zone);
}

// The arguments for a window with fixed ends, so that both windows meet.
Arguments within(Arguments arguments, const Window& window) {
  arguments.since = format_iso_time(window.since);
  arguments.until = format_iso_time(window.until);
  return arguments;
}

// One pass over the log for both windows and the findings.
class ReportEngine {
 public:
  ReportEngine(const AggregatorOptions& now, const AggregatorOptions* before,
               const OptimizerOptions& limits)
      : options_(now), now_(now), optimizer_(limits) {
    if (before != nullptr) before_.emplace(*before);
  }

  void add(const Span& span) {
    now_.add(span);
    if (before_) before_->add(span);
    if ((span.levels & bit(options_.level)) == 0) return;
    if (options_.where && options_.where->evaluate(span) != Truth::True) return;
    optimizer_.add(span, options_.success.outcome(span));
  }
  void merge(ReportEngine&& other) {
    now_.merge(std::move(other.now_));
    if (before_) before_->merge(std::move(*other.before_));
    optimizer_.merge(std::move(other.optimizer_));
  }
  Analysis finish_now() { return now_.finish(); }
  std::optional<Analysis> finish_before() {
    return before_ ? std::optional(before_->finish()) : std::nullopt;
  }
  OptimizeResult findings() { return optimizer_.finish(); }

 private:
  const AggregatorOptions& options_;
  Aggregator now_;
  std::optional<Aggregator> before_;
  Optimizer optimizer_;
};

void compare(const std::optional<Analysis>& before, DailyReport& daily) {
  if (!before) {
    daily.no_comparison = "No period was named: --since 24h compares with the 24 hours before.";
  } else if (before->total.count == 0) {
    daily.no_comparison =
        fmt::format("The log has nothing from {} to compare with.", daily.previous_period);
  } else {
    daily.changes = changes_between(before->total, daily.analysis.total);
  }
}

std::string default_output(const Job& job, Format format) {
  const std::string minute = ZoneClock(job.settings.time_zone).minute(now_micros());
  return fmt::format("sonde-report-{}.{}", minute.substr(0, 10),
                     format == Format::Html ? "html" : "md");
}

Result<> check_format(const RenderOptions& render, const Job& job) {
  if (render.format != Format::Html && render.format != Format::Markdown)
    return fail(Code::InvalidInput, "report is written as html or markdown (--format)");
  if (job.options.level == Level::Session)
    return fail(Code::InvalidInput, "report wants --level call, node, message or run");
  return {};
}

Result<int> run(Arguments arguments) {
  auto job = TRY(make_job(arguments, Optimizer::fields()));
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  TRY(check_format(render, *job));
  const std::optional<Window> window = TRY(window_of(arguments, *job));
  std::unique_ptr<Job> before;
  DailyReport daily;
  if (window) {
    const Window previous{window->since - (window->until - window->since), window->since};
    job = TRY(make_job(within(arguments, *window), Optimizer::fields()));
    before = TRY(make_job(within(arguments, previous), {}));
    daily.period = period_text(*window, job->settings.time_zone);
    daily.previous_period = period_text(previous, job->settings.time_zone);
  }
  job->options.charts = render.format == Format::Html;
  job->request.options.fields.add(Aggregator::fields(job->options));
  OptimizerOptions limits;
  limits.evidence_max = static_cast<size_t>(job->settings.evidence_ids_max);
  limits.associations.threads = job->threads;
  limits.association_limits.calls_expected = expected_calls(*job);
  Engines<ReportEngine> engines(*job, [&] {
    return ReportEngine(job->options, before ? &before->options : nullptr, limits);
  });
  const ReadReport read = TRY(run_job(*job, engines.sinks()));
  ReportEngine& engine = engines.merged();
  daily.analysis = engine.finish_now();
  daily.analysis.filters = job->filters;
  daily.analysis.excluded = read.excluded;
  compare(engine.finish_before(), daily);
  daily.findings = engine.findings();
  daily.scope = {.level = job->options.level,
                 .success = job->options.success.to_string(),
                 .time_zone = job->settings.time_zone,
                 .filters = job->filters};
  const bool to_file = arguments.output != "-";
  if (arguments.output.empty()) arguments.output = default_output(*job, render.format);
  if (!to_file) arguments.output.clear();
  TRY(write_output(arguments, render_daily(daily, read, render)));
  if (to_file) fmt::print("{}\n", arguments.output);
  return exit_code_of(arguments, read);
}

}  // namespace

std::function<Result<int>()> declare_report(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->format = "html";
  add_sources(command, *arguments);
  command.add_option("--by", arguments->by,
                     "group by one or two names, as in analyze (default: what suits the source)");
  add_filter_options(command, *arguments);
  add_reading_options(command, *arguments);
  command.add_option("--format", arguments->format, "html or markdown")->capture_default_str();
  command.add_option("-o,--output", arguments->output,
                     "write to this file (default: sonde-report-YYYY-MM-DD.html or .md); - is "
                     "standard output");
  command.add_option("--limit", arguments->limit, "rows a table shows; 0 is all")
      ->capture_default_str();
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
