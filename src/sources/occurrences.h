// Ids for records that have none: the hash of the record's bytes, and which occurrence it is when
// the same bytes come again. The same log gives the same set of ids in whatever order it is read.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace sonde {

// Thread-safe. About 20 bytes a distinct record.
class Occurrences {
 public:
  // "r-" and 16 hex digits; from the second occurrence on "-2", "-3", ...
  std::string id_of(std::string_view record);

 private:
  static constexpr size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    boost::unordered_flat_map<uint64_t, uint32_t> counts;
  };
  Shard shards_[kShards];
};

}  // namespace sonde
