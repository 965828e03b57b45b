// A span as it is stored: with where it is filed, and when its fields were said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/span.h"

namespace sonde {

// When a field was last said, for those said before FiledSpan::event_time.
struct FieldTime {
  std::string field;  // A column's name, or "attributes." and a key.
  int64_t time = 0;   // Microseconds since the epoch.
  friend bool operator==(const FieldTime&, const FieldTime&) = default;
};

// One row of the table spans, but for the project.
struct FiledSpan {
  Span span;
  std::string trace_key;  // Of the ids: see key_of_id().
  std::string span_key;
  uint32_t filed_at = 0;  // Seconds since the epoch, UTC: the first start seen, else the import.
  uint32_t version = 1;
  int64_t event_time = 0;  // Of the latest event about the span; 0 when unknown.
  std::vector<FieldTime> field_times = {};
};

// Ids match whatever their case and hyphens: lower case (ASCII) without '-'. An id of hyphens alone
// stays as it is.
std::string key_of_id(std::string_view id);

// How an id is got from its key; the table spans has the same names and numbers.
enum class IdForm : uint8_t {
  Key,     // It is the key.
  Uuid,    // In groups of 8, 4, 4, 4 and 12.
  Record,  // "r-" and more: the id of a record that had none.
  Sent,    // None of these: stored as it was sent.
};
inline constexpr std::string_view kIdFormType =
    "Enum8('key' = 0, 'uuid' = 1, 'record' = 2, 'sent' = 3)";
// The first form that gives back the id.
IdForm form_of_id(std::string_view id, std::string_view key);
// Contract: `form` is not Sent.
std::string id_of_key(std::string_view key, IdForm form);

// Whether a range of start times must look for the span beyond filed_at's range.
bool is_moved(const FiledSpan& row);

// Seconds since the epoch in which a span that starts then (microseconds) is filed: 1970 to 2106,
// the nearest of them for times beyond.
uint32_t filing_second(int64_t micros);

}  // namespace sonde
