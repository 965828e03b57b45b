#include "sources/dify/row.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "model/columns.h"

namespace sonde::dify {
namespace {

constexpr size_t kKeyOffset = 8;  // Within RowHeader.
static_assert(offsetof(RowHeader, key) == kKeyOffset);
static_assert(std::is_trivially_copyable_v<RowHeader>);

template <class T>
void write(T value, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void write_text(std::string_view text, std::string& bytes) {
  write(static_cast<uint32_t>(text.size()), bytes);
  bytes += text;
}

template <class T>
T take(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

std::string_view take_text(const char*& at) {
  const auto size = take<uint32_t>(at);
  const std::string_view text(at, size);
  at += size;
  return text;
}

// Writes the member and tells whether it had a value; one overload a member type.
bool write_member(const std::string& value, std::string& bytes) {
  if (value.empty()) return false;
  write_text(value, bytes);
  return true;
}
template <class T>
bool write_member(const std::optional<T>& value, std::string& bytes) {
  if (!value) return false;
  write(*value, bytes);
  return true;
}
bool write_member(Kind value, std::string& bytes) {
  if (value == Kind::Span) return false;
  write(value, bytes);
  return true;
}
bool write_member(Status value, std::string& bytes) {
  if (value == Status::Unknown) return false;
  write(value, bytes);
  return true;
}

void take_member(std::string& value, const char*& at) { value = take_text(at); }
template <class T>
void take_member(std::optional<T>& value, const char*& at) {
  value = take<T>(at);
}
void take_member(Kind& value, const char*& at) { value = take<Kind>(at); }
void take_member(Status& value, const char*& at) { value = take<Status>(at); }

void fill_member(std::string& value, const std::string& other) {
  if (value.empty()) value = other;
}
template <class T>
void fill_member(std::optional<T>& value, const std::optional<T>& other) {
  if (!value) value = other;
}
void fill_member(Kind& value, Kind other) {
  if (value == Kind::Span) value = other;
}
void fill_member(Status& value, Status other) {
  if (value == Status::Unknown) value = other;
}

void fill_attributes(std::vector<Attribute>& attributes, const std::vector<Attribute>& others) {
  for (const Attribute& other : others) {
    const bool known = std::any_of(attributes.begin(), attributes.end(),
                                   [&](const Attribute& a) { return a.key == other.key; });
    if (!known) attributes.push_back(other);
  }
}

enum Flag : uint8_t {
  kDebugger = 1,
  kRunUntold = 2,
  kTruncated = 4,
  kRetried = 8,
  kHandled = 16,
  kCitesNothing = 32,
};

}  // namespace

void Row::clear() {
  kind = RowKind::Message;
  rank = Rank::Full;
  debugger = false;
  run_untold = false;
  cites_nothing = false;
  retried = false;
  handled = false;
  index = 0;
  workflow_id.clear();
  app_mode.clear();
  span.clear();
}

std::string_view trace_key(const Row& row) {
  if (!row.span.run_id.empty()) return row.span.run_id;
  if (!row.span.trace_id.empty()) return row.span.trace_id;
  return row.span.span_id;
}

uint64_t id_hash(std::string_view id) {
  char buffer[800];
  size_t size = 0;
  for (const char c : id) {
    if (c == '-') continue;
    if (size == sizeof buffer) break;
    buffer[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  // Longer ids than any source writes: the tail still tells them apart.
  const uint64_t seed = id.size() > sizeof buffer ? XXH3_64bits(id.data(), id.size()) : 0;
  return std::max<uint64_t>(1, XXH3_64bits_withSeed(buffer, size, seed));
}

void encode(const Row& row, std::string& bytes) {
  const size_t start = bytes.size();
  RowHeader header;
  header.kind = row.kind;
  header.rank = row.rank;
  header.key = id_hash(trace_key(row));
  header.id = id_hash(row.span.span_id);
  write(header, bytes);
  const Span& span = row.span;
  const int flags = (row.debugger ? kDebugger : 0) | (row.run_untold ? kRunUntold : 0) |
                    (span.content_truncated ? kTruncated : 0) | (row.retried ? kRetried : 0) |
                    (row.handled ? kHandled : 0) | (row.cites_nothing ? kCitesNothing : 0);
  write(static_cast<uint8_t>(flags), bytes);
  write(span.levels, bytes);
  write(span.input_form, bytes);
  write(span.output_form, bytes);
  write(row.index, bytes);
  write(span.location, bytes);
  write_text(row.workflow_id, bytes);
  write_text(row.app_mode, bytes);

  const size_t present_at = bytes.size();
  uint64_t present = 0;
  write(present, bytes);
  for (const Column& column : span_columns()) {
    const bool written =
        std::visit([&](auto pointer) { return write_member(span.*pointer, bytes); }, column.member);
    if (written) present |= uint64_t{1} << static_cast<unsigned>(column.field);
  }
  std::memcpy(&bytes[present_at], &present, sizeof present);

  write(static_cast<uint32_t>(span.attributes.size()), bytes);
  for (const Attribute& attribute : span.attributes) {
    write_text(attribute.key, bytes);
    write_text(attribute.value, bytes);
  }
  const auto size = static_cast<uint32_t>(bytes.size() - start);
  std::memcpy(&bytes[start], &size, sizeof size);
}

RowHeader decode_header(std::string_view bytes) {
  const char* at = bytes.data();
  return take<RowHeader>(at);
}

void decode(std::string_view bytes, Row& row) {
  const char* at = bytes.data();
  const auto header = take<RowHeader>(at);
  row.clear();
  row.kind = header.kind;
  row.rank = header.rank;
  Span& span = row.span;
  const auto flags = take<uint8_t>(at);
  row.debugger = (flags & kDebugger) != 0;
  row.run_untold = (flags & kRunUntold) != 0;
  row.retried = (flags & kRetried) != 0;
  row.handled = (flags & kHandled) != 0;
  row.cites_nothing = (flags & kCitesNothing) != 0;
  span.content_truncated = (flags & kTruncated) != 0;
  span.levels = take<uint8_t>(at);
  span.input_form = take<Form>(at);
  span.output_form = take<Form>(at);
  row.index = take<int32_t>(at);
  span.location = take<Location>(at);
  row.workflow_id = take_text(at);
  row.app_mode = take_text(at);

  const auto present = take<uint64_t>(at);
  for (const Column& column : span_columns()) {
    if ((present >> static_cast<unsigned>(column.field) & 1) == 0) continue;
    std::visit([&](auto pointer) { take_member(span.*pointer, at); }, column.member);
  }
  span.attributes.resize(take<uint32_t>(at));
  for (Attribute& attribute : span.attributes) {
    attribute.key = take_text(at);
    attribute.value = take_text(at);
  }
}

void set_key(std::string& bytes, uint64_t key) {
  std::memcpy(&bytes[kKeyOffset], &key, sizeof key);
}

void merge(Row& row, const Row& other) {
  // The forms belong to the texts, so they move with them.
  if (row.span.input.empty()) row.span.input_form = other.span.input_form;
  if (row.span.output.empty()) row.span.output_form = other.span.output_form;
  // "app-run" says only that it was not the editor; workflow_app_logs knows more.
  if (row.span.invoke_from == "app-run") row.span.invoke_from = other.span.invoke_from;
  for (const Column& column : span_columns()) {
    std::visit([&](auto pointer) { fill_member(row.span.*pointer, other.span.*pointer); },
               column.member);
  }
  fill_attributes(row.span.attributes, other.span.attributes);
  // A thin source cuts texts; what it cut counts only where its text is the one that is kept.
  if (other.rank == row.rank) row.span.content_truncated |= other.span.content_truncated;
  row.debugger |= other.debugger;
  row.run_untold &= other.run_untold;
  row.cites_nothing |= other.cites_nothing;
  row.index = std::max(row.index, other.index);
  if (row.workflow_id.empty()) row.workflow_id = other.workflow_id;
  if (row.app_mode.empty()) row.app_mode = other.app_mode;
}

}  // namespace sonde::dify
