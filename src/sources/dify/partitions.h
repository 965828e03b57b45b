// Serialized rows split by the hash of their trace, in memory up to a bound and beyond it in one
// temporary file: the first half of a grace hash join.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde::dify {

// A partition is loaded whole, so the memory bound holds while a 256th of the rows fits in it.
inline constexpr size_t kPartitionCount = 256;

// append() is safe from any thread; load() may run for different partitions at once, after the last
// append().
class Partitions {
 public:
  Partitions() = default;
  ~Partitions();
  Partitions(const Partitions&) = delete;
  Partitions& operator=(const Partitions&) = delete;

  void append(uint64_t hash, std::string_view bytes);
  // Bytes held in memory.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Writes what is in memory to a temporary file, which has no name: nothing is left behind however
  // the program ends. Fails with Unavailable when the disk is full or no folder can be written.
  Result<> spill();

  // Moves a partition's rows out, in blocks that hold whole rows.
  // Fails with Unavailable when the file cannot be read back.
  Result<std::vector<std::string>> load(size_t partition);

 private:
  struct Extent {
    uint64_t offset;
    uint64_t bytes;
  };
  struct Partition {
    std::mutex mutex;
    std::vector<std::string> blocks;
    std::vector<Extent> spilled;
  };

  Result<> spill(Partition& partition);

  std::array<Partition, kPartitionCount> partitions_;
  std::atomic<uint64_t> bytes_ = 0;
  std::mutex spill_mutex_;  // One spill at a time; guards the two below.
  int file_ = -1;
  uint64_t file_bytes_ = 0;
};

}  // namespace sonde::dify
