// One hash for identities that are written down (ids, template hashes): XXH3, 64 bits, stable
// across machines and releases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde {

uint64_t hash_bytes(std::string_view bytes);
std::string to_hex(uint64_t hash);  // 16 lowercase digits.

}  // namespace sonde
