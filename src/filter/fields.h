// What an expression may name: the columns of a span, or a table of metrics.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/columns.h"

namespace sonde {

// How a field is compared. The first eight are those of ColumnType, in the same order.
enum class ValueType : uint8_t { Text, Count, Duration, Time, Money, Flag, Kind, Status, Number };
static_assert(static_cast<int>(ValueType::Status) == static_cast<int>(ColumnType::Status));

struct NamedField {
  std::string_view name;
  std::string_view alias;  // A second name people type, or empty.
  ValueType type = ValueType::Number;
  const Column* column = nullptr;  // Null for a metric.
};

struct FieldCatalog {
  std::vector<NamedField> fields;
  bool has_attributes = false;  // Whether attributes.KEY may be named.

  const NamedField* find(std::string_view name) const;
  // The nearest name or alias, for "did you mean"; empty when none is near.
  std::string_view nearest_name(std::string_view name) const;
};

// The columns of a span and its attributes.
const FieldCatalog& span_fields();

}  // namespace sonde
