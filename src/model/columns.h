// The table of span columns: one row a field, in the order a reader wants them. Filters, grouping,
// JSON output and the documentation all go through it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "model/span.h"

namespace sonde {

// How a column's value is compared and printed.
enum class ColumnType : uint8_t {
  Text,
  Count,     // int64
  Duration,  // int64 microseconds
  Time,      // int64 microseconds since the epoch
  Money,     // int64 billionths of the span's currency
  Flag,
  Kind,
  Status,
};

using TextMember = std::string Span::*;
using NumberMember = std::optional<int64_t> Span::*;
using FlagMember = std::optional<bool> Span::*;
using Member = std::variant<TextMember, NumberMember, FlagMember, Kind Span::*, Status Span::*>;

// Identifies a column; the order is that of kSpanColumns.
enum class Field : uint8_t {
  TraceId,
  SpanId,
  ParentSpanId,
  Kind,
  Name,
  TraceName,
  Source,
  Dialect,
  MessageId,
  RunId,
  StartTime,
  Duration,
  TimeToFirstToken,
  Status,
  StatusMessage,
  ErrorClass,
  FinishReason,
  Refusal,
  Feedback,
  Provider,
  ModelRequested,
  Model,
  Parameters,
  Tools,
  System,
  Input,
  Output,
  InputTokens,
  OutputTokens,
  TotalTokens,
  CacheReadTokens,
  CacheWriteTokens,
  InputAudioTokens,
  ReasoningTokens,
  OutputAudioTokens,
  Cost,
  Currency,
  CostOrigin,
  UserId,
  SessionId,
  Environment,
  Release,
  AppId,
  AppName,
  NodeId,
  NodeType,
  ToolName,
  DatasetId,
  Documents,
  InvokeFrom,
  Category,
  Tags,
  PromptName,
  PromptVersion,
  TemplateHash,
  Attributes,  // Not a column: the map as a whole.
};
inline constexpr size_t kFieldCount = static_cast<size_t>(Field::Attributes) + 1;

struct Column {
  std::string_view name;   // In filters, JSON and SQL.
  std::string_view alias;  // A second name people type, or empty.
  Field field;
  ColumnType type;
  Member member;
  std::string_view description;
};

std::span<const Column> span_columns();
const Column& column(Field field);
// By name or alias; null when there is none.
const Column* find_column(std::string_view name);

// A set of fields, so that a reader extracts only what the question needs.
class FieldSet {
 public:
  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<Field> fields) {
    for (const Field field : fields) add(field);
  }
  static constexpr FieldSet all() {
    FieldSet set;
    set.bits_ = ~uint64_t{0};
    return set;
  }
  constexpr void add(Field field) { bits_ |= uint64_t{1} << static_cast<unsigned>(field); }
  constexpr void add(FieldSet other) { bits_ |= other.bits_; }
  constexpr bool has(Field field) const { return (bits_ >> static_cast<unsigned>(field) & 1) != 0; }

 private:
  static_assert(kFieldCount <= 64);
  uint64_t bits_ = 0;
};

}  // namespace sonde
