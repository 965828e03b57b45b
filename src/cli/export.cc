#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>

#include "base/decimal.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "model/span_json.h"
#include "query/condition.h"
#include "report/csv_text.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

constexpr size_t kFlushBytes = 1 << 20;
constexpr uint64_t kSpansAStep = 5'000;  // Between looks of the progress bar.

// A file that is whole or not there: written under another name until it is done.
class OutputFile {
 public:
  // Standard output when `path` is empty.
  static Result<OutputFile> open(const std::string& path) {
    OutputFile output;
    output.path_ = path;
    if (!path.empty()) {
      output.file_ = std::fopen(output.partial().c_str(), "w");
      if (output.file_ == nullptr) return fail(Code::Unavailable, "cannot write {}", path);
    }
    return output;
  }
  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, nullptr)) {}
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() {
    if (file_ == nullptr || path_.empty()) return;
    std::fclose(file_);
    std::remove(partial().c_str());
  }

  bool write(const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  }
  Result<> finish() {
    const bool written = std::fflush(file_) == 0 && std::ferror(file_) == 0;
    if (path_.empty()) {
      if (written) return {};
      return fail(Code::Unavailable, "cannot write to standard output");
    }
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (written && closed && std::rename(partial().c_str(), path_.c_str()) == 0) return {};
    std::remove(partial().c_str());
    return fail(Code::Unavailable, "cannot write {}: is the disk full?", path_);
  }

 private:
  OutputFile() = default;
  std::string partial() const { return path_ + ".partial"; }

  std::string path_;
  std::FILE* file_ = stdout;
};

std::string csv_field(const Column& column, const Span& span) {
  if (const auto* text = std::get_if<TextMember>(&column.member)) return csv_text(span.**text);
  if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
    return span.**flag ? (*(span.**flag) ? "true" : "false") : "";
  }
  if (column.type == ColumnType::Kind) return std::string(to_string(span.kind));
  if (column.type == ColumnType::Status) return std::string(to_string(span.status));
  const std::optional<int64_t>& number = span.*std::get<NumberMember>(column.member);
  if (!number) return {};
  if (column.type == ColumnType::Time) return format_iso_time(*number);
  if (column.type == ColumnType::Money) return format_decimal_nanos(*number);
  return std::to_string(*number);
}

std::string csv_heading() {
  std::string line;
  for (const Column& column : span_columns()) {
    line += (line.empty() ? "" : ",") + json_key(column);
  }
  return line + "\r\n";
}

std::string csv_line(const Span& span) {
  std::string line;
  for (const Column& column : span_columns()) {
    if (column.field != span_columns().front().field) line += ',';
    line += csv_field(column, span);
  }
  return line + "\r\n";
}

Result<SpanQuery> make_query(const Job& job, bool& is_exact) {
  SpanQuery query;
  query.project = job.settings.project;
  query.order = SpanQuery::Order::OldestFirst;
  if (!job.options.where) return query;
  Condition condition = to_condition(*job.options.where);
  query.from = condition.from;
  query.until = condition.until;
  query.where = std::move(condition.sql);
  query.params = std::move(condition.params);
  is_exact = condition.is_exact;
  return query;
}

// How many the engine will give; 0, which draws no bar, when that costs more than it tells.
uint64_t count_spans(const Job& job, Store& store, const SpanQuery& query) {
  if (job.settings.progress == "never" || terminal_width(STDERR_FILENO) == 0) return 0;
  Query counted = to_statement(query);
  counted.sql = fmt::format("SELECT count() FROM ({})", counted.sql);
  counted.format = "TSV";
  const Result<std::string> text = store.query(counted);
  uint64_t spans = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), spans);
  return spans;
}

Result<uint64_t> write_spans(const Job& job, Store& store, const SpanQuery& query, bool is_csv,
                             const std::string& path) {
  OutputFile output = TRY(OutputFile::open(path));
  ProgressBar bar(job.settings.progress != "never", ProgressUnit::Spans);
  std::string lines = is_csv ? csv_heading() : std::string();
  const uint64_t total = count_spans(job, store, query);
  uint64_t count = 0;
  uint64_t read = 0;
  bool written = true;
  TRY(read_history(store, query, [&](Span& span) {
    if (++read % kSpansAStep == 0) bar.update(read, total);
    if (job.options.where && job.options.where->evaluate(span) != Truth::True) return true;
    lines += is_csv ? csv_line(span) : to_json(span) + "\n";
    ++count;
    if (lines.size() < kFlushBytes) return !interrupted().load(std::memory_order_relaxed);
    written = output.write(lines);
    lines.clear();
    return written && !interrupted().load(std::memory_order_relaxed);
  }));
  if (interrupted().load()) return fail(Code::Unavailable, "interrupted");
  if (written) output.write(lines);
  TRY(output.finish());
  return count;
}

Result<> save_parquet(Store& store, const SpanQuery& query, bool is_exact,
                      const std::string& path) {
  if (path.empty()) {
    return fail(Code::InvalidInput, "parquet is written to a file: give -o FILE");
  }
  if (!is_exact) {
    return fail(Code::InvalidInput,
                "--where compares an attribute with a number, which parquet cannot: export jsonl");
  }
  Query statement = to_statement(query);
  statement.format = "Parquet";
  std::error_code error;
  const std::string partial = std::filesystem::absolute(path).string() + ".partial";
  std::filesystem::remove(partial, error);
  const Result<> saved = store.save(statement, partial);
  if (saved) std::filesystem::rename(partial, path, error);
  if (!saved || error) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
  }
  TRY(saved);
  if (error) return fail(Code::Unavailable, "cannot write {}: {}", path, error.message());
  return {};
}

Result<int> run(const Arguments& arguments) {
  const std::string& format = arguments.format;
  if (format != "jsonl" && format != "csv" && format != "parquet") {
    return fail(Code::InvalidInput, "no format '{}': export writes jsonl, csv or parquet", format);
  }
  const auto job = TRY(make_job(arguments, FieldSet::all()));
  OpenHistory history = TRY(open_history(job->settings));
  Store& store = history.store();
  bool is_exact = true;
  const SpanQuery query = TRY(make_query(*job, is_exact));
  if (format == "parquet") {
    TRY(save_parquet(store, query, is_exact, arguments.output));
    return 0;
  }
  const uint64_t count = TRY(write_spans(*job, store, query, format == "csv", arguments.output));
  if (!arguments.output.empty()) fmt::print(stderr, "sonde: {} spans written\n", count);
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_export(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->format = "jsonl";
  command.add_option("--where", arguments->where, "only spans for which this holds");
  command.add_option("--since", arguments->since,
                     "only from this time on: 2026-11-01, or 24h back from now");
  command.add_option("--until", arguments->until, "only before this time");
  command.add_option("--format", arguments->format, "output: jsonl, csv or parquet")
      ->capture_default_str();
  command.add_option("-o,--output", arguments->output,
                     "write to this file instead of standard output");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
