#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/quantity.h"
#include "cli/alarm_state.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "metrics/rule.h"
#include "metrics/time_shares.h"
#include "notify/notify.h"
#include "report/rules.h"

namespace sonde {
namespace {

constexpr int kExitFired = 1;

struct CheckArguments {
  Arguments common;
  std::vector<std::string> fail_if;
  uint64_t count_min = 30;
  bool allow_no_data = false;
  std::string notify;
  std::string notify_format;
  std::string notify_state;
  std::string notify_timeout = "10s";
};

// An aggregator that also tells whether the log has times at all: without them --since leaves
// nothing, which is no silence.
class CheckEngine {
 public:
  CheckEngine(const AggregatorOptions& options, const TimeSharePlan& plan)
      : level_(options.level), aggregator_(options), shares_(plan) {}
  void add(const Span& span) {
    const bool counts = level_ == Level::Session || (span.levels & bit(level_)) != 0;
    if (counts) ++(span.start_time ? timed_ : untimed_);
    aggregator_.add(span);
    shares_.add(span);
  }
  void merge(CheckEngine&& other) {
    aggregator_.merge(std::move(other.aggregator_));
    shares_.merge(std::move(other.shares_));
    timed_ += other.timed_;
    untimed_ += other.untimed_;
  }
  Analysis finish() {
    Analysis analysis = aggregator_.finish();
    shares_.fill(analysis);
    return analysis;
  }
  uint64_t timed() const { return timed_; }
  uint64_t untimed() const { return untimed_; }

 private:
  Level level_;
  Aggregator aggregator_;
  TimeShares shares_;
  uint64_t timed_ = 0;
  uint64_t untimed_ = 0;
};

struct Notification {
  std::string url;
  MessageForm form = MessageForm::Json;
  NotifyOptions options;
};

Result<std::optional<Notification>> notification_of(const CheckArguments& arguments) {
  if (arguments.notify.empty()) {
    if (arguments.notify_state.empty()) return std::nullopt;
    return fail(Code::InvalidInput, "{}--notify-state needs --notify",
                arguments.common.place("notify-state"));
  }
  Notification notification{.url = arguments.notify, .form = MessageForm::Json, .options = {}};
  const std::string host =
      TRY(placed(arguments.common.place("notify"), notify_host(arguments.notify)));
  const std::string& format = arguments.notify_format;
  if (format.empty() ? host == "https://hooks.slack.com" : format == "slack") {
    notification.form = MessageForm::Slack;
  } else if (!format.empty() && format != "json") {
    return fail(Code::InvalidInput, "{}no message form '{}': known are json and slack",
                arguments.common.place("notify-format"), format);
  }
  const std::optional<int64_t> timeout = parse_duration(arguments.notify_timeout);
  if (!timeout || *timeout < 1000 || *timeout > int64_t{300'000'000}) {
    return fail(Code::InvalidInput, "{}--notify-timeout is '{}', but takes 1ms to 300s",
                arguments.common.place("notify-timeout"), arguments.notify_timeout);
  }
  notification.options.timeout = std::chrono::milliseconds(*timeout / 1000);
  return notification;
}

Result<std::vector<AlarmRule>> parse_rules(const CheckArguments& arguments, const Job& job) {
  std::vector<AlarmRule> rules;
  const ParseContext context{.now = 0, .time_zone = job.options.zone};
  for (size_t i = 0; i < arguments.fail_if.size(); ++i) {
    rules.push_back(TRY(placed(arguments.common.place("fail-if", i),
                               AlarmRule::parse(arguments.fail_if[i], context))));
  }
  if (rules.empty() && arguments.allow_no_data) {
    return fail(Code::InvalidInput,
                "no rule to check: give --fail-if, such as 'success_rate < 0.95', or fail-if in "
                "[check] of sonde.toml");
  }
  return rules;
}

// A log that was rotated a moment ago is empty: no data, not a broken file.
bool are_all_empty(const std::vector<std::string>& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) &&
           std::filesystem::file_size(path, error) == 0 && !error;
  });
}

// A rule that had fired has recovered when it is judged again and nothing speaks for it, or when
// its group is too small to judge although data came.
std::vector<std::string> recovered_rules(const CheckResult& check, const CheckArguments& arguments,
                                         const std::set<std::string>& before) {
  std::set<std::string> open;
  std::set<std::string> judged;
  for (const RuleResult& result : check.rules) {
    judged.insert(rule_name(result, check));
    if (result.verdict != Verdict::Holds) open.insert(rule_name(result, check));
  }
  const auto has_rule = [&](const std::string& name) {
    const auto named = [&](std::string_view rule) { return name.starts_with(rule); };
    return named(kNoDataRule) ||
           std::any_of(arguments.fail_if.begin(), arguments.fail_if.end(), named);
  };
  std::vector<std::string> recovered;
  for (const std::string& name : before) {
    const bool silent = !judged.contains(name) && check.count == 0;
    if (!open.contains(name) && !silent && has_rule(name)) recovered.push_back(name);
  }
  return recovered;
}

// Posts what fired and what recovered, and keeps the state.
Result<> tell(const CheckArguments& arguments, const Notification& notification,
              const CheckResult& check, const CheckScope& scope) {
  std::set<std::string> before;
  if (!arguments.notify_state.empty()) before = TRY(read_alarm_state(arguments.notify_state));
  const std::vector<std::string> recovered = recovered_rules(check, arguments, before);
  std::set<std::string> state;
  for (const RuleResult& result : check.rules) {
    const std::string name = rule_name(result, check);
    const bool still = before.contains(name) && result.verdict != Verdict::Holds;
    if (result.verdict == Verdict::Fired || still) state.insert(name);
  }
  if (check.count == 0) state.insert(before.begin(), before.end());
  for (const std::string& name : recovered) state.erase(name);
  Result<> sent;
  if (check.fired() || !recovered.empty()) {
    sent = notify(notification.url, render_message(check, recovered, scope, notification.form),
                  notification.options);
    // What nobody heard of is told the next time.
    if (!sent) state.insert(recovered.begin(), recovered.end());
  }
  if (!arguments.notify_state.empty()) TRY(write_alarm_state(arguments.notify_state, state));
  return sent;
}

Result<> refuse_without_times(const Job& job, const CheckArguments& arguments,
                              const CheckEngine& engine) {
  if (engine.timed() > 0 || engine.untimed() == 0) return {};
  if (!arguments.common.since.empty() || !arguments.common.until.empty()) {
    return fail(Code::InvalidInput,
                "the log has no times, so --since and --until leave nothing of it");
  }
  for (const Dimension& dimension : job.options.by) {
    if (dimension.needs_times())
      return fail(Code::InvalidInput, "cannot group by {}: the log has no times", dimension.name());
  }
  return {};
}

// Options that were not typed take what [check] of sonde.toml holds, as if it were typed.
Result<> take_from_file(CLI::App& command, Arguments& common) {
  const Settings settings = TRY(settings_of(common));
  for (const auto& [name, values] : settings.check) {
    CLI::Option* const option = command.get_option("--" + name);
    if (option->count() > 0 || values.empty()) continue;
    for (const OptionText& value : values) {
      option->add_result(value.text);
      common.origins[name].push_back(value.origin);
    }
    try {
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      return fail(Code::InvalidInput, "{}{}", common.place(name), error.what());
    }
  }
  return {};
}

// "$NAME" in a file stands for that variable, so that a secret address need not be written there.
Result<> expand_address(CheckArguments& arguments) {
  const std::string place = arguments.common.place("notify");
  if (place.empty() || !arguments.notify.starts_with('$')) return {};
  const std::string name = variable_of(arguments.notify);
  if (name.empty()) {
    return fail(Code::InvalidInput, "{}notify takes an address, or $NAME of a variable", place);
  }
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return fail(Code::InvalidInput, "{}notify is the variable {}, which is not set", place, name);
  }
  arguments.notify = value;
  return {};
}

Result<int> run(const CheckArguments& arguments) {
  const auto job = TRY(make_job(arguments.common, {}));
  const RenderOptions render = TRY(make_render_options(arguments.common, job->settings));
  if (render.format != Format::Table && render.format != Format::Json)
    return fail(Code::InvalidInput, "check prints table or json (--format)");
  const std::vector<AlarmRule> rules = TRY(parse_rules(arguments, *job));
  const std::optional<Notification> notification = TRY(notification_of(arguments));
  const bool by_group = !job->options.by.empty();
  if (by_group) job->options.shared_risk_count_min = arguments.count_min;
  job->request.options.fields.add(Aggregator::fields(job->options));
  const TimeSharePlan plan(rules, job->options);
  for (const AggregatorOptions& options : plan.options()) {
    job->request.options.fields.add(Aggregator::fields(options));
  }
  Engines<CheckEngine> engines(*job, [&] { return CheckEngine(job->options, plan); });
  ReadReport read;
  if (job->from_history || !are_all_empty(job->request.paths))
    read = TRY(run_job(*job, engines.sinks()));
  CheckEngine& engine = engines.merged();
  TRY(refuse_without_times(*job, arguments, engine));
  const Analysis analysis = engine.finish();
  const CheckResult check = judge(rules, analysis,
                                  {.by_group = by_group,
                                   .count_min = arguments.count_min,
                                   .allow_no_data = arguments.allow_no_data});
  const bool windowed = !arguments.common.since.empty() || !arguments.common.until.empty();
  const CheckScope scope{.level = analysis.level,
                         .success = analysis.success,
                         .time_zone = analysis.time_zone,
                         .filters = job->filters,
                         .without_time = windowed ? engine.untimed() : 0};
  TRY(write_output(arguments.common, render_rules(check, scope, read, render)));
  Result<> told;
  if (notification) told = tell(arguments, *notification, check, scope);
  if (!check.fired()) {
    TRY(told);
    return exit_code_of(arguments.common, read);
  }
  // The alarm itself must not be hidden behind the failure to tell of it.
  if (!told) fmt::print(stderr, "sonde: {}\n", told.error().message);
  return kExitFired;
}

}  // namespace

std::function<Result<int>()> declare_check(CLI::App& command) {
  const auto arguments = std::make_shared<CheckArguments>();
  Arguments& common = arguments->common;
  add_sources(command, common);
  command.add_option("--fail-if", arguments->fail_if,
                     "exit with 1 when the data support this, such as \"success_rate < 0.95\" or "
                     "\"latency_ms.p95 > 8s\"; may be given several times");
  command.add_flag("--allow-no-data", arguments->allow_no_data,
                   "do not fire when nothing was counted");
  command.add_option("--by", common.by, "judge each group by one or two names, as in analyze");
  command
      .add_option("--min-count", arguments->count_min,
                  "with --by: groups with fewer records are not judged")
      ->capture_default_str();
  command.add_option("--notify", arguments->notify,
                     "post what fired to this http or https address");
  command.add_option("--notify-format", arguments->notify_format,
                     "json or slack (default: slack for hooks.slack.com, else json)");
  command.add_option("--notify-state", arguments->notify_state,
                     "remember in this file what fired, and also post when it recovers");
  command
      .add_option("--notify-timeout", arguments->notify_timeout,
                  "time for one attempt to post; three more follow")
      ->capture_default_str();
  add_filter_options(command, common);
  add_reading_options(command, common);
  add_output_options(command, common, "table or json");
  add_settings(command, common);
  // The command outlives what runs it: main() holds both.
  return [arguments, &command]() -> Result<int> {
    TRY(take_from_file(command, arguments->common));
    TRY(expand_address(*arguments));
    return run(*arguments);
  };
}

}  // namespace sonde
