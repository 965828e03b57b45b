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

std::string id_of_key(std::string_view key, IdForm form) {
  std::string id(key);
  if (form == IdForm::Record && !key.empty()) return id.replace(0, 1, "r-");
  if (form != IdForm::Uuid || key.size() != 32) return id;
  for (const size_t hyphen : {8U, 13U, 18U, 23U}) id.insert(hyphen, 1, '-');
  return id;
}

IdForm form_of_id(std::string_view id, std::string_view key) {
  for (const IdForm form : {IdForm::Key, IdForm::Uuid, IdForm::Record}) {
    if (id == id_of_key(key, form)) return form;
  }
  return IdForm::Sent;
}

uint32_t filing_second(int64_t micros) {
  constexpr int64_t kLast = std::numeric_limits<uint32_t>::max();
  return static_cast<uint32_t>(std::clamp<int64_t>(micros / kMicrosPerSecond, 0, kLast));
}

bool is_moved(const FiledSpan& row) {
  return row.span.start_time && filing_second(*row.span.start_time) != row.filed_at;
}

}  // namespace sonde
