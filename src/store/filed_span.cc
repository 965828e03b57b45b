#include "store/filed_span.h"

#include <algorithm>
#include <limits>

#include "base/time.h"

namespace sonde {

std::string key_of_id(std::string_view id) {
  std::string key;
  key.reserve(id.size());
  for (const char c : id) {
    if (c != '-') key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key.empty() ? std::string(id) : key;
}

uint32_t filing_second(int64_t micros) {
  constexpr int64_t kLast = std::numeric_limits<uint32_t>::max();
  return static_cast<uint32_t>(std::clamp<int64_t>(micros / kMicrosPerSecond, 0, kLast));
}

bool is_moved(const FiledSpan& row) {
  return row.span.start_time && filing_second(*row.span.start_time) != row.filed_at;
}

}  // namespace sonde
