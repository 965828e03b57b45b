#include "sources/occurrences.h"

#include "base/hash.h"

namespace sonde {

std::string Occurrences::id_of(std::string_view record) {
  const uint64_t hash = hash_bytes(record);
  Shard& shard = shards_[hash % kShards];
  uint32_t occurrence = 0;
  {
    const std::lock_guard lock(shard.mutex);
    occurrence = ++shard.counts[hash];
  }
  std::string id = "r-" + to_hex(hash);
  if (occurrence > 1) id += "-" + std::to_string(occurrence);
  return id;
}

}  // namespace sonde
