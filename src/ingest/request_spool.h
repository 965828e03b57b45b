// Requests that were acknowledged and are not in the history yet: append-only files, of which what
// a crash left is read again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sonde {

// Where an entry ends. Later entries have greater places, also after the process began anew.
struct SpoolPlace {
  uint64_t segment = 0;
  uint64_t end = 0;
  friend auto operator<=>(const SpoolPlace&, const SpoolPlace&) = default;
};

// "requests/0000000012" for segment 12: how the catalog names it.
std::string segment_name(uint64_t segment);
// 0 for a text that is no such name.
uint64_t segment_number(std::string_view name);

// Thread-safe; the only one on its folder.
class RequestSpool {
 public:
  // Makes DATA_FOLDER/requests, readable by its owner only. Entries go to new segments, numbered
  // from `first_segment` on or behind those that are there. Fails with Unavailable.
  static Result<std::unique_ptr<RequestSpool>> open(const std::string& data_folder,
                                                    uint64_t first_segment,
                                                    uint64_t segment_bytes_max);
  ~RequestSpool();
  RequestSpool(const RequestSpool&) = delete;
  RequestSpool& operator=(const RequestSpool&) = delete;

  // Durable when it returns; one fdatasync serves all entries that wait for it. `placed` is called
  // before that, for entries in the order of their places; it must not call the spool. On an error
  // (Unavailable: the disk is full or broken) the entry may be read again after a crash.
  Result<SpoolPlace> append(std::string_view head, std::string_view body,
                            const std::function<void(SpoolPlace)>& placed);
  // All entries up to here are durable.
  SpoolPlace durable() const;

  // Before everything that this process appends, and behind everything that was there.
  SpoolPlace start() const { return {first_segment_, 0}; }

  // Gives every whole entry that ends at `last` or before it, in order, until `visit` says false.
  // `last` must be durable. What was not written to its end is passed over: nobody was told that it
  // was. Fails with Unavailable when a file cannot be read.
  using Visit = std::function<bool(SpoolPlace, std::string_view head, std::string_view body)>;
  Result<> replay(SpoolPlace last, const Visit& visit) const;

  // Deletes the segments in which nothing lies behind `place`; the last one only when it has more
  // than `rest_bytes_max` bytes, and goes on in a new one then.
  Result<> trim(SpoolPlace place, uint64_t rest_bytes_max);
  // Of all segments.
  uint64_t bytes() const;

 private:
  RequestSpool(std::string folder, uint64_t segment_bytes_max)
      : folder_(std::move(folder)), segment_bytes_max_(segment_bytes_max) {}
  std::string path_of(uint64_t segment) const;
  Result<> begin_segment(std::unique_lock<std::mutex>& lock);
  Result<> write(std::string_view head, std::string_view body);
  Result<SpoolPlace> wait_durable(std::unique_lock<std::mutex>& lock, uint64_t number,
                                  SpoolPlace place);
  void sync(std::unique_lock<std::mutex>& lock);

  struct Segment {
    uint64_t number = 0;
    uint64_t bytes = 0;
  };

  const std::string folder_;
  const uint64_t segment_bytes_max_;
  uint64_t first_segment_ = 1;  // Of this process; not changed after open().

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable synced_;
  std::deque<Segment> segments_;  // The last one is written to.
  uint64_t next_segment_ = 1;
  int file_ = -1;
  bool is_syncing_ = false;
  bool must_begin_ = false;  // The last segment's end is not what it should be.
  // Entries are numbered in order.
  uint64_t written_ = 0;
  uint64_t synced_to_ = 0;
  uint64_t failed_to_ = 0;
  SpoolPlace durable_;
};

}  // namespace sonde
