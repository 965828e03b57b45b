// The statements that span_reader.h and its pages ask: the conditions of a query, by the part of
// the table's key that they speak of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/span_reader.h"

namespace sonde {

// A part of the order of filing: seconds, of which the first is in it and the last is not.
struct SpanWindow {
  std::optional<uint32_t> from = {};
  std::optional<uint32_t> until = {};
};

// What is asked of the columns of the table's key is the same for every version of a span: it can
// be asked before FINAL, which spares reading the texts of rows that are not meant.
struct SpanConditions {
  std::string keys;
  std::string others;
  std::vector<Param> params;
};
SpanConditions conditions_of(const SpanQuery& query, const SpanWindow& window);

// " ORDER BY ..." with a space before it; empty for Order::Any.
std::string_view order_clause(SpanQuery::Order order);

// The spans of a window in their latest versions, with the columns that span_block.h reads.
Query to_statement(const SpanQuery& query, const SpanWindow& window);

}  // namespace sonde
