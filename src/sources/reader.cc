#include "sources/reader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "sources/dify/join.h"
#include "sources/worker.h"

namespace sonde {
namespace {

using namespace std::chrono_literals;

// Reports progress until it is destroyed.
class ProgressThread {
 public:
  ProgressThread(const ReadRequest& request, const Blocks& blocks) {
    if (!request.progress) return;
    thread_ = std::jthread([&request, &blocks](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any wake;
      std::unique_lock lock(mutex);
      while (!wake.wait_for(lock, stop, 100ms, [&stop] { return stop.stop_requested(); })) {
        request.progress(blocks.bytes_done(), blocks.bytes_total());
      }
    });
  }

 private:
  std::jthread thread_;
};

void merge_notes(const Notes& from, Notes& into) {
  for (const auto& [sentence, note] : from) {
    auto [at, is_new] = into.emplace(sentence, note);
    if (is_new) continue;
    at->second.count += note.count;
    const auto place = [](const Location& l) { return std::pair(l.file, l.byte); };
    if (place(note.first) < place(at->second.first)) at->second.first = note.first;
  }
}

void collect(const std::vector<std::unique_ptr<Worker>>& workers, const Blocks& blocks,
             const std::vector<std::string>& paths, ReadReport& report) {
  report.files.resize(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) report.files[i].path = paths[i];
  for (const auto& worker : workers) {
    for (const auto& [index, counts] : worker->files()) {
      FileReport& file = report.files[index];
      for (const auto& [source, count] : counts.sources) file.sources[source] += count;
      file.documents += counts.documents;
      file.rejected += counts.rejected;
      if (!counts.error.empty()) file.error = counts.error;
    }
    merge_notes(worker->notes(), report.notes);
    report.excluded += worker->excluded();
  }
  for (const FileReport& file : report.files) report.documents += file.documents;
  for (const auto& state : blocks.files()) {
    // The unit matters only where flat records with a response time were read. The workshop's are
    // milliseconds, unless the values say otherwise.
    FileReport& file = report.files[state->index];
    const bool is_workshop =
        file.sources.contains("workshop") &&
        (state->units.unit == TimeUnit::Seconds || state->units.unit == TimeUnit::Microseconds);
    if (file.sources.contains("flat") || is_workshop) file.unit_note = state->units.sentence;
  }
}

// Nothing was understood: says why, file by file.
tl::unexpected<Error> nothing_read(const ReadReport& report) {
  std::string why;
  Code code = Code::InvalidInput;
  for (size_t i = 0; i < report.files.size() && i < 10; ++i) {
    const FileReport& file = report.files[i];
    why += why.empty() ? "" : "\n";
    const auto reject = std::find_if(report.rejects.begin(), report.rejects.end(),
                                     [i](const Reject& r) { return r.file == i; });
    if (!file.error.empty()) {
      why += file.error;
      code = file.documents + file.rejected > 0 ? Code::InvalidInput : Code::Unavailable;
    } else if (reject != report.rejects.end()) {
      why += fmt::format("{}:{}: {}", file.path, reject->line, reject->reason);
      if (file.rejected > 1)
        why += fmt::format(" (and {} more records like it)", file.rejected - 1);
    } else {
      why += fmt::format("{}: no records in it", file.path);
    }
  }
  return tl::unexpected(Error{code, "nothing to analyse: " + why});
}

}  // namespace

Result<ReadReport> read_spans(const ReadRequest& request, std::span<SpanSink* const> sinks) {
  CHECK(!sinks.empty());
  Blocks blocks(request.paths, request.options.time_unit, request.options.document_bytes_max);
  DifyJoin dify(request.options);
  RejectLog rejects(!request.rejects_path.empty());
  Occurrences occurrences;
  std::vector<std::unique_ptr<Worker>> workers;
  for (SpanSink* const sink : sinks) {
    workers.push_back(std::make_unique<Worker>(
        Worker::Shared{request, blocks, dify, rejects, occurrences}, *sink));
  }
  ReadReport report;
  {
    const ProgressThread progress(request, blocks);
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < workers.size(); ++i) {
      threads.emplace_back([worker = workers[i].get()] { worker->run(); });
    }
    workers[0]->run();
    threads.clear();  // Joins.
    collect(workers, blocks, request.paths, report);
    TRY(dify.finish(sinks, report.notes, report.excluded));
  }
  report.rejected = rejects.count();
  report.reject_reasons = rejects.reasons();
  report.rejects = rejects.first(blocks.files(), kRejectsKept);
  if (!request.rejects_path.empty()) TRY(rejects.write(request.rejects_path, blocks.files()));
  if (report.documents == 0) return nothing_read(report);
  return report;
}

}  // namespace sonde
