#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace sonde {

uint64_t hash_bytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string to_hex(uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace sonde
