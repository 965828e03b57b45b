// GET /api/v1/metrics: figures of the project over time.
#include <date/tz.h>

#include "api/metrics_json.h"
#include "api/routes.h"
#include "base/time.h"
#include "filter/filter.h"
#include "ingest/history.h"
#include "model/span.h"

namespace sonde {
namespace {

constexpr uint64_t kRows = 1'000;
constexpr uint64_t kRowsMax = 10'000;

Result<const date::time_zone*> parse_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return fail(Code::InvalidInput, "no time zone '{}': give a name such as Asia/Shanghai", name);
  }
}

Result<std::optional<int64_t>> parse_time(std::string_view name,
                                          const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::optional<int64_t>();
  const std::optional<int64_t> time = parse_iso_time(*text);
  if (!time)
    return fail(Code::InvalidInput, "{} is '{}': give a time such as 2026-11-01T00:00:00Z", name,
                *text);
  return time;
}

}  // namespace

Result<Response> get_metrics(const ApiCall& call) {
  const auto parameter = [&](std::string_view name) {
    return query_value(call.request.query, name);
  };
  MetricsQuery query;
  MetricsFrame frame;
  query.project = call.grant.project;
  const auto level = parse_level(parameter("level").value_or("call"));
  if (!level || *level == Level::Session)
    return fail(Code::InvalidInput, "level is call, node, message or run");
  query.level = frame.level = *level;
  frame.every = parameter("every").value_or("");
  query.every = TRY(parse_every(frame.every));
  TRY(add_dimensions(parameter("by").value_or(""), query, frame));
  frame.time_zone = parameter("time_zone").value_or("UTC");
  query.zone = TRY(parse_zone(frame.time_zone));
  query.from = TRY(parse_time("from", parameter("from")));
  query.until = TRY(parse_time("until", parameter("until")));
  if (const auto where = parameter("where"); where && !where->empty()) {
    query.where = TRY(Filter::parse(*where, {.now = now_micros(), .time_zone = query.zone}));
    frame.filters.push_back("where " + *where);
  }
  query.rows_max = TRY(parse_limit(parameter("limit"), kRows, kRowsMax));
  frame.source = "project " + query.project;
  const MetricsAnswer answer = TRY(read_metrics(call.services->history.store(), query));
  return json_answer(metrics_json(answer, frame));
}

}  // namespace sonde
