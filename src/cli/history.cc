#include "cli/history.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <future>
#include <vector>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "store/chdb_store.h"
#include "store/open_store.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

constexpr uint64_t kSliceSpans = 20'000;
constexpr uint64_t kSlicesMax = 1'000;
constexpr unsigned kSliceShift = 40;     // A span's place: its slice, then its number there.
constexpr uint64_t kSpansAStep = 1'000;  // Between looks of the progress bar.
constexpr std::chrono::milliseconds kTick{100};

// A part of the history: what was filed between these seconds since the epoch, both included.
struct Slice {
  uint32_t from = 0;
  uint32_t last = UINT32_MAX;
};

// The numbers in a column of text.
std::vector<uint64_t> numbers_of(const std::string& lines) {
  std::vector<uint64_t> numbers;
  const char* const end = lines.data() + lines.size();
  for (const char* at = lines.data(); at < end; ++at) {
    at = std::from_chars(at, end, numbers.emplace_back()).ptr;
  }
  return numbers;
}

// With the older rows of spans that were written again, which merging has not dropped yet.
Result<uint64_t> count_spans(Store& store, const std::string& project) {
  const std::vector<uint64_t> counted =
      numbers_of(TRY(store.query({"SELECT count() FROM spans WHERE project_id = {project:String}",
                                  {{"project", project}},
                                  "TabSeparated"})));
  return counted.empty() ? 0 : counted.front();
}

// Parts of about as many spans each, oldest first.
Result<std::vector<Slice>> find_slices(Store& store, const std::string& project, uint64_t spans) {
  const uint64_t parts = std::clamp<uint64_t>(spans / kSliceSpans, 1, kSlicesMax);
  std::vector<std::string> levels;
  for (uint64_t i = 1; i < parts; ++i) {
    levels.push_back(fmt::format("{}", static_cast<double>(i) / static_cast<double>(parts)));
  }
  std::vector<Slice> slices(1);
  if (levels.empty()) return slices;
  // Of a sample with a fixed seed: the same slices each time.
  const std::string starts = TRY(store.query(
      {fmt::format("SELECT arrayJoin(arrayDistinct(arrayMap(t -> toUnixTimestamp(t), "
                   "quantilesDeterministic({})(filed_at, cityHash64(trace_key))))) FROM spans "
                   "WHERE project_id = {{project:String}}",
                   fmt::join(levels, ", ")),
       {{"project", project}},
       "TabSeparated"}));
  for (const uint64_t start : numbers_of(starts)) {
    if (start <= slices.back().from) continue;
    slices.back().last = static_cast<uint32_t>(start) - 1;
    slices.push_back({static_cast<uint32_t>(start), UINT32_MAX});
  }
  return slices;
}

// Reads slices until none is left, on every thread.
class SliceReader {
 public:
  SliceReader(Store& store, const Job& job, std::vector<Slice> slices)
      : store_(store), job_(job), slices_(std::move(slices)) {}

  Result<> run(SpanSink& sink) {
    for (size_t i = next_++; i < slices_.size() && !is_stopped(); i = next_++) {
      TRY(read(i, sink));
    }
    return {};
  }
  uint64_t spans() const { return spans_; }
  void stop() { stopped_ = true; }

 private:
  bool is_stopped() const {
    return stopped_.load(std::memory_order_relaxed) ||
           interrupted().load(std::memory_order_relaxed);
  }

  Result<> read(size_t index, SpanSink& sink) {
    const Slice& slice = slices_[index];
    SpanQuery query;
    query.project = job_.settings.project;
    query.fields = job_.request.options.fields;
    query.where = "filed_at >= {slice_from:UInt32} AND filed_at <= {slice_last:UInt32}";
    query.params = {{"slice_from", std::to_string(slice.from)},
                    {"slice_last", std::to_string(slice.last)}};
    query.order = SpanQuery::Order::OldestFirst;
    uint64_t number = 0;
    TRY(read_history(store_, query, [&](Span& span) {
      span.location = {0, (uint64_t{index} << kSliceShift) + number++};
      sink.add(span);
      if (number % kSpansAStep == 0) spans_ += kSpansAStep;
      return !is_stopped();
    }));
    spans_ += number % kSpansAStep;
    return {};
  }

  Store& store_;
  const Job& job_;
  const std::vector<Slice> slices_;
  std::atomic<size_t> next_{0};
  std::atomic<uint64_t> spans_{0};
  std::atomic<bool> stopped_{false};
};

}  // namespace

Result<std::string> history_name(const Settings& settings) {
  return fmt::format("the history {} {}, project {}", settings.store_url.empty() ? "in" : "at",
                     TRY(store_place(settings)), settings.project);
}

Result<> require_history(const Settings& settings) {
  const std::string folder = TRY(store_place(settings));
  std::error_code error;
  if (settings.store_url.empty() && !std::filesystem::exists(folder, error)) {
    return fail(Code::InvalidInput,
                "no file named, and no history in {} yet: give files, folders, or - for standard "
                "input, or fill the history with sonde import",
                folder);
  }
  return {};
}

Result<> require_data_folder(const Settings& settings, std::string_view command) {
  if (settings.store_url.empty()) return {};
  return fail(
      Code::InvalidInput,
      "sonde {} is about the history in a data folder: servers (store-url) are looked after with "
      "ClickHouse's own statements",
      command);
}

Result<> require_one_server(const Settings& settings, std::string_view command) {
  if (settings.store_url.empty() || settings.store_layout == "single") return {};
  return fail(Code::InvalidInput,
              "sonde {} works in a data folder and on one server, not with store-layout {}: spans "
              "leave replicas and shards by ClickHouse's own statements",
              command, settings.store_layout);
}

Result<> require_ledger(History& history, const Settings& settings, const std::string& project) {
  if (settings.store_url.empty()) return {};
  const std::vector<std::string> projects = TRY(history.catalog().projects());
  if (std::ranges::find(projects, project) != projects.end()) return {};
  return fail(Code::InvalidInput,
              "nothing of project {} was imported from the data folder {}: do this where it was, "
              "the ledger is there",
              project, TRY(data_folder_path(settings)));
}

Result<OpenHistory> open_to_read(const Settings& settings) {
  if (!settings.store_url.empty()) return OpenHistory(TRY(open_store(settings)));
  return OpenHistory(TRY(History::open(settings, History::Use::Read)));
}

Result<OpenHistory> open_history(const Settings& settings) {
  TRY(require_history(settings));
  return open_to_read(settings);
}

Result<ReadReport> read_history(const Job& job, std::span<SpanSink* const> sinks) {
  OpenHistory history = TRY(open_history(job.settings));
  Store& store = history.store();
  const uint64_t total = TRY(count_spans(store, job.settings.project));
  ReadReport report;
  report.files.emplace_back().path = TRY(history_name(job.settings));
  if (total == 0) {
    return fail(Code::NotFound, "{} has no spans: fill it with sonde import",
                report.files.front().path);
  }
  SliceReader reader(store, job, TRY(find_slices(store, job.settings.project, total)));
  std::vector<std::future<Result<>>> threads;
  for (SpanSink* const sink : sinks) {
    threads.push_back(
        std::async(std::launch::async, [&reader, sink] { return reader.run(*sink); }));
  }
  ProgressBar bar(job.settings.progress != "never", ProgressUnit::Spans);
  Result<> done;
  for (std::future<Result<>>& thread : threads) {
    while (thread.wait_for(kTick) != std::future_status::ready) bar.update(reader.spans(), total);
    if (Result<> result = thread.get(); !result && done) {
      done = result;
      reader.stop();
    }
  }
  TRY(done);
  if (interrupted().load()) return fail(Code::Unavailable, "interrupted");
  report.documents = reader.spans();
  report.files.front().documents = report.documents;
  report.files.front().sources["spans"] = report.documents;
  return report;
}

}  // namespace sonde
