#include "ingest/span_writer.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "ingest/merge.h"
#include "store/span_block.h"
#include "store/stored_rows.h"

namespace sonde {
namespace {

// Ids hold no zero byte but those that were sent; the length keeps "a\0" "b" from being "a" "\0b".
std::string exact_key(const FiledSpan& row) {
  return fmt::format("{}:{}{}", row.trace_key.size(), row.trace_key, row.span_key);
}

}  // namespace

size_t weight_of(const Span& span) {
  size_t bytes = span.system.size() + span.input.size() + span.output.size() + 400;
  for (const Attribute& attribute : span.attributes)
    bytes += attribute.key.size() + attribute.value.size();
  return bytes;
}

class SpanWriter::Claim {
 public:
  Claim(SpanWriter& writer, const std::vector<Pending>& batch) : writer_(writer) {
    for (const Pending& pending : batch) keys_.push_back(pending.hash.both());
    std::unique_lock lock(writer_.mutex_);
    writer_.released_.wait(lock, [this] {
      return std::none_of(keys_.begin(), keys_.end(),
                          [this](uint64_t key) { return writer_.claimed_.contains(key); });
    });
    writer_.claimed_.insert(keys_.begin(), keys_.end());
  }
  ~Claim() {
    {
      const std::lock_guard lock(writer_.mutex_);
      for (const uint64_t key : keys_) writer_.claimed_.erase(key);
    }
    writer_.released_.notify_all();
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  SpanWriter& writer_;
  std::vector<uint64_t> keys_;
};

Result<std::unique_ptr<SpanWriter>> SpanWriter::open(History& history, std::string project,
                                                     int64_t import_number, int64_t import_time) {
  std::unique_ptr<SpanWriter> writer(
      new SpanWriter(history, std::move(project), import_number, import_time));
  writer->filings_ = TRY(Filings::open(history.store(), writer->project_));
  return writer;
}

// One entry a span, with all that the batch says about it.
std::vector<SpanWriter::Pending> SpanWriter::merge_events(std::vector<FiledSpan>& events) {
  std::vector<Pending> batch;
  batch.reserve(events.size());
  boost::unordered_flat_map<std::string, size_t> index;
  index.reserve(events.size());
  for (FiledSpan& event : events) {
    const auto [at, is_new] = index.emplace(exact_key(event), batch.size());
    if (is_new) {
      batch.push_back({.row = &event, .hash = hash_of(event)});
      continue;
    }
    Pending& pending = batch[at->second];
    ++(merge_into(*pending.row, event) ? pending.merged : pending.repeated);
  }
  for (Pending& pending : batch) pending.fingerprint = fingerprint_of(*pending.row);
  return batch;
}

// Decides for each span whether it is new; where it is not, the row becomes that of the store with
// the batch merged in.
Result<> SpanWriter::merge_stored(std::vector<Pending>& batch) {
  std::vector<SpanHash> hashes;
  for (const Pending& pending : batch) hashes.push_back(pending.hash);
  const std::vector<Filing> filings = TRY(filings_->find(hashes));
  boost::unordered_flat_map<uint64_t, std::vector<const Filing*>> by_hash;
  for (const Filing& filing : filings) by_hash[filing.hash.both()].push_back(&filing);
  std::vector<RowPlace> places;
  boost::unordered_flat_map<std::string, Pending*> to_merge;
  for (Pending& pending : batch) {
    const auto found = by_hash.find(pending.hash.both());
    if (found == by_hash.end()) continue;
    const auto& candidates = found->second;
    if (std::any_of(candidates.begin(), candidates.end(), [&](const Filing* filing) {
          return filing->hash == pending.hash && filing->fingerprint == pending.fingerprint;
        })) {
      pending.outcome = Pending::Outcome::Deduplicated;
      continue;
    }
    for (const Filing* const filing : candidates)
      places.push_back({filing->filed_at, pending.row->trace_key, pending.row->span_key});
    to_merge.emplace(exact_key(*pending.row), &pending);
  }
  std::vector<FiledSpan> stored = TRY(read_stored_rows(history_.store(), project_, places));
  for (FiledSpan& row : stored) {
    const auto found = to_merge.find(exact_key(row));
    if (found == to_merge.end()) continue;
    Pending& pending = *found->second;
    if (!merge_into(row, *pending.row)) {
      pending.outcome = Pending::Outcome::Deduplicated;
      continue;
    }
    ++row.version;
    *pending.row = std::move(row);
    pending.outcome = Pending::Outcome::Merged;
    pending.fingerprint = fingerprint_of(*pending.row);
  }
  return {};
}

SpanWriter::Rows SpanWriter::encode_rows(const std::vector<Pending>& batch, int64_t time) const {
  std::vector<const FiledSpan*> rows;
  std::vector<Filing> filings;
  for (const Pending& pending : batch) {
    if (pending.outcome == Pending::Outcome::Deduplicated) continue;
    if (pending.outcome == Pending::Outcome::Stored) {
      const auto start = pending.row->span.start_time;
      pending.row->filed_at = filing_second(start.value_or(time));
    }
    rows.push_back(pending.row);
    filings.push_back(
        {pending.hash, pending.row->filed_at, pending.row->version, pending.fingerprint});
  }
  if (rows.empty()) return {};
  BatchBlocks blocks = {encode_filings(project_, filings), encode_spans(project_, rows)};
  return {std::move(blocks), std::move(filings)};
}

Result<> SpanWriter::write_rows(const Rows& rows, BatchRecord record) {
  record.rows = rows.filings.size();
  record.bytes = rows.blocks.spans.size();
  TRY(history_.require_room_for(record.bytes + rows.blocks.keys.size()));
  record = TRY(history_.catalog().begin_batch(import_number_, record));
  if (record.rows > 0) TRY(history_.spool().put(record.token, rows.blocks));
  TRY(write_batch(history_, record, rows.blocks));
  filings_->add(rows.filings);
  return {};
}

Result<SpanCounts> SpanWriter::write(std::vector<FiledSpan>& events, BatchRecord::Place first,
                                     BatchRecord::Place last) {
  BatchRecord record;
  record.first = std::move(first);
  record.last = std::move(last);
  return write(events, std::move(record));
}

Result<SpanCounts> SpanWriter::write(std::vector<FiledSpan>& events, BatchRecord record) {
  record.counts.accepted = events.size();
  for (const FiledSpan& event : events) record.counts.truncated += event.span.content_truncated;
  std::vector<Pending> batch = merge_events(events);
  const Claim claim(*this, batch);
  TRY(merge_stored(batch));
  for (const Pending& pending : batch) {
    SpanCounts& counts = record.counts;
    // What merged in the batch changed nothing that is stored when the whole did not.
    const bool is_known = pending.outcome == Pending::Outcome::Deduplicated;
    counts.stored += pending.outcome == Pending::Outcome::Stored;
    counts.merged += pending.outcome == Pending::Outcome::Merged;
    counts.merged += is_known ? 0 : pending.merged;
    counts.deduplicated += pending.repeated + (is_known ? 1 + pending.merged : 0);
  }
  const SpanCounts counts = record.counts;
  const Rows rows = encode_rows(batch, record.written_at == 0 ? import_time_ : record.written_at);
  std::vector<FiledSpan>().swap(events);  // The engine needs the memory now.
  TRY(write_rows(rows, std::move(record)));
  return counts;
}

}  // namespace sonde
