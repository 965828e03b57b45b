#include "sources/dify/join.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <tuple>

#include "sources/dify/trace.h"

namespace sonde {

using dify::Partitions;
using dify::Rank;
using dify::Row;
using dify::RowHeader;
using dify::RowKind;
using dify::TraceEmitter;

namespace {

constexpr std::string_view kLostFeedbackNote =
    "ratings are of messages that were not read: add the export of the messages";

constexpr std::string_view kNoMessagesNote =
    "conversations were read without their messages: add the chat-messages pages";

// A serialized row and what it is sorted by.
struct Entry {
  RowHeader header;
  std::string_view bytes;
};

template <class Visit>
void for_each_row(const std::vector<std::string>& blocks, Visit visit) {
  for (const std::string& block : blocks) {
    for (std::string_view rest = block; !rest.empty();) {
      const RowHeader header = dify::decode_header(rest);
      visit(header, rest.substr(0, header.bytes));
      rest.remove_prefix(header.bytes);
    }
  }
}

bool goes_before(const Entry& a, const Entry& b) {
  const auto order = [](const RowHeader& h) { return std::tie(h.key, h.kind, h.id); };
  if (order(a.header) != order(b.header)) return order(a.header) < order(b.header);
  if (a.header.rank != b.header.rank) return a.header.rank > b.header.rank;
  return a.bytes < b.bytes;
}

void emit_partition(const std::vector<std::string>& blocks, TraceEmitter& emitter) {
  std::vector<Entry> entries;
  for_each_row(blocks, [&](const RowHeader& header, std::string_view bytes) {
    entries.push_back({header, bytes});
  });
  std::sort(entries.begin(), entries.end(), goes_before);
  std::vector<std::string_view> trace;
  for (size_t i = 0; i < entries.size(); ++i) {
    trace.push_back(entries[i].bytes);
    if (i + 1 < entries.size() && entries[i + 1].header.key == entries[i].header.key) continue;
    emitter.emit(trace);
    trace.clear();
  }
}

// One thread's part of finish().
struct Worker {
  TraceEmitter emitter;
  std::optional<Error> error;
};

void work(Partitions& rows, std::atomic<size_t>& next, Worker& worker) {
  for (size_t i = next++; i < dify::kPartitionCount; i = next++) {
    const auto blocks = rows.load(i);
    if (!blocks) {
      worker.error = blocks.error();
      return;
    }
    emit_partition(*blocks, worker.emitter);
  }
}

void add_notes(Notes& notes, std::string_view sentence, uint64_t count) {
  if (count == 0) return;
  add_note(notes, sentence, Location{});
  notes.find(sentence)->second.count += count - 1;
}

void merge_notes(const Notes& from, Notes& into) {
  for (const auto& [sentence, note] : from) {
    const auto [at, added] = into.emplace(sentence, note);
    if (added) continue;
    at->second.count += note.count;
    const auto place = [](const Location& l) { return std::tie(l.file, l.byte); };
    if (place(note.first) < place(at->second.first)) at->second.first = note.first;
  }
}

}  // namespace

Result<> DifyJoin::put(const Row& row) {
  if (row.span.span_id.empty()) {
    return fail(Code::InvalidInput, "the row has no id");
  }
  thread_local std::string bytes;
  bytes.clear();
  dify::encode(row, bytes);
  const bool is_stand_in = row.kind == RowKind::Message && row.rank == Rank::Pointer;
  if (row.kind == RowKind::Message && !is_stand_in) {
    if (!row.span.session_id.empty()) directory_.add_talk(row.span.session_id);
    if (!row.span.run_id.empty()) directory_.add_run_of(row.span.span_id, row.span.run_id);
  }
  const RowHeader header = dify::decode_header(bytes);
  (row.run_untold ? untold_ : rows_).append(header.key, bytes);

  const uint64_t held = rows_.bytes() + untold_.bytes();
  const uint64_t bound = options_.memory_bytes_max;
  // However large the directory grows, blocks keep a size worth writing.
  const uint64_t rows_bound = std::max(bound - std::min(bound, directory_.bytes()), bound / 8);
  if (held > rows_bound) {
    TRY(rows_.spill());
    TRY(untold_.spill());
  }
  return {};
}

Result<> DifyJoin::place_untold() {
  std::string bytes;
  for (size_t i = 0; i < dify::kPartitionCount; ++i) {
    const auto blocks = TRY(untold_.load(i));
    for_each_row(blocks, [&](const RowHeader& header, std::string_view row) {
      const bool is_stand_in = header.rank == Rank::Pointer;
      if (is_stand_in && directory_.has_talk(header.id)) return;
      const uint64_t run = directory_.run_of(header.id);
      const uint64_t key = run != 0 ? run : header.id;
      bytes = row;
      dify::set_key(bytes, key);
      rows_.append(key, bytes);
    });
    if (rows_.bytes() > options_.memory_bytes_max) TRY(rows_.spill());
  }
  return {};
}

Result<> DifyJoin::finish(std::span<SpanSink* const> sinks, Notes& notes, uint64_t& excluded) {
  CHECK(!sinks.empty());
  directory_.seal();
  TRY(place_untold());

  std::vector<Worker> workers;
  for (SpanSink* const sink : sinks) {
    workers.push_back({TraceEmitter(directory_, options_, *sink), std::nullopt});
  }
  std::atomic<size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < workers.size(); ++i) {
      threads.emplace_back([&, i] { work(rows_, next, workers[i]); });
    }
    work(rows_, next, workers[0]);
  }
  uint64_t matched = 0;
  uint64_t emitted = 0;
  for (Worker& worker : workers) {
    if (worker.error) return tl::unexpected(*worker.error);
    merge_notes(worker.emitter.notes(), notes);
    excluded += worker.emitter.excluded();
    emitted += worker.emitter.emitted() + worker.emitter.excluded();
    matched += worker.emitter.feedback_count();
  }
  add_notes(notes, kLostFeedbackNote,
            directory_.feedback_count() - std::min<uint64_t>(matched, directory_.feedback_count()));
  if (emitted == 0) add_notes(notes, kNoMessagesNote, directory_.conversation_count());
  return {};
}

}  // namespace sonde
