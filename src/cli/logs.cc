#include <algorithm>
#include <utility>

#include "cli/commands.h"
#include "cli/history.h"
#include "cli/pager.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "query/condition.h"
#include "query/search.h"
#include "report/log_list.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

constexpr unsigned kShown = 50;

struct LogsArguments : Arguments {
  bool failed = false;
  bool no_pager = false;
  std::string search;
};

// What a line of the list shows.
FieldSet list_fields() {
  return {Field::TraceId,    Field::SpanId,        Field::MessageId,   Field::RunId,
          Field::Name,       Field::StartTime,     Field::Duration,    Field::Status,
          Field::ErrorClass, Field::StatusMessage, Field::Refusal,     Field::Model,
          Field::Input,      Field::System,        Field::InputTokens, Field::OutputTokens,
          Field::Cost,       Field::Currency,      Field::UserId,      Field::SessionId,
          Field::AppId,      Field::AppName,       Field::Category};
}

// Newest first; those without a time last, by their ids.
bool is_newer(const Span& a, const Span& b) {
  const auto place = [](const Span& span) {
    return std::tuple(span.start_time.value_or(INT64_MIN), std::string_view(span.trace_id),
                      std::string_view(span.span_id));
  };
  return place(a) > place(b);
}

bool is_wanted(const AggregatorOptions& options, const Span& span) {
  if ((span.levels & bit(options.level)) == 0) return false;
  return !options.where || options.where->evaluate(span) == Truth::True;
}

// Keeps the newest of a log in files, one more than are shown.
class NewestEngine {
 public:
  NewestEngine(const AggregatorOptions& options, size_t kept) : options_(options), kept_(kept) {}
  void add(const Span& span) {
    if (!is_wanted(options_, span)) return;
    if (heap_.size() == kept_ && !is_newer(span, heap_.front())) return;
    heap_.push_back(span);
    std::ranges::push_heap(heap_, is_newer);
    if (heap_.size() <= kept_) return;
    std::ranges::pop_heap(heap_, is_newer);
    heap_.pop_back();
  }
  void merge(NewestEngine&& other) {
    for (const Span& span : other.heap_) add(span);
  }
  std::vector<Span> finish() {
    std::ranges::sort(heap_, is_newer);
    return std::move(heap_);
  }

 private:
  const AggregatorOptions& options_;
  size_t kept_;
  std::vector<Span> heap_;  // The oldest in front.
};

Result<std::vector<Span>> newest_of_files(const Job& job, size_t kept) {
  Engines<NewestEngine> engines(job, [&] { return NewestEngine(job.options, kept); });
  TRY(run_job(job, engines.sinks()));
  return engines.merged().finish();
}

Result<std::vector<Span>> newest_of_history(const Job& job, const std::string& search,
                                            size_t kept) {
  OpenHistory history = TRY(open_history(job.settings));
  Store& store = history.store();
  SpanQuery query;
  query.project = job.settings.project;
  query.fields = job.request.options.fields;
  query.order = SpanQuery::Order::NewestFirst;
  query.where = fmt::format("bitTest(levels, {})", static_cast<int>(job.options.level));
  if (!search.empty()) {
    const Condition found = TRY(search_condition(store, search));
    query.where += " AND " + found.sql;
    query.params = found.params;
  }
  bool is_exact = !job.categories;
  if (job.options.where) {
    Condition condition = to_condition(*job.options.where);
    query.from = condition.from;
    query.until = condition.until;
    // A category map decides what the filter sees of a category.
    if (is_exact && !condition.sql.empty()) query.where += " AND " + condition.sql;
    if (is_exact) std::ranges::move(condition.params, std::back_inserter(query.params));
    is_exact = is_exact && condition.is_exact;
  }
  if (is_exact && kept != SIZE_MAX) query.limit = kept;
  std::vector<Span> spans;
  TRY(read_history(store, query, [&](Span& span) {
    if (job.categories) job.categories->apply(span);
    if (is_wanted(job.options, span)) spans.push_back(span);
    return spans.size() < kept;
  }));
  return spans;
}

Result<int> run(LogsArguments arguments) {
  if (arguments.failed) arguments.where.emplace_back("status = error");
  const bool is_json = arguments.json || arguments.format == "json";
  const auto job = TRY(make_job(arguments, is_json ? FieldSet::all() : list_fields()));
  if (job->options.level == Level::Session) {
    return fail(Code::InvalidInput, "logs lists executions: --level is call, node, message or run");
  }
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  const size_t shown = arguments.limit == 0 ? SIZE_MAX : arguments.limit;
  const size_t kept = shown == SIZE_MAX ? shown : shown + 1;  // One more tells whether more exist.
  if (!arguments.search.empty() && !job->from_history) {
    return fail(Code::InvalidInput,
                "--search needs the index of the history: give no file, or use --where \"input "
                "contains '...'\"");
  }
  LogList list;
  list.time_zone = job->settings.time_zone;
  list.filters = job->filters;
  if (!arguments.search.empty())
    list.filters.insert(list.filters.begin(), "search " + arguments.search);
  list.source = job->from_history ? TRY(history_name(job->settings)) : "these files";
  list.spans = TRY(job->from_history ? newest_of_history(*job, arguments.search, kept)
                                     : newest_of_files(*job, kept));
  list.has_more = list.spans.size() > shown;
  if (list.has_more) list.spans.pop_back();
  const std::string text = TRY(render_log_list(list, render));
  TRY(arguments.no_pager ? write_output(arguments, text) : write_paged(arguments, text));
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_logs(CLI::App& command) {
  const auto arguments = std::make_shared<LogsArguments>();
  arguments->limit = kShown;
  add_sources(command, *arguments);
  command.add_option("--search", arguments->search,
                     "only those whose input or output has all of these words, in any case; parts "
                     "of them in scripts without spaces");
  command.add_flag("--failed", arguments->failed, "only executions that ended in an error");
  add_filter_options(command, *arguments);
  add_reading_options(command, *arguments);
  add_output_options(command, *arguments, "table, json or csv");
  command.add_flag("--no-pager", arguments->no_pager, "never show the list in a pager");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
