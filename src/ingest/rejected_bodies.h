// Requests that could not be understood, or not wholly: kept to look at, in a bounded folder.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sonde {

struct RejectedBody {
  std::string_view project;
  std::string_view source;
  std::string_view request_id;
  std::string_view reason;
  std::string_view body;
  int64_t received_at = 0;  // Microseconds since the epoch.
};

// DATA_FOLDER/rejected: one file a request, a line of JSON that says whose it is and what was wrong
// with it, then the body. Thread-safe; the only one on its folder.
class RejectedBodies {
 public:
  // Fails with Unavailable.
  static Result<std::unique_ptr<RejectedBodies>> open(const std::string& data_folder,
                                                      uint64_t bytes_max);

  // Deletes the oldest to stay within the bound; a body larger than a quarter of it is cut. What
  // cannot be written is not kept: a count of it is elsewhere.
  void add(const RejectedBody& rejected);

 private:
  RejectedBodies(std::string folder, uint64_t bytes_max)
      : folder_(std::move(folder)), bytes_max_(bytes_max) {}
  void make_room(uint64_t bytes);

  struct Kept {
    std::string name;
    uint64_t bytes = 0;
  };

  const std::string folder_;
  const uint64_t bytes_max_;
  std::mutex mutex_;
  std::deque<Kept> kept_;  // Oldest first; guarded by mutex_, as the rest.
  uint64_t bytes_ = 0;
  uint64_t number_ = 0;
};

}  // namespace sonde
