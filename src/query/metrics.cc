#include "query/metrics.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/time.h"
#include "query/condition.h"
#include "store/engine_rows.h"
#include "store/filed_span.h"
#include "store/hours.h"

namespace sonde {
namespace {

constexpr int64_t kHour = 3'600 * kMicrosPerSecond;
// More hours than these that are out of date: the spans are asked alone.
constexpr size_t kChangedHoursMax = 10'000;
// Of the order of filing, to find the spans of changed hours: neighbours are taken together beyond.
constexpr size_t kRangesMax = 64;

int64_t floor_hour(int64_t micros) {
  return date::floor<std::chrono::hours>(std::chrono::microseconds(micros)).count() * kHour;
}

// Seconds; the last is not in it.
struct Range {
  uint32_t from = 0;
  uint32_t until = 0;
};

// What of a question the sums answer, and what is left for the spans.
struct Plan {
  bool uses_sums = false;
  bool uses_spans = true;
  std::optional<std::string> dimension;  // Of the sums.
  std::vector<uint32_t> changed;         // Hours of filing that the spans answer; ascending.
  std::optional<int64_t> from;           // The whole hours in the range that was asked for.
  std::optional<int64_t> until;
};

bool begins_at_hours(const MetricsQuery& query) {
  if (query.zone == nullptr) return true;
  const auto is_whole = [&](int64_t micros) {
    const date::sys_seconds second{std::chrono::seconds(micros / kMicrosPerSecond)};
    return query.zone->get_info(second).offset.count() % 3'600 == 0;
  };
  return is_whole(query.from.value_or(0)) && is_whole(query.until.value_or(now_micros()));
}

// The dimension of the sums that say all of these: a column, or none for the sums of everything;
// null when no sums do. All of them say the status.
std::optional<std::string> sums_that_say(FieldSet fields) {
  std::string dimension;
  for (const Column& column : span_columns()) {
    if (!fields.has(column.field) || column.field == Field::Status) continue;
    if (!kHourDimensions.has(column.field) || !dimension.empty()) return std::nullopt;
    dimension = column.name;
  }
  return dimension;
}

Result<Plan> make_plan(Store& store, const MetricsQuery& query) {
  Plan plan;
  FieldSet fields(query.where ? query.where->fields() : FieldSet{});
  for (const Field field : query.by) fields.add(field);
  plan.dimension = sums_that_say(fields);
  if (query.from_spans || !plan.dimension || !begins_at_hours(query)) return plan;
  if (query.from) plan.from = floor_hour(*query.from + kHour - 1);
  if (query.until) plan.until = floor_hour(*query.until);
  if (plan.from && plan.until && *plan.from >= *plan.until) return plan;
  const std::string bytes = TRY(store.query(
      {fmt::format("SELECT toUInt32(filed_hour) FROM hour_states WHERE project_id = "
                   "{{project:String}} GROUP BY filed_hour HAVING max(changed) > max(built) ORDER "
                   "BY filed_hour LIMIT {}",
                   kChangedHoursMax + 1),
       {{"project", query.project}},
       "JSONCompactEachRow"}));
  const std::vector<EngineRow> rows = TRY(read_engine_rows(bytes));
  if (rows.size() > kChangedHoursMax) return plan;
  for (const EngineRow& row : rows) plan.changed.push_back(static_cast<uint32_t>(row.number(0)));
  plan.uses_sums = true;
  plan.uses_spans = !plan.changed.empty() || plan.from != query.from || plan.until != query.until;
  return plan;
}

// The statement, piece by piece.
class Statement {
 public:
  Statement(const MetricsQuery& query, const Plan& plan, const Condition& condition)
      : query_(query), plan_(plan), condition_(condition) {
    for (const Field field : query.by) {
      for (const Column& column : span_columns()) {
        if (column.field == field) names_.emplace_back(column.name);
      }
    }
  }

  Query write() const {
    std::string parts;
    if (plan_.uses_sums) parts = of_sums();
    if (plan_.uses_spans) parts += (parts.empty() ? "" : " UNION ALL ") + of_spans();
    constexpr std::string_view kQuantiles = "quantilesExactWeightedInterpolatedIf(0.5, 0.95, 0.99)";
    std::string sql = fmt::format(
        "SELECT t, [{by}], sum(n) AS spans, sumIf(n, status = '{ok}'), sumIf(n, status = "
        "'{error}'), sum(dn), sum(dtotal), {quantiles}(assumeNotNull(dvalue), dn, dn > 0), "
        "sum(fn), sum(ftotal), {quantiles}(assumeNotNull(fvalue), fn, fn > 0), sum(input), "
        "sum(input_n), sum(output), sum(output_n), arrayStringConcat(arrayMap((c, v, k) -> "
        "concat(c, '\\t', toString(v), '\\t', toString(k)), (sumMapIf([currency], [nanos], "
        "[cost_n], cost_n > 0) AS costs).1, costs.2, costs.3), '\\n'), sum(cost_n) FROM ({parts}) "
        "GROUP BY t{names} HAVING spans > 0 ORDER BY t, spans DESC{names} LIMIT {limit}",
        fmt::arg("by", texts_of_names()), fmt::arg("ok", to_string(Status::Ok)),
        fmt::arg("error", to_string(Status::Error)), fmt::arg("quantiles", kQuantiles),
        fmt::arg("parts", parts), fmt::arg("names", listed(", ", "")),
        fmt::arg("limit", query_.rows_max + 1));
    std::vector<Param> params = condition_.params;
    params.push_back({"project", query_.project});
    return {std::move(sql), std::move(params), "JSONCompactEachRow"};
  }

 private:
  std::string listed(std::string_view before, std::string_view after) const {
    std::string list;
    for (const std::string& name : names_) list += fmt::format("{}{}{}", before, name, after);
    return list;
  }
  std::string texts_of_names() const {
    std::string list;
    for (const std::string& name : names_)
      list += fmt::format("{}toString({})", list.empty() ? "" : ", ", name);
    return list.empty() ? "''" : list;
  }

  // Where the hour, day, ... of a time begins; null without one.
  std::string time_of(std::string_view time) const {
    const std::string zone = quoted(query_.zone == nullptr ? "UTC" : query_.zone->name());
    std::string begin;
    switch (query_.every) {
      case MetricsQuery::Every::Nothing:
        return "CAST(NULL, 'Nullable(UInt32)')";
      case MetricsQuery::Every::Hour:
        begin = fmt::format("toStartOfHour({}, {})", time, zone);
        break;
      case MetricsQuery::Every::Day:
        begin = fmt::format("toStartOfDay({}, {})", time, zone);
        break;
      case MetricsQuery::Every::Week:
        begin = fmt::format("toDateTime(toMonday({0}, {1}), {1})", time, zone);
        break;
      case MetricsQuery::Every::Month:
        begin = fmt::format("toDateTime(toStartOfMonth({0}, {1}), {1})", time, zone);
        break;
    }
    return fmt::format("toUInt32({})", begin);
  }

  std::string filters() const {
    std::string sql = fmt::format(" AND bitTest(levels, {})", static_cast<int>(query_.level));
    if (!condition_.sql.empty()) sql += fmt::format(" AND ({})", condition_.sql);
    return sql;
  }

  std::string of_sums() const {
    const std::string middle = middle_expression("assumeNotNull(bucket)", kHourBucketBits);
    std::string where;
    if (plan_.from)
      where += fmt::format(" AND hour >= toDateTime({}, 'UTC')", *plan_.from / kMicrosPerSecond);
    if (plan_.until)
      where += fmt::format(" AND hour < toDateTime({}, 'UTC')", *plan_.until / kMicrosPerSecond);
    if (plan_.from || plan_.until) where += " AND hour > toDateTime(0, 'UTC')";
    if (!plan_.changed.empty())
      where += fmt::format(" AND toUInt32(filed_hour) NOT IN ({})", fmt::join(plan_.changed, ","));
    return fmt::format(
        "SELECT {time} AS t{names}, status, currency, if(measure = 'duration', spans, 0) AS "
        "n, "
        "if(measure = 'duration' AND isNotNull(bucket), spans, 0) AS dn, {middle} AS dvalue, "
        "if(measure = 'duration', total, 0) AS dtotal, if(measure = 'first_token', spans, 0) AS "
        "fn, {middle} AS fvalue, if(measure = 'first_token', total, 0) AS ftotal, input_tokens AS "
        "input, input_known AS input_n, output_tokens AS output, output_known AS output_n, "
        "toInt64(cost * 1000000000) AS nanos, cost_known AS cost_n FROM (SELECT *{value} FROM "
        "hours "
        "WHERE project_id = {{project:String}} AND dimension = '{dimension}') WHERE (filed_hour, "
        "built) IN (SELECT filed_hour, max(built) FROM hour_states WHERE project_id = "
        "{{project:String}} GROUP BY filed_hour){where}{filters}",
        fmt::arg("time", time_of("if(hour = toDateTime(0, 'UTC'), NULL, hour)")),
        fmt::arg("value", plan_.dimension->empty()
                              ? std::string()
                              : fmt::format(", value AS {}", *plan_.dimension)),
        fmt::arg("dimension", *plan_.dimension), fmt::arg("names", listed(", ", "")),
        fmt::arg("middle", middle), fmt::arg("where", where), fmt::arg("filters", filters()));
  }

  std::string of_spans() const {
    const auto middle = [](std::string_view column) {
      return middle_expression(
          bucket_expression(fmt::format("toUInt64(greatest(assumeNotNull({}), 0))", column),
                            kSpanBucketBits),
          kSpanBucketBits);
    };
    return fmt::format(
        "SELECT {time} AS t{names}, status, currency, toUInt64(1) AS n, "
        "toUInt64(isNotNull(duration)) AS dn, {dmiddle} AS dvalue, ifNull(duration, 0) AS dtotal, "
        "toUInt64(isNotNull(time_to_first_token)) AS fn, {fmiddle} AS fvalue, "
        "ifNull(time_to_first_token, 0) AS ftotal, ifNull(input_tokens, 0) AS input, "
        "toUInt64(isNotNull(input_tokens)) AS input_n, ifNull(output_tokens, 0) AS output, "
        "toUInt64(isNotNull(output_tokens)) AS output_n, toInt64(toDecimal128(ifNull(cost, 0), 9) "
        "* 1000000000) AS nanos, toUInt64(isNotNull(cost)) AS cost_n FROM spans FINAL WHERE "
        "project_id = {{project:String}}{where}{filters}",
        fmt::arg("time", time_of("toDateTime(start_time, 'UTC')")),
        fmt::arg("names", listed(", ", "")), fmt::arg("dmiddle", middle("duration")),
        fmt::arg("fmiddle", middle("time_to_first_token")), fmt::arg("where", which_spans()),
        fmt::arg("filters", filters()));
  }

  static std::string start(std::string_view sign, int64_t micros) {
    return fmt::format("start_time {} fromUnixTimestamp64Micro(toInt64({}), 'UTC')", sign, micros);
  }

  // Those in the range, and with sums those that they leave out.
  std::string which_spans() const {
    std::string where;
    if (query_.from) where += " AND " + start(">=", *query_.from);
    if (query_.until) where += " AND " + start("<", *query_.until);
    std::vector<Range> ranges;
    if (plan_.uses_sums) {
      std::string left = plan_.changed.empty()
                             ? "0"
                             : fmt::format("toUInt32(toStartOfHour(filed_at)) IN ({})",
                                           fmt::join(plan_.changed, ","));
      if (plan_.from != query_.from) left += " OR " + start("<", *plan_.from);
      if (plan_.until != query_.until) left += " OR " + start(">=", *plan_.until);
      where += fmt::format(" AND ({})", left);
      ranges = ranges_left();
    } else if (query_.from || query_.until) {
      ranges.push_back({filing_second(query_.from.value_or(0)),
                        query_.until ? filing_second(*query_.until - 1) + 1 : UINT32_MAX});
    }
    if (ranges.empty() && !plan_.uses_sums && !query_.from && !query_.until) return where;
    // Found by the order of the table, but for the few that started elsewhere than was first said.
    std::string filed;
    for (const Range& range : ranges) {
      filed += fmt::format(
          "(filed_at >= toDateTime({}, 'UTC') AND filed_at <= toDateTime({}, 'UTC')) OR ",
          range.from, range.until - 1);
    }
    return where + fmt::format(
                       " AND ({}filed_at IN (SELECT filed_at FROM spans WHERE project_id = "
                       "{{project:String}} AND moved))",
                       filed);
  }

  std::vector<Range> ranges_left() const {
    std::vector<Range> ranges;
    for (const uint32_t hour : plan_.changed) ranges.push_back({hour, hour + 3'600});
    if (plan_.from != query_.from)
      ranges.push_back({filing_second(*query_.from), filing_second(*plan_.from)});
    if (plan_.until != query_.until)
      ranges.push_back({filing_second(*plan_.until), filing_second(*query_.until - 1) + 1});
    // Spans of a changed hour that start in the range are filed in it, or moved.
    const uint32_t first = query_.from ? filing_second(*query_.from) : 0;
    const uint32_t last = query_.until ? filing_second(*query_.until - 1) : UINT32_MAX;
    std::erase_if(ranges, [&](Range& range) {
      range.from = std::max(range.from, first);
      if (range.until > last) range.until = last + (last < UINT32_MAX ? 1 : 0);
      return range.from >= range.until;
    });
    std::ranges::sort(ranges, {}, &Range::from);
    // Neighbours first; then with ever larger gaps until they are few.
    for (uint32_t gap = 0;; gap = gap * 4 + 3'600) {
      std::vector<Range> merged;
      for (const Range& range : ranges) {
        if (!merged.empty() && range.from <= merged.back().until + uint64_t{gap}) {
          merged.back().until = std::max(merged.back().until, range.until);
        } else {
          merged.push_back(range);
        }
      }
      if (merged.size() <= kRangesMax) return merged;
    }
  }

  const MetricsQuery& query_;
  const Plan& plan_;
  const Condition& condition_;
  std::vector<std::string> names_;
};

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

int64_t whole_of(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The parts of "[a,b]" or of lines; none of an empty text.
std::vector<std::string_view> split(std::string_view text, char between) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(between), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

MeasuredTimes times_of(const EngineRow& row, size_t column) {
  MeasuredTimes times;
  times.count = row.number(column);
  if (times.count == 0) return times;
  times.mean =
      static_cast<double>(whole_of(row.text(column + 1))) / static_cast<double>(times.count);
  std::string_view list = row.text(column + 2);
  if (list.size() >= 2) list = list.substr(1, list.size() - 2);
  const std::vector<std::string_view> quantiles = split(list, ',');
  if (quantiles.size() != 3) return times;
  times.p50 = number_of(quantiles[0]);
  times.p95 = number_of(quantiles[1]);
  times.p99 = number_of(quantiles[2]);
  return times;
}

Result<MetricsRow> row_of(const EngineRow& row, size_t dimensions) {
  MetricsRow metrics;
  if (row.text(0) != "null") metrics.time = whole_of(row.text(0)) * kMicrosPerSecond;
  metrics.key = TRY(read_texts(row.text(1)));
  metrics.key.resize(dimensions);
  metrics.count = row.number(2);
  metrics.ok = row.number(3);
  metrics.error = row.number(4);
  metrics.latency = times_of(row, 5);
  metrics.first_token = times_of(row, 8);
  metrics.input_tokens = whole_of(row.text(11));
  metrics.input_known = row.number(12);
  metrics.output_tokens = whole_of(row.text(13));
  metrics.output_known = row.number(14);
  for (const std::string_view line : split(row.text(15), '\n')) {
    const std::vector<std::string_view> parts = split(line, '\t');
    if (parts.size() == 3)
      metrics.costs.push_back(
          {std::string(parts[0]), whole_of(parts[1]), static_cast<uint64_t>(whole_of(parts[2]))});
  }
  metrics.cost_known = row.number(16);
  return metrics;
}

}  // namespace

Result<MetricsAnswer> read_metrics(Store& store, const MetricsQuery& query) {
  CHECK(query.by.size() <= kMetricsDimensionsMax && query.level != Level::Session);
  Condition condition;
  if (query.where) condition = to_condition(*query.where);
  if (!condition.is_exact) {
    return fail(Code::InvalidInput,
                "the filter compares an attribute with a number, which only reading the spans can "
                "answer: use sonde analyze");
  }
  const Plan plan = TRY(make_plan(store, query));
  const std::string bytes = TRY(store.query(Statement(query, plan, condition).write()));
  const std::vector<EngineRow> rows = TRY(read_engine_rows(bytes));
  MetricsAnswer answer;
  answer.is_cut = rows.size() > query.rows_max;
  const unsigned bits = plan.uses_sums ? kHourBucketBits : kSpanBucketBits;
  answer.percentile_error = 1.0 / static_cast<double>(2U << bits);
  for (const EngineRow& row : rows) {
    if (answer.rows.size() == query.rows_max) break;
    answer.rows.push_back(TRY(row_of(row, query.by.size())));
  }
  return answer;
}

}  // namespace sonde
