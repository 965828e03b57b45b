// What comes over the network into the history: decoded, durable in the spool, acknowledged, and
// then written in batches by one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ingest/history.h"
#include "ingest/live_decoder.h"
#include "ingest/rejected_bodies.h"
#include "ingest/request_spool.h"
#include "ingest/span_writer.h"

namespace sonde {

struct LiveOptions {
  std::string data_folder;
  ReadOptions read;
  size_t queue_bytes_max = size_t{256} << 20;  // Decoded and not written yet.
  // A batch is written when one of these is reached.
  std::chrono::milliseconds batch_time{200};
  size_t batch_spans_max = 50'000;
  size_t batch_bytes_max = size_t{64} << 20;
  uint64_t segment_bytes_max = uint64_t{64} << 20;
  uint64_t rejected_bytes_max = uint64_t{64} << 20;
};

struct LiveRequest {
  std::string_view project;
  LiveFormat format = LiveFormat::OtlpJson;
  std::string_view body;  // With kDocumentPadding readable bytes behind it.
  std::string_view id;    // Of the request.
  int64_t received_at = 0;
};

// What became of a request that was acknowledged.
struct LiveReceipt {
  uint64_t spans = 0;
  uint64_t rejected = 0;
  std::string rejection;              // Of the first part that was.
  std::vector<LangfuseEvent> events;  // Of a batch.
};

struct LiveState {
  size_t queue_bytes = 0;
  uint64_t spool_bytes = 0;
  std::string error;  // Why nothing is written now; empty when all is well.
};

// Thread-safe. Each event is in the history once and in the ledger once, whenever the process dies:
// a batch's transaction in the catalog says how far the spool is written.
class LiveIngest {
 public:
  // Begins to write what an earlier process left in the spool. `history` must outlive it, and
  // nobody else may write to it. Fails with Unavailable.
  static Result<std::unique_ptr<LiveIngest>> start(History& history, LiveOptions options,
                                                   Normalize normalize);
  // Ends as stop() does.
  ~LiveIngest();
  LiveIngest(const LiveIngest&) = delete;
  LiveIngest& operator=(const LiveIngest&) = delete;

  // Blocks until what the request says is durable. Fails with InvalidInput when nothing of it can
  // be understood (it is counted and kept aside), with Overloaded when too much waits to be
  // written, and with Unavailable when the disk is full; nothing was acknowledged then.
  Result<LiveReceipt> accept(const LiveRequest& request);

  // Counts a request that was refused before it was read, such as one that is too large.
  void count_rejected(std::string_view project, std::string_view source, RejectReason reason);

  // Writes what waits and ends the thread. False when it could not be written: it stays in the
  // spool. No accept() may run or follow.
  bool stop();

  LiveState state() const;

 private:
  // One request that waits. Without a place it is only counted.
  struct Item {
    SpoolPlace place;
    std::string project;
    std::string source;
    DecodedRequest decoded;
    size_t held = 0;  // Of queue_bytes_.
  };
  using Items = std::vector<Item>;
  using GroupKey = std::pair<std::string, std::string>;  // Project and source.
  // A project while it is written to.
  struct Writing {
    int64_t import_number = 0;
    std::unique_ptr<SpanWriter> writer;  // Null after an error: what it knows may be wrong.
    unsigned batches = 0;                // Since they were folded.
  };

  LiveIngest(History& history, LiveOptions options, Normalize normalize);
  Result<> open();
  void reject(const LiveRequest& request, std::string_view reason);
  bool reserve(size_t bytes);
  void withdraw(SpoolPlace place, size_t bytes);

  void run(const std::stop_token& stop);
  Items take_batch(const std::stop_token& stop);
  Result<> write(Items items);
  Result<> write_group(const GroupKey& key, const std::vector<Item*>& items);
  Result<Writing*> writing_of(const std::string& project);
  Result<> replay(SpoolPlace last);
  Result<> read_places();
  void fail_with(const Error& error);
  Result<> finish();

  History& history_;
  const LiveOptions options_;
  const LiveDecoder decoder_;
  std::unique_ptr<RequestSpool> spool_;
  std::unique_ptr<RejectedBodies> rejected_;

  // Of the writing thread.
  std::map<std::string, Writing> projects_;
  std::map<GroupKey, SpoolPlace> written_to_;

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable_any wake_;
  std::deque<Item> queue_;
  size_t queue_bytes_ = 0;
  std::string error_;
  bool is_finished_ = false;  // The thread ended, and everything is written.

  std::jthread thread_;
};

}  // namespace sonde
