#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/commands.h"
#include "cli/history.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "model/span_json.h"
#include "report/execution.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

constexpr size_t kPrefixBytesMin = 6;  // A shorter beginning of an id is taken for a whole one.
constexpr size_t kFoundMax = 10'000;   // Spans of one message, run or trace.
constexpr size_t kNamedMax = 5;

// The id of the span that begins with `id`: its own, or of what it belongs to.
const std::string* id_with(const Span& span, std::string_view id, bool whole) {
  for (const std::string* own : {&span.span_id, &span.message_id, &span.run_id, &span.trace_id}) {
    if (whole ? *own == id : own->starts_with(id)) return own;
  }
  return nullptr;
}

// Keeps the spans that carry the wanted id, or one that begins with it.
class ShowEngine {
 public:
  explicit ShowEngine(std::string id) : id_(std::move(id)) {}
  void add(const Span& span) {
    if (found_.size() < kFoundMax && id_with(span, id_, id_.size() < kPrefixBytesMin) != nullptr)
      found_.push_back(span);
  }
  void merge(ShowEngine&& other) {
    for (Span& span : other.found_) found_.push_back(std::move(span));
  }
  std::vector<Span> finish() { return std::move(found_); }

 private:
  std::string id_;
  std::vector<Span> found_;
};

// Those of the history. Ids match whatever their case and hyphens.
Result<std::vector<Span>> find_in_history(const Job& job, const std::string& id) {
  OpenHistory history = TRY(open_history(job.settings));
  Store& store = history.store();
  std::vector<Span> found;
  const auto take = [&](Span& span) {
    found.push_back(span);
    return found.size() < kFoundMax;
  };
  SpanQuery query;
  query.project = job.settings.project;
  query.id = id;
  TRY(read_history(store, query, take));
  if (!found.empty()) return found;
  query.id.clear();
  query.where = "message_id = {shown:String} OR run_id = {shown:String}";
  query.params = {{"shown", id}};
  if (id.size() >= kPrefixBytesMin) {
    query.where +=
        " OR startsWith(span_id, {shown:String}) OR startsWith(trace_id, {shown:String})"
        " OR startsWith(message_id, {shown:String}) OR startsWith(run_id, {shown:String})";
  }
  TRY(read_history(store, query, take));
  return found;
}

// What one id names of what was found: the span itself, else all that belong to the message, run or
// trace, by time. Fails with InvalidInput when several ids begin so.
Result<std::vector<Span>> choose(std::vector<Span> found, const std::string& id) {
  const auto keep = [&found](const auto& wanted) {
    if (std::ranges::any_of(found, wanted)) std::erase_if(found, std::not_fn(wanted));
  };
  keep([&](const Span& span) { return span.span_id == id; });
  keep([&](const Span& span) { return id_with(span, id, true) != nullptr; });
  std::vector<std::string> names;
  for (const Span& span : found) {
    // An id in another form of writing is in no field as it was typed.
    const std::string* own = id_with(span, id, false);
    if (own != nullptr && std::ranges::find(names, *own) == names.end()) names.push_back(*own);
  }
  if (names.size() > 1) {
    std::ranges::sort(names);
    const size_t more = names.size() - std::min(names.size(), kNamedMax);
    names.resize(names.size() - more);
    return fail(Code::InvalidInput, "several ids begin with {}: {}{}", id, fmt::join(names, ", "),
                more > 0 ? fmt::format(" and {} more", more) : "");
  }
  std::ranges::sort(found, {}, [](const Span& span) {
    return std::pair(span.start_time.value_or(0), std::string_view(span.span_id));
  });
  return found;
}

Result<int> run(Arguments arguments) {
  std::error_code error;
  if (arguments.files.empty() ||
      (arguments.files.size() == 1 && std::filesystem::exists(arguments.files.front(), error))) {
    return fail(Code::InvalidInput,
                "sonde show wants FILES and an ID, in this order; without FILES it looks in the "
                "history");
  }
  const std::string id = arguments.files.back();
  arguments.files.pop_back();
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  std::vector<Span> spans;
  if (job->from_history) {
    std::vector<Span> found = TRY(find_in_history(*job, id));
    spans = TRY(choose(std::move(found), id));
  } else {
    Engines<ShowEngine> engines(*job, [&] { return ShowEngine(id); });
    TRY(run_job(*job, engines.sinks()));
    spans = TRY(choose(engines.merged().finish(), id));
  }
  if (spans.empty()) {
    const std::string place = job->from_history ? TRY(history_name(job->settings))
                                                : "these files (debugger runs are left out unless "
                                                  "--include-debugger is given)";
    return fail(Code::NotFound, "no execution with the id {} in {}", id, place);
  }
  std::string text;
  for (const Span& span : spans) {
    text += render.format == Format::Json ? to_json(span) + "\n" : render_execution(span, render);
  }
  TRY(write_output(arguments, text));
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_show(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  command.add_option(
      "FILES ID", arguments->files,
      "files to look in (none: the history), and last the id of a call, message, run "
      "or trace, or the beginning of one");
  command.add_flag("--include-debugger", arguments->include_debugger,
                   "also look at runs started from Dify's editor");
  command.add_option("--time-unit", arguments->time_unit,
                     "unit of response times in flat logs: s, ms or us");
  add_json_option(command, *arguments);
  command.add_option("-o,--output", arguments->output,
                     "write to this file instead of standard output");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
