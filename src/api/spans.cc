// GET /api/v1/spans: spans of the project, newest first, in pages.
#include <sodium.h>

#include <algorithm>

#include "api/routes.h"
#include "base/hash.h"
#include "base/time.h"
#include "filter/fields.h"
#include "filter/filter.h"
#include "ingest/history.h"
#include "model/span_json.h"
#include "query/condition.h"
#include "query/search.h"
#include "report/json_parts.h"
#include "store/filed_span.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

constexpr uint64_t kLimit = 50;
constexpr uint64_t kLimitMax = 1000;
constexpr int kCursorForm = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Where a page ended: the keys of its last span. The next page begins behind it, whatever comes
// meanwhile.
struct Cursor {
  std::string trace_key;
  std::string span_key;
};

std::string to_text(const Span& last) {
  std::string keys = key_of_id(last.trace_id);
  keys += '\0';
  keys += key_of_id(last.span_id);
  std::string text(sodium_base64_encoded_len(keys.size(), kCursorForm), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(keys.data()),
                    keys.size(), kCursorForm);
  text.pop_back();  // The zero byte.
  return text;
}

Result<Cursor> parse_cursor(const std::string& text) {
  std::string keys(text.size(), '\0');
  size_t size = 0;
  const bool is_whole =
      sodium_base642bin(reinterpret_cast<unsigned char*>(keys.data()), keys.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, kCursorForm) == 0;
  keys.resize(is_whole ? size : 0);
  const size_t end = keys.find('\0');
  if (end == std::string::npos)
    return fail(Code::InvalidInput,
                "cursor is none that a page gave: take it from its next_cursor");
  return Cursor{keys.substr(0, end), keys.substr(end + 1)};
}

void add(SpanQuery& query, std::string_view condition, std::vector<Param> params) {
  if (condition.empty()) return;
  if (!query.where.empty()) query.where += " AND ";
  query.where += condition;
  std::move(params.begin(), params.end(), std::back_inserter(query.params));
}

// Spans are in the order of where they are filed, which their keys tell.
void begin_behind(const Cursor& cursor, SpanQuery& query) {
  add(query,
      "(filed_at, trace_key, span_key) < ((SELECT max(filed_at) FROM span_keys WHERE project_id = "
      "{project:String} AND trace_hash = {after_trace_hash:UInt64} AND span_hash = "
      "{after_span_hash:UInt64}), {after_trace:String}, {after_span:String})",
      {{"after_trace_hash", std::to_string(hash_bytes(cursor.trace_key))},
       {"after_span_hash", std::to_string(hash_bytes(cursor.span_key))},
       {"after_trace", cursor.trace_key},
       {"after_span", cursor.span_key}});
}

}  // namespace

Result<Response> get_spans(const ApiCall& call) {
  Store& store = call.services->history.store();
  const auto parameter = [&](std::string_view name) {
    return query_value(call.request.query, name);
  };
  const uint64_t limit = TRY(parse_limit(parameter("limit"), kLimit, kLimitMax));
  SpanQuery query;
  query.project = call.grant.project;
  query.order = SpanQuery::Order::NewestFirst;
  std::optional<Filter> filter;
  bool is_exact = true;
  if (const auto where = parameter("where"); where && !where->empty()) {
    filter = TRY(Filter::parse(*where, {.now = now_micros()}));
    Condition condition = to_condition(*filter);
    query.from = condition.from;
    query.until = condition.until;
    is_exact = condition.is_exact;
    add(query, condition.sql, std::move(condition.params));
  }
  if (const auto search = parameter("search"); search && !search->empty()) {
    Condition condition = TRY(search_condition(store, *search));
    add(query, condition.sql, std::move(condition.params));
  }
  if (const auto text = parameter("cursor")) {
    const Cursor cursor = TRY(parse_cursor(*text));
    begin_behind(cursor, query);
  }
  if (is_exact) query.limit = limit + 1;  // One more tells whether there is another page.
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.key("spans");
  json.begin_array();
  uint64_t given = 0;
  bool has_more = false;
  Span last;
  TRY(read_history(store, query, [&](Span& span) {
    if (filter && filter->evaluate(span) != Truth::True) return true;
    has_more = given == limit;
    if (has_more) return false;
    json.raw_object(to_json(span));
    last.trace_id = span.trace_id;
    last.span_id = span.span_id;
    ++given;
    return true;
  }));
  json.end_array();
  json.known_field("next_cursor", has_more ? to_text(last) : std::string());
  json.end_object();
  return json_answer(json.take());
}

}  // namespace sonde
