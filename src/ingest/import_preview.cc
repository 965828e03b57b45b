#include "ingest/import_preview.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "ingest/filings.h"
#include "ingest/merge.h"
#include "store/stored_rows.h"

namespace sonde {
namespace {

// Of one look into the history. Small: rows that may merge are read with their texts.
constexpr size_t kBatchSpans = 5'000;

// What the history and the files have said so far, of all threads. Thread-safe.
class Judge {
 public:
  Judge(Store* store, std::string project) : store_(store), project_(std::move(project)) {}

  Result<> open() {
    if (store_ != nullptr) filings_ = TRY(Filings::open(*store_, project_));
    return {};
  }

  void add(const std::vector<FiledSpan>& events) {
    const std::lock_guard lock(mutex_);
    if (error_) return;
    const Result<> known = learn(events);
    if (!known) error_ = known.error();
    if (known) count(events);
  }
  bool goes_on() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }
  const SpanCounts& counts() const { return counts_; }

 private:
  // Takes what the history has of spans that no file has named yet.
  Result<> learn(const std::vector<FiledSpan>& events) {
    if (store_ == nullptr) return {};
    std::vector<SpanHash> hashes;
    for (const FiledSpan& event : events) {
      const SpanHash hash = hash_of(event);
      if (!said_.contains(hash.both())) hashes.push_back(hash);
    }
    const std::vector<Filing> filings = TRY(filings_->find(hashes));
    boost::unordered_flat_map<uint64_t, const Filing*> by_hash;
    for (const Filing& filing : filings) {
      said_.emplace(filing.hash.both(), filing.fingerprint);
      by_hash.emplace(filing.hash.both(), &filing);
    }
    std::vector<RowPlace> places;
    for (const FiledSpan& event : events) {
      const auto found = by_hash.find(hash_of(event).both());
      if (found != by_hash.end() && found->second->fingerprint != fingerprint_of(event))
        places.push_back({found->second->filed_at, event.trace_key, event.span_key});
    }
    std::vector<FiledSpan> rows = TRY(read_stored_rows(*store_, project_, places));
    for (FiledSpan& row : rows) stored_.insert_or_assign(hash_of(row).both(), std::move(row));
    return {};
  }

  void count(const std::vector<FiledSpan>& events) {
    for (const FiledSpan& event : events) {
      const uint64_t hash = hash_of(event).both();
      const uint64_t fingerprint = fingerprint_of(event);
      ++counts_.accepted;
      counts_.truncated += event.span.content_truncated ? 1 : 0;
      const auto [said, is_new] = said_.try_emplace(hash, fingerprint);
      if (is_new) {
        ++counts_.stored;
      } else if (said->second == fingerprint || says_nothing_new(hash, event)) {
        ++counts_.deduplicated;
      } else {
        ++counts_.merged;
        said->second = fingerprint;
      }
    }
    stored_.clear();
  }

  bool says_nothing_new(uint64_t hash, const FiledSpan& event) {
    const auto found = stored_.find(hash);
    return found != stored_.end() && !merge_into(found->second, event);
  }

  Store* const store_;  // Outlives this; null is an empty history.
  const std::string project_;
  std::unique_ptr<Filings> filings_;
  std::mutex mutex_;
  // By the hash of a span's ids, the fingerprint of what was said of it last.
  boost::unordered_flat_map<uint64_t, uint64_t> said_;
  boost::unordered_flat_map<uint64_t, FiledSpan> stored_;  // Rows that this batch may change.
  SpanCounts counts_;
  std::optional<Error> error_;
};

class PreviewSink final : public SpanSink {
 public:
  explicit PreviewSink(Judge& judge) : judge_(judge) {}

  void add(Span& span) override {
    events_.push_back(row_of_event(span));
    if (events_.size() >= kBatchSpans) finish();
  }
  void finish() {
    judge_.add(events_);
    events_.clear();
  }

 private:
  Judge& judge_;
  std::vector<FiledSpan> events_;
};

}  // namespace

Result<ImportPreview> preview_import(Store* store, const ImportRequest& request) {
  Judge judge(store, request.project);
  TRY(judge.open());
  ReadRequest read = request.read;
  read.options.fields = FieldSet::all();
  std::vector<std::unique_ptr<PreviewSink>> owned;
  std::vector<SpanSink*> sinks;
  for (unsigned i = 0; i < request.threads; ++i) {
    owned.push_back(std::make_unique<PreviewSink>(judge));
    sinks.push_back(owned.back().get());
  }
  ImportPreview preview;
  Result<ReadReport> report = read_spans(read, sinks);
  for (const auto& sink : owned) sink->finish();
  if (!judge.goes_on()) return tl::unexpected(*judge.error());
  preview.interrupted = read.stop != nullptr && read.stop->load();
  if (!report && !preview.interrupted) return tl::unexpected(report.error());
  if (report) preview.report = *std::move(report);
  preview.counts = judge.counts();
  preview.rejected = count_rejects(preview.report);
  return preview;
}

}  // namespace sonde
