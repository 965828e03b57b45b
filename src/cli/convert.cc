#include <cstdio>
#include <mutex>

#include "cli/commands.h"
#include "cli/sinks.h"
#include "model/span_json.h"

namespace sonde {
namespace {

// Writes whole lines from any thread, in blocks.
class LineWriter {
 public:
  explicit LineWriter(std::FILE* file) : file_(file) {}
  void write(const std::string& lines) {
    const std::lock_guard lock(mutex_);
    failed_ |= std::fwrite(lines.data(), 1, lines.size(), file_) != lines.size();
  }
  bool finish() { return std::fflush(file_) == 0 && !failed_; }

 private:
  std::mutex mutex_;
  std::FILE* file_;
  bool failed_ = false;
};

class ConvertEngine {
 public:
  ConvertEngine(const AggregatorOptions& options, LineWriter& writer)
      : options_(options), writer_(&writer) {}
  void add(const Span& span) {
    if (options_.where && options_.where->evaluate(span) != Truth::True) return;
    lines_ += to_json(span);
    lines_ += '\n';
    if (lines_.size() >= kFlushBytes) flush();
  }
  void merge(ConvertEngine&& other) { other.flush(); }
  void flush() {
    writer_->write(lines_);
    lines_.clear();
  }

 private:
  static constexpr size_t kFlushBytes = 256 << 10;
  const AggregatorOptions& options_;
  LineWriter* writer_;
  std::string lines_;
};

Result<int> run(const Arguments& arguments) {
  if (arguments.files.empty()) {
    return fail(Code::InvalidInput, "no file named: give files, folders, or - for standard input");
  }
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  std::FILE* const file =
      arguments.output.empty() ? stdout : std::fopen(arguments.output.c_str(), "w");
  if (file == nullptr) return fail(Code::Unavailable, "cannot write {}", arguments.output);
  LineWriter writer(file);
  Engines<ConvertEngine> engines(*job, [&] { return ConvertEngine(job->options, writer); });
  const Result<ReadReport> report = run_job(*job, engines.sinks());
  engines.merged().flush();
  const bool written = writer.finish();
  if (file != stdout) std::fclose(file);
  if (!report) return tl::unexpected(report.error());
  if (!written) return fail(Code::Unavailable, "cannot write the spans: is the disk full?");
  if (report->rejected > 0) {
    fmt::print(stderr, "sonde: {} records were not understood (--rejects FILE keeps them)\n",
               report->rejected);
  }
  return exit_code_of(arguments, *report);
}

}  // namespace

std::function<Result<int>()> declare_convert(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  add_files(command, *arguments);
  command.add_option("--where", arguments->where, "only spans for which this holds");
  command.add_option("--since", arguments->since,
                     "only from this time on: 2026-11-01, or 24h back from now");
  command.add_option("--until", arguments->until, "only before this time");
  add_reading_options(command, *arguments);
  command.add_option("-o,--output", arguments->output,
                     "write to this file instead of standard output");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
