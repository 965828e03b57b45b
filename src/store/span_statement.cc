#include "store/span_statement.h"

#include "base/hash.h"
#include "store/filed_span.h"
#include "store/span_block.h"

namespace sonde {
namespace {

// A condition is asked of the latest version of a span alone. Decision 0021 says why this form.
constexpr std::string_view kSpans = "spans FINAL";

void add(std::string& conditions, std::string_view condition) {
  conditions += " AND ";
  conditions += condition;
}

void add_window(const SpanWindow& window, SpanConditions& conditions) {
  if (window.from) {
    conditions.params.push_back({"window_from", std::to_string(*window.from)});
    add(conditions.keys, "filed_at >= toDateTime({window_from:UInt32}, 'UTC')");
  }
  if (window.until) {
    conditions.params.push_back({"window_until", std::to_string(*window.until)});
    add(conditions.keys, "filed_at < toDateTime({window_until:UInt32}, 'UTC')");
  }
}

// filed_at is the start when it was first seen, so a range of one is nearly a range of the other.
// The few rows for which it is not are found by an index of their own; asking "or moved" instead
// would keep the engine from using the order of the table.
void add_time_range(const SpanQuery& query, SpanConditions& conditions) {
  std::string filed;
  if (query.from) {
    conditions.params.push_back({"from", std::to_string(*query.from)});
    conditions.params.push_back({"filed_from", std::to_string(filing_second(*query.from))});
    add(conditions.others, "start_time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')");
    add(filed, "filed_at >= toDateTime({filed_from:UInt32}, 'UTC')");
  }
  if (query.until) {
    conditions.params.push_back({"until", std::to_string(*query.until)});
    conditions.params.push_back({"filed_until", std::to_string(filing_second(*query.until))});
    add(conditions.others, "start_time < fromUnixTimestamp64Micro({until:Int64}, 'UTC')");
    add(filed, "filed_at <= toDateTime({filed_until:UInt32}, 'UTC')");
  }
  if (filed.empty()) return;
  add(conditions.keys,
      fmt::format("((1{}) OR filed_at IN (SELECT filed_at FROM spans WHERE project_id = "
                  "{{project:String}} AND moved))",
                  filed));
}

// The two look-ups are apart because one goes by the order of span_keys and one by its index:
// together they would be neither.
void add_id(const SpanQuery& query, SpanConditions& conditions) {
  if (query.id.empty()) return;
  const std::string key = key_of_id(query.id);
  conditions.params.push_back({"id_key", key});
  conditions.params.push_back({"id_hash", std::to_string(hash_bytes(key))});
  constexpr std::string_view kFiled =
      "SELECT filed_at FROM span_keys WHERE project_id = {project:String} AND ";
  add(conditions.keys,
      fmt::format("filed_at IN ({0}trace_hash = {{id_hash:UInt64}} UNION ALL {0}span_hash = "
                  "{{id_hash:UInt64}}) AND (trace_key = {{id_key:String}} OR span_key = "
                  "{{id_key:String}})",
                  kFiled));
}

}  // namespace

SpanConditions conditions_of(const SpanQuery& query, const SpanWindow& window) {
  SpanConditions conditions = {"project_id = {project:String}", "1", query.params};
  conditions.params.push_back({"project", query.project});
  add_window(window, conditions);
  add_time_range(query, conditions);
  add_id(query, conditions);
  if (!query.where.empty()) add(conditions.others, fmt::format("({})", query.where));
  return conditions;
}

std::string_view order_clause(SpanQuery::Order order) {
  switch (order) {
    case SpanQuery::Order::NewestFirst:
      return " ORDER BY filed_at DESC, trace_key DESC, span_key DESC";
    case SpanQuery::Order::OldestFirst:
      return " ORDER BY filed_at, trace_key, span_key";
    default:
      return "";
  }
}

Query to_statement(const SpanQuery& query, const SpanWindow& window) {
  SpanConditions conditions = conditions_of(query, window);
  // Only where nothing else is asked: with an index of words the engine fails on it.
  const bool is_by_id = !query.id.empty() && query.where.empty();
  std::string sql =
      fmt::format("SELECT {} FROM {} {} {} {} {}{}", span_column_list(query.fields), kSpans,
                  is_by_id ? "PREWHERE" : "WHERE", conditions.keys, is_by_id ? "WHERE" : "AND",
                  conditions.others, order_clause(query.order));
  if (query.limit > 0) sql += fmt::format(" LIMIT {}", query.limit);
  return {sql, std::move(conditions.params), "Native"};
}

}  // namespace sonde
