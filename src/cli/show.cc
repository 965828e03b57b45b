#include "cli/commands.h"
#include "cli/rendering.h"
#include "cli/sinks.h"
#include "model/span_json.h"
#include "report/execution.h"

namespace sonde {
namespace {

// Keeps the spans that carry the wanted id.
class ShowEngine {
 public:
  explicit ShowEngine(std::string id) : id_(std::move(id)) {}
  void add(const Span& span) {
    if (span.span_id == id_ || span.message_id == id_ || span.run_id == id_ ||
        span.trace_id == id_) {
      found_.push_back(span);
    }
  }
  void merge(ShowEngine&& other) {
    for (Span& span : other.found_) found_.push_back(std::move(span));
  }
  // The span itself, else all that belong to the message, run or trace: by time, then id.
  std::vector<Span> finish() {
    std::vector<Span> exact;
    for (const Span& span : found_) {
      if (span.span_id == id_) exact.push_back(span);
    }
    if (!exact.empty()) found_ = std::move(exact);
    std::sort(found_.begin(), found_.end(), [](const Span& a, const Span& b) {
      const auto place = [](const Span& s) {
        return std::pair(s.start_time.value_or(0), s.span_id);
      };
      return place(a) < place(b);
    });
    return std::move(found_);
  }

 private:
  std::string id_;
  std::vector<Span> found_;
};

Result<int> run(Arguments arguments) {
  if (arguments.files.size() < 2) {
    return fail(Code::InvalidInput, "sonde show wants FILES and an ID, in this order");
  }
  const std::string id = arguments.files.back();
  arguments.files.pop_back();
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  Engines<ShowEngine> engines(*job, [&] { return ShowEngine(id); });
  TRY(run_job(*job, engines.sinks()));
  const std::vector<Span> spans = engines.merged().finish();
  if (spans.empty()) {
    return fail(Code::NotFound,
                "no execution with the id {} in these files (debugger runs are left out "
                "unless --include-debugger is given)",
                id);
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
  command.add_option("FILES ID", arguments->files,
                     "files to look in, and last the id of a call, message, run or trace");
  command.add_flag("--include-debugger", arguments->include_debugger,
                   "also look at runs started from Dify's editor");
  command.add_option("--time-unit", arguments->time_unit,
                     "unit of response times in flat logs: s, ms or us");
  command.add_option("--format", arguments->format, "output: table or json")->capture_default_str();
  command.add_flag("--json", arguments->json, "the same as --format json");
  command.add_option("-o,--output", arguments->output,
                     "write to this file instead of standard output");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
