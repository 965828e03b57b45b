#include "store/span_reader.h"

#include <charconv>
#include <limits>

#include "base/hash.h"
#include "store/filed_span.h"
#include "store/native_stream.h"
#include "store/span_block.h"

namespace sonde {
namespace {

// A condition is asked of the latest version of a span alone. Decision 0021 says why this form.
constexpr std::string_view kSpans = "spans FINAL";

// What is asked of the columns of the table's key is the same for every version of a span: it can
// be asked before FINAL, which spares reading the texts of rows that are not meant.
struct Conditions {
  std::string keys = "project_id = {project:String}";
  std::string others = "1";
};

void add(std::string& conditions, std::string_view condition) {
  conditions += " AND ";
  conditions += condition;
}

// filed_at is the start when it was first seen, so a range of one is nearly a range of the other.
// The few rows for which it is not are found by an index of their own; asking "or moved" instead
// would keep the engine from using the order of the table.
void add_time_range(const SpanQuery& query, Conditions& conditions, std::vector<Param>& params) {
  std::string filed;
  if (query.from) {
    params.push_back({"from", std::to_string(*query.from)});
    params.push_back({"filed_from", std::to_string(filing_second(*query.from))});
    add(conditions.others, "start_time >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')");
    add(filed, "filed_at >= toDateTime({filed_from:UInt32}, 'UTC')");
  }
  if (query.until) {
    params.push_back({"until", std::to_string(*query.until)});
    params.push_back({"filed_until", std::to_string(filing_second(*query.until))});
    add(conditions.others, "start_time < fromUnixTimestamp64Micro({until:Int64}, 'UTC')");
    add(filed, "filed_at <= toDateTime({filed_until:UInt32}, 'UTC')");
  }
  if (filed.empty()) return;
  add(conditions.keys,
      fmt::format("((1{}) OR filed_at IN (SELECT filed_at FROM spans WHERE project_id = "
                  "{{project:String}} AND moved))",
                  filed));
}

void add_id(const SpanQuery& query, std::string& keys, std::vector<Param>& params) {
  if (query.id.empty()) return;
  const std::string key = key_of_id(query.id);
  params.push_back({"id_key", key});
  params.push_back({"id_hash", std::to_string(hash_bytes(key))});
  add(keys,
      "filed_at IN (SELECT filed_at FROM span_keys WHERE project_id = {project:String}"
      " AND (trace_hash = {id_hash:UInt64} OR span_hash = {id_hash:UInt64}))"
      " AND (trace_key = {id_key:String} OR span_key = {id_key:String})");
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

// A part of the order of filing: seconds, of which the first is in it and the last is not.
struct Window {
  std::optional<uint32_t> from;
  std::optional<uint32_t> until;
};

void add_window(const Window& window, std::string& keys, std::vector<Param>& params) {
  if (window.from) {
    params.push_back({"window_from", std::to_string(*window.from)});
    add(keys, "filed_at >= toDateTime({window_from:UInt32}, 'UTC')");
  }
  if (window.until) {
    params.push_back({"window_until", std::to_string(*window.until)});
    add(keys, "filed_at < toDateTime({window_until:UInt32}, 'UTC')");
  }
}

Query to_statement(const SpanQuery& query, const Window& window) {
  std::vector<Param> params = query.params;
  params.push_back({"project", query.project});
  Conditions conditions;
  add_window(window, conditions.keys, params);
  add_time_range(query, conditions, params);
  add_id(query, conditions.keys, params);
  if (!query.where.empty()) add(conditions.others, fmt::format("({})", query.where));
  // Only where nothing else is asked: with an index of words the engine fails on it.
  const bool is_by_id = !query.id.empty() && query.where.empty();
  std::string sql =
      fmt::format("SELECT {} FROM {} {} {} {} {}{}", span_column_list(query.fields), kSpans,
                  is_by_id ? "PREWHERE" : "WHERE", conditions.keys, is_by_id ? "WHERE" : "AND",
                  conditions.others, order_clause(query.order));
  if (query.limit > 0) sql += fmt::format(" LIMIT {}", query.limit);
  return {sql, params, "Native"};
}

Result<uint64_t> read_window(Store& store, const SpanQuery& query, const Window& window,
                             const std::function<bool(Span&)>& each) {
  uint64_t given = 0;
  Span span;
  const auto give = [&](const NativeBlock& block) -> Result<bool> {
    const SpanBlockReader reader = TRY(SpanBlockReader::create(block));
    for (size_t row = 0; row < block.rows; ++row) {
      TRY(reader.read(row, span));
      ++given;
      if (!each(span)) return false;
    }
    return true;
  };
  TRY(read_blocks(store, to_statement(query, window), give));
  return given;
}

// Where a window ends that holds `rows` rows or a few more; null where all that is left is fewer.
// Reads the rows in their order, and no more of them.
Result<std::optional<uint32_t>> end_of_window(Store& store, const SpanQuery& query,
                                              const Window& window, uint64_t rows) {
  std::vector<Param> params = {{"project", query.project}};
  std::string keys = Conditions().keys;
  add_window(window, keys, params);
  const bool is_newest_first = query.order == SpanQuery::Order::NewestFirst;
  const std::string text = TRY(store.query(
      {fmt::format("SELECT toUInt32(filed_at) FROM spans WHERE {} ORDER BY filed_at{} LIMIT 1 "
                   "OFFSET {}",
                   keys, is_newest_first ? " DESC" : "", rows),
       params, "TSV"}));
  if (text.empty()) return std::optional<uint32_t>();
  uint32_t second = 0;
  std::from_chars(text.data(), text.data() + text.size(), second);
  if (is_newest_first) return std::optional(second);
  // The last second there is has nothing behind it.
  if (second == std::numeric_limits<uint32_t>::max()) return std::optional<uint32_t>();
  return std::optional(second + 1);
}

// A page: windows in the order that was asked for, each 16 times as large, until it is full. FINAL
// would otherwise read all there is for a page of 50.
Result<uint64_t> read_page(Store& store, const SpanQuery& query,
                           const std::function<bool(Span&)>& each) {
  constexpr uint64_t kRowsMin = 1'000;
  constexpr uint64_t kGrowth = 16;
  const bool is_newest_first = query.order == SpanQuery::Order::NewestFirst;
  SpanQuery rest = query;
  Window window;
  uint64_t given = 0;
  bool goes_on = true;
  const auto counted = [&](Span& span) {
    ++given;
    goes_on = each(span);
    return goes_on;
  };
  for (uint64_t rows = std::max(kRowsMin, 4 * query.limit);; rows *= kGrowth) {
    const std::optional<uint32_t> end = TRY(end_of_window(store, query, window, rows));
    std::optional<uint32_t>& far = is_newest_first ? window.from : window.until;
    far = end;
    TRY(read_window(store, rest, window, counted));
    if (!goes_on || given == query.limit || !end) return given;
    rest.limit = query.limit - given;
    (is_newest_first ? window.until : window.from) = end;
    far.reset();
  }
}

}  // namespace

Query to_statement(const SpanQuery& query) { return to_statement(query, Window{}); }

Result<uint64_t> read_history(Store& store, const SpanQuery& query,
                              const std::function<bool(Span&)>& each) {
  // Rows that are told by an id are few.
  const bool is_page = query.limit > 0 && query.order != SpanQuery::Order::Any && query.id.empty();
  return is_page ? read_page(store, query, each) : read_window(store, query, {}, each);
}

}  // namespace sonde
