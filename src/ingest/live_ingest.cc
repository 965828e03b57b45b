#include "ingest/live_ingest.h"

#include <algorithm>

#include "base/time.h"

namespace sonde {
namespace {

constexpr std::chrono::seconds kRetryPause{1};
constexpr unsigned kFoldedBatches = 500;
constexpr uint64_t kIdleSpoolBytes = uint64_t{1} << 20;  // Left until there is something to write.
constexpr size_t kItemBytes = 200;

// The head of an entry of the spool: three lines.
std::string head_of(const LiveRequest& request) {
  return fmt::format("{}\n{}\n{}\n", row_of(request.format).name, request.project,
                     request.received_at);
}

struct EntryHead {
  LiveFormat format = LiveFormat::OtlpJson;
  std::string project;
};

std::optional<EntryHead> parse_head(std::string_view head) {
  const size_t first = head.find('\n');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = head.find('\n', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto format = parse_live_format(head.substr(0, first));
  if (!format) return std::nullopt;
  return EntryHead{*format, std::string(head.substr(first + 1, second - first - 1))};
}

BatchRecord::Place to_place(SpoolPlace place) { return {segment_name(place.segment), place.end}; }

}  // namespace

LiveIngest::LiveIngest(History& history, LiveOptions options, Normalize normalize)
    : history_(history),
      options_(std::move(options)),
      decoder_(options_.read, std::move(normalize)) {}

Result<std::unique_ptr<LiveIngest>> LiveIngest::start(History& history, LiveOptions options,
                                                      Normalize normalize) {
  std::unique_ptr<LiveIngest> ingest(
      new LiveIngest(history, std::move(options), std::move(normalize)));
  TRY(ingest->open());
  ingest->thread_ =
      std::jthread([self = ingest.get()](const std::stop_token& stop) { self->run(stop); });
  return ingest;
}

Result<> LiveIngest::open() {
  TRY(read_places());
  // Places must go on where the catalog says they are, even when the folder was deleted.
  uint64_t behind = 1;
  for (const auto& [key, place] : written_to_) behind = std::max(behind, place.segment + 1);
  spool_ = TRY(RequestSpool::open(options_.data_folder, behind, options_.segment_bytes_max));
  rejected_ = TRY(RejectedBodies::open(options_.data_folder, options_.rejected_bytes_max));
  return {};
}

LiveIngest::~LiveIngest() { stop(); }

bool LiveIngest::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  return is_finished_;
}

LiveState LiveIngest::state() const {
  const uint64_t spool_bytes = spool_->bytes();
  const std::lock_guard lock(mutex_);
  return {queue_bytes_, spool_bytes, error_};
}

Result<LiveReceipt> LiveIngest::accept(const LiveRequest& request) {
  Result<DecodedRequest> decoded = decoder_.decode(request.format, request.body);
  if (!decoded) {
    reject(request, decoded.error().message);
    count_rejected(request.project, row_of(request.format).source,
                   classify_reject(decoded.error().message));
    return tl::unexpected(decoded.error());
  }
  LiveReceipt receipt = {decoded->rows.size(), decoded->rejected_count(), decoded->rejection,
                         std::move(decoded->events)};
  if (receipt.rejected > 0) reject(request, decoded->rejection);
  if (decoded->is_empty()) return receipt;
  const size_t held = decoded->bytes + kItemBytes;
  if (!reserve(held)) {
    return fail(Code::Overloaded, "{} bytes wait to be written (queue-bytes-max)",
                options_.queue_bytes_max);
  }
  SpoolPlace place;
  const Result<SpoolPlace> durable =
      spool_->append(head_of(request), request.body, [&](SpoolPlace at) {
        place = at;
        const std::lock_guard lock(mutex_);
        queue_.push_back({at, std::string(request.project),
                          std::string(row_of(request.format).source), *std::move(decoded), held});
      });
  if (!durable) {
    withdraw(place, held);
    return tl::unexpected(durable.error());
  }
  wake_.notify_all();
  return receipt;
}

void LiveIngest::reject(const LiveRequest& request, std::string_view reason) {
  rejected_->add({request.project, row_of(request.format).source, request.id, reason, request.body,
                  request.received_at});
}

void LiveIngest::count_rejected(std::string_view project, std::string_view source,
                                RejectReason reason) {
  {
    const std::lock_guard lock(mutex_);
    // Many of a kind are one item.
    const auto same = std::find_if(queue_.begin(), queue_.end(), [&](const Item& item) {
      return item.place == SpoolPlace{} && item.project == project && item.source == source;
    });
    Item& item = same != queue_.end() ? *same : queue_.emplace_back();
    item.project = project;
    item.source = source;
    ++item.decoded.rejected[reason];
  }
  wake_.notify_all();
}

bool LiveIngest::reserve(size_t bytes) {
  const std::lock_guard lock(mutex_);
  // One that is larger than the whole queue has it to itself.
  if (queue_bytes_ > 0 && queue_bytes_ + bytes > options_.queue_bytes_max) return false;
  queue_bytes_ += bytes;
  return true;
}

void LiveIngest::withdraw(SpoolPlace place, size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(queue_.begin(), queue_.end(),
                                  [&](const Item& item) { return item.place == place; });
  const bool was_placed = place != SpoolPlace{};
  if (was_placed && found == queue_.end()) return;  // It is durable after all, and being written.
  queue_bytes_ -= bytes;
  if (was_placed) queue_.erase(found);
}

void LiveIngest::run(const std::stop_token& stop) {
  SpoolPlace replay_to = spool_->start();
  bool is_behind = true;
  while (true) {
    Result<> done;
    if (is_behind) {
      done = replay(replay_to);
      if (done) is_behind = false;
    } else {
      Items items = take_batch(stop);
      if (items.empty() && stop.stop_requested()) {
        done = finish();
        if (done) return;
      } else if (!items.empty()) {
        done = write(std::move(items));
      }
    }
    if (done) continue;
    fail_with(done.error());
    // What is decoded may be used up, and what was begun must be finished first: everything that is
    // durable by now is read from the spool again.
    is_behind = true;
    {
      const SpoolPlace durable = spool_->durable();
      replay_to = std::max(replay_to, durable);
      const std::lock_guard lock(mutex_);
      for (auto item = queue_.begin(); item != queue_.end();) {
        const bool is_spooled = item->place != SpoolPlace{} && item->place <= replay_to;
        if (is_spooled) queue_bytes_ -= item->held;
        item = is_spooled ? queue_.erase(item) : item + 1;
      }
    }
    if (stop.stop_requested()) return;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kRetryPause, [] { return false; });
  }
}

void LiveIngest::fail_with(const Error& error) {
  fmt::print(stderr, "sonde: the history cannot be written: {}\n", error.message);
  const std::lock_guard lock(mutex_);
  error_ = error.message;
}

// What is durable, in order, up to a batch. Waits for the first of it, then for more.
LiveIngest::Items LiveIngest::take_batch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, stop, [this] { return !queue_.empty(); });
  const auto is_full = [this] {
    size_t spans = 0;
    size_t bytes = 0;
    for (const Item& item : queue_) {
      spans += item.decoded.rows.size();
      bytes += item.held;
      if (spans >= options_.batch_spans_max || bytes >= options_.batch_bytes_max) return true;
    }
    return false;
  };
  wake_.wait_for(lock, stop, options_.batch_time, is_full);
  lock.unlock();
  const SpoolPlace durable = spool_->durable();
  lock.lock();
  Items items;
  size_t spans = 0;
  size_t bytes = 0;
  while (!queue_.empty() && queue_.front().place <= durable && spans < options_.batch_spans_max &&
         bytes < options_.batch_bytes_max) {
    spans += queue_.front().decoded.rows.size();
    bytes += queue_.front().held;
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return items;
}

Result<> LiveIngest::write(Items items) {
  std::map<GroupKey, std::vector<Item*>> groups;
  SpoolPlace last;
  size_t held = 0;
  for (Item& item : items) {
    groups[{item.project, item.source}].push_back(&item);
    last = std::max(last, item.place);
    held += item.held;
  }
  Result<> done;
  std::vector<const Item*> only_counted;  // And not yet: no place leads back to them.
  for (auto& [key, of_group] : groups) {
    if (done) done = write_group(key, of_group);
    for (const Item* const item : of_group) {
      if (!done && item->place == SpoolPlace{}) only_counted.push_back(item);
    }
  }
  bool is_idle = false;
  {
    const std::lock_guard lock(mutex_);
    queue_bytes_ -= held;
    for (const Item* const item : only_counted) queue_.push_back(*item);
    is_idle = queue_.empty();
    if (done) error_.clear();
  }
  TRY(done);
  if (last != SpoolPlace{})
    TRY(spool_->trim(last, is_idle ? kIdleSpoolBytes : options_.segment_bytes_max));
  return {};
}

Result<> LiveIngest::write_group(const GroupKey& key, const std::vector<Item*>& items) {
  BatchRecord record;
  record.source = key.second;
  record.written_at = now_micros();
  std::vector<FiledSpan> rows;
  SpoolPlace first;
  SpoolPlace last = written_to_.try_emplace(key, spool_->start()).first->second;
  for (Item* const item : items) {
    if (first == SpoolPlace{}) first = item->place;
    last = std::max(last, item->place);
    record.excluded += item->decoded.excluded;
    for (const auto& [reason, count] : item->decoded.rejected) record.rejected[reason] += count;
    std::move(item->decoded.rows.begin(), item->decoded.rows.end(), std::back_inserter(rows));
    item->decoded.rows.clear();
  }
  record.first = to_place(first == SpoolPlace{} ? last : first);
  record.last = to_place(last);
  Writing& writing = *TRY(writing_of(key.first));
  TRY(writing.writer->write(rows, std::move(record)));
  written_to_[key] = last;
  if (++writing.batches >= kFoldedBatches) {
    TRY(history_.catalog().fold_batches(writing.import_number));
    writing.batches = 0;
  }
  return {};
}

Result<LiveIngest::Writing*> LiveIngest::writing_of(const std::string& project) {
  Writing& writing = projects_[project];
  if (writing.import_number == 0)
    writing.import_number = TRY(history_.catalog().begin_import(project, now_micros()));
  if (writing.writer == nullptr) {
    writing.writer = TRY(SpanWriter::open(history_, project, writing.import_number, now_micros()));
  }
  return &writing;
}

Result<> LiveIngest::read_places() {
  const std::vector<LivePlace> places = TRY(history_.catalog().live_places());
  written_to_.clear();
  for (const LivePlace& place : places)
    written_to_[{place.project, place.source}] = {segment_number(place.place.path),
                                                  place.place.byte};
  return {};
}

// Writes what is in the spool up to `last` and not in the history.
Result<> LiveIngest::replay(SpoolPlace last) {
  for (auto& [project, writing] : projects_) writing.writer.reset();
  TRY(finish_batches(history_));
  TRY(read_places());
  Items items;
  size_t bytes = 0;
  Result<> done;
  const auto visit = [&](SpoolPlace place, std::string_view head, std::string_view body) {
    const auto entry = parse_head(head);
    if (!entry) return true;  // Of a newer program; its bytes are whole.
    Item item;
    item.place = place;
    item.project = entry->project;
    item.source = row_of(entry->format).source;
    const auto written = written_to_.find({item.project, item.source});
    if (written != written_to_.end() && place <= written->second) return true;
    std::string padded(body);
    padded.reserve(body.size() + kDocumentPadding);
    if (Result<DecodedRequest> decoded = decoder_.decode(entry->format, padded)) {
      item.decoded = *std::move(decoded);
    } else {
      // It was understood when it was acknowledged: by another version.
      ++item.decoded.rejected[classify_reject(decoded.error().message)];
      rejected_->add({item.project, item.source, "", decoded.error().message, body, now_micros()});
    }
    bytes += item.decoded.bytes;
    items.push_back(std::move(item));
    if (bytes >= options_.batch_bytes_max) {
      done = write(std::exchange(items, {}));
      bytes = 0;
    }
    return done.has_value();
  };
  TRY(spool_->replay(last, visit));
  TRY(done);
  if (!items.empty()) TRY(write(std::move(items)));
  TRY(spool_->trim(last, options_.segment_bytes_max));
  const std::lock_guard lock(mutex_);
  error_.clear();
  return {};
}

Result<> LiveIngest::finish() {
  for (auto& [project, writing] : projects_) {
    if (writing.import_number == 0) continue;
    TRY(history_.catalog().fold_batches(writing.import_number));
    TRY(history_.catalog().finish_import(writing.import_number, ImportState::Done, now_micros(), {},
                                         {}, 0));
  }
  TRY(spool_->trim(spool_->durable(), 0));
  const std::lock_guard lock(mutex_);
  is_finished_ = true;
  return {};
}

}  // namespace sonde
