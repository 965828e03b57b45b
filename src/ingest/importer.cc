#include "ingest/importer.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>

#include "base/hash.h"
#include "base/time.h"
#include "ingest/merge.h"
#include "ingest/span_writer.h"
#include "store/hours.h"

namespace sonde {
namespace {

// What the threads of one import share. Thread-safe.
class Progress {
 public:
  explicit Progress(const std::atomic<bool>* asked) : asked_(asked) {}

  const std::atomic<bool>& stop() const { return stop_; }
  // Whether to go on; passes on that the import was asked to end.
  bool goes_on() {
    if (asked_ != nullptr && asked_->load(std::memory_order_relaxed)) stop_ = true;
    return !stop_.load(std::memory_order_relaxed);
  }
  void add(const Result<SpanCounts>& written) {
    const std::lock_guard lock(mutex_);
    if (written) {
      counts_ += *written;
    } else if (!error_) {
      error_ = written.error();
      stop_ = true;
    }
  }
  const std::optional<Error>& error() const { return error_; }
  const SpanCounts& counts() const { return counts_; }

 private:
  const std::atomic<bool>* asked_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  SpanCounts counts_;
  std::optional<Error> error_;
};

// One thread's batch.
class BatchSink final : public SpanSink {
 public:
  BatchSink(const ImportRequest& request, SpanWriter& writer, Progress& progress)
      : request_(request), writer_(writer), progress_(progress) {}

  void add(Span& span) override {
    // What a join gives after it was told to stop may lack its other half.
    if (!progress_.goes_on()) return;
    const BatchRecord::Place place = {request_.read.paths.at(span.location.file),
                                      span.location.byte};
    if (events_.empty()) first_ = place;
    last_ = place;
    bytes_ += weight_of(span);
    events_.push_back(row_of_event(span));
    if (events_.size() >= request_.batch_spans_max || bytes_ >= request_.batch_bytes_max) write();
  }

  void write() {
    if (!events_.empty() && progress_.goes_on())
      progress_.add(writer_.write(events_, first_, last_));
    events_.clear();
    bytes_ = 0;
  }

 private:
  const ImportRequest& request_;
  SpanWriter& writer_;
  Progress& progress_;
  std::vector<FiledSpan> events_;
  size_t bytes_ = 0;
  BatchRecord::Place first_;
  BatchRecord::Place last_;
};

// Of the bytes on disk, read once more; empty for what cannot be read twice.
std::string hash_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  if (!file || state == nullptr) return {};
  XXH3_64bits_reset(state.get());
  std::string buffer(size_t{1} << 20, '\0');
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    XXH3_64bits_update(state.get(), buffer.data(), static_cast<size_t>(file.gcount()));
  }
  return to_hex(XXH3_64bits_digest(state.get()));
}

std::vector<ImportedFile> describe_files(const ReadReport& report) {
  std::vector<ImportedFile> files;
  for (const FileReport& read : report.files) {
    ImportedFile file;
    file.path = read.path;
    file.documents = read.documents;
    file.rejected = read.rejected;
    file.error = read.error;
    struct ::stat status {};
    if (::stat(read.path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      file.size = static_cast<uint64_t>(status.st_size);
      file.modified_at =
          status.st_mtim.tv_sec * kMicrosPerSecond + status.st_mtim.tv_nsec / kMicrosPerMilli;
      file.hash = hash_of_file(read.path);
    }
    files.push_back(std::move(file));
  }
  return files;
}

// When it is now, by the time that the import was told it began.
class Clock {
 public:
  explicit Clock(int64_t start) : start_(start) {}
  int64_t now() const {
    using namespace std::chrono;
    return start_ + duration_cast<microseconds>(steady_clock::now() - begun_).count();
  }

 private:
  int64_t start_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

Result<ReadReport> read_all(const ImportRequest& request, SpanWriter& writer, Progress& progress) {
  ReadRequest read = request.read;
  read.options.fields = FieldSet::all();
  read.stop = &progress.stop();
  read.progress = [&](uint64_t done, uint64_t total) {
    progress.goes_on();
    if (request.read.progress) request.read.progress(done, total);
  };
  std::vector<std::unique_ptr<BatchSink>> owned;
  std::vector<SpanSink*> sinks;
  for (unsigned i = 0; i < request.threads; ++i) {
    owned.push_back(std::make_unique<BatchSink>(request, writer, progress));
    sinks.push_back(owned.back().get());
  }
  Result<ReadReport> report = read_spans(read, sinks);
  for (const auto& sink : owned) sink->write();
  return report;
}

}  // namespace

RejectCounts count_rejects(const ReadReport& report) {
  RejectCounts counts;
  for (const auto& [sentence, count] : report.reject_reasons)
    counts[classify_reject(sentence)] += count;
  return counts;
}

Result<ImportResult> import_files(History& history, const ImportRequest& request) {
  const Clock clock(request.now);
  ImportResult result;
  result.number = TRY(history.catalog().begin_import(request.project, request.now));
  const std::unique_ptr<SpanWriter> writer =
      TRY(SpanWriter::open(history, request.project, result.number, request.now));
  Progress progress(request.read.stop);
  Result<ReadReport> report = read_all(request, *writer, progress);
  if (progress.error()) {
    return fail(progress.error()->code, "the history cannot be written: {} ({} spans were stored)",
                progress.error()->message, progress.counts().stored);
  }
  result.interrupted = !progress.goes_on();
  // Stopped before anything was read is no reason to say that nothing could be.
  if (!report && !result.interrupted) {
    TRY(history.catalog().finish_import(result.number, ImportState::Done, clock.now(), {}, {}, 0));
    return tl::unexpected(report.error());
  }
  if (report) result.report = *std::move(report);
  result.counts = progress.counts();
  result.rejected = count_rejects(result.report);
  result.files = describe_files(result.report);
  TRY(history.catalog().finish_import(
      result.number, result.interrupted ? ImportState::Interrupted : ImportState::Done, clock.now(),
      result.files, result.rejected, result.report.excluded));
  if (!result.interrupted)
    TRY(make_hours(history.store(), request.project, history.number_of_written()));
  return result;
}

}  // namespace sonde
