#include "store/hours.h"

#include <algorithm>
#include <set>
#include <vector>

#include "store/engine_rows.h"
#include "store/native_reader.h"
#include "store/native_writer.h"

namespace sonde {
namespace {

constexpr uint32_t kHour = 3'600;
// Of one statement: what is summed at once has to fit into memory.
constexpr uint32_t kHoursAtOnce = 7 * 24;

std::string hour_list(const std::vector<uint32_t>& hours) {
  return fmt::format("(SELECT toDateTime(arrayJoin([{}]), 'UTC'))", fmt::join(hours, ","));
}

std::string dimensions() {
  std::string list = "[('', '')";
  for (const Column& column : span_columns()) {
    if (kHourDimensions.has(column.field))
      list += fmt::format(", ('{0}', toString({0}))", column.name);
  }
  return list + "]";
}

// One kind of rows of the hours from `first` to `last`.
std::string sums(const std::string& project, uint32_t first, uint32_t last, std::string_view where,
                 uint64_t number, bool is_duration) {
  const std::string_view value = is_duration ? "duration" : "time_to_first_token";
  const std::string bucket = bucket_expression(
      fmt::format("toUInt64(greatest(assumeNotNull({}), 0))", value), kHourBucketBits);
  const std::string_view amounts =
      is_duration ? "sum(ifNull(input_tokens, 0)), count(input_tokens), sum(ifNull(output_tokens, "
                    "0)), count(output_tokens), sum(toDecimal128(ifNull(cost, 0), 9)), count(cost)"
                  : "0, 0, 0, 0, toDecimal128(0, 9), 0";
  return fmt::format(
      "SELECT project_id, ifNull(toStartOfHour(toDateTime(start_time, 'UTC')), toDateTime(0, "
      "'UTC')) AS hour, toStartOfHour(filed_at) AS filed_hour, {number}, levels, d.1 AS dimension, "
      "d.2 AS value, status, currency, '{measure}' "
      "AS measure, if(isNull({value}), NULL, {bucket}) AS the_bucket, count(), sum(ifNull({value}, "
      "0)), {amounts} FROM spans FINAL ARRAY JOIN {dimensions} AS d WHERE project_id = {project} "
      "AND filed_at >= "
      "toDateTime({first}, 'UTC') AND filed_at < toDateTime({last}, 'UTC') AND {where}{known} "
      "GROUP BY project_id, hour, filed_hour, levels, dimension, value, status, currency, "
      "the_bucket",
      fmt::arg("number", number), fmt::arg("dimensions", dimensions()),
      fmt::arg("measure", is_duration ? "duration" : "first_token"), fmt::arg("value", value),
      fmt::arg("bucket", bucket), fmt::arg("amounts", amounts),
      fmt::arg("project", quoted(project)), fmt::arg("first", first), fmt::arg("last", last),
      fmt::arg("where", where),
      fmt::arg("known", is_duration ? "" : " AND isNotNull(time_to_first_token)"));
}

Result<> make_some(Store& store, const std::string& project, const std::vector<uint32_t>& hours,
                   uint64_t number) {
  const uint32_t last = hours.back() + kHour;
  const std::string where = fmt::format("toStartOfHour(filed_at) IN {}", hour_list(hours));
  TRY(store.execute(fmt::format(
      "INSERT INTO hours (project_id, hour, filed_hour, built, levels, dimension, value, "
      "status, currency, measure, bucket, spans, total, input_tokens, input_known, output_tokens, "
      "output_known, cost, cost_known) {} UNION ALL {}",
      sums(project, hours.front(), last, where, number, true),
      sums(project, hours.front(), last, where, number, false))));
  return store.execute(
      fmt::format("INSERT INTO hour_states SELECT {}, toDateTime(arrayJoin([{}]), 'UTC'), 0, {}",
                  quoted(project), fmt::join(hours, ","), number));
}

struct Changed {
  std::vector<uint32_t> hours;  // Ascending.
  bool were_made = false;       // Any of them: there are rows that no longer count.
};

Result<Changed> changed_hours(Store& store, const std::string& project,
                              std::optional<uint64_t> unchanged_since) {
  const std::string bytes = TRY(store.query(
      {fmt::format("SELECT toUInt32(filed_hour), max(built) > 0 FROM hour_states WHERE project_id "
                   "= {{project:String}} GROUP BY filed_hour HAVING max(changed) > max(built){} "
                   "ORDER BY filed_hour",
                   unchanged_since ? fmt::format(" AND max(changed) < {}", *unchanged_since) : ""),
       {{"project", project}},
       "JSONCompactEachRow"}));
  const std::vector<EngineRow> rows = TRY(read_engine_rows(bytes));
  Changed changed;
  for (const EngineRow& row : rows) {
    changed.hours.push_back(static_cast<uint32_t>(row.number(0)));
    changed.were_made = changed.were_made || row.number(1) > 0;
  }
  return changed;
}

}  // namespace

std::string bucket_expression(std::string_view value, unsigned bits) {
  const std::string shift =
      fmt::format("if({0} < {1}, 0, toUInt16(floor(log2({0}))) - {2})", value, 2U << bits, bits);
  return fmt::format(
      "toUInt16(bitShiftLeft(toUInt64({0}), {1}) + bitShiftRight(toUInt64({2}), {0}))", shift, bits,
      value);
}

std::string middle_expression(std::string_view bucket, unsigned bits) {
  const std::string shift =
      fmt::format("if({0} < {1}, 0, bitShiftRight({0}, {2}) - 1)", bucket, 2U << bits, bits);
  return fmt::format(
      "toFloat64(bitShiftLeft(toUInt64({0}) - bitShiftLeft(toUInt64({1}), {2}), {1})) + "
      "(exp2({1}) - 1) / 2",
      bucket, shift, bits);
}

Result<> mark_hours(Store& store, std::string_view keys, uint64_t number,
                    const std::string& token) {
  std::set<std::pair<std::string, uint32_t>> hours;
  NativeBlock block;
  while (!keys.empty()) {
    const size_t size = TRY(decode_native(keys, block));
    if (size == 0) return fail(Code::Internal, "a batch ends inside of its keys");
    const auto column = [&](std::string_view name) {
      return std::find_if(block.columns.begin(), block.columns.end(),
                          [&](const NativeColumn& each) { return each.name == name; });
    };
    const auto project = column("project_id");
    const auto filed_at = column("filed_at");
    if (project == block.columns.end() || filed_at == block.columns.end())
      return fail(Code::Internal, "a batch's keys lack a column");
    for (size_t row = 0; row < block.rows; ++row)
      hours.emplace(project->texts[row], filed_at->number<uint32_t>(row) / kHour * kHour);
    keys.remove_prefix(size);
  }
  NativeWriter writer(4, hours.size());
  writer.column("project_id", "String");
  for (const auto& [project, hour] : hours) writer.text(project);
  writer.column("filed_hour", "DateTime('UTC')");
  for (const auto& [project, hour] : hours) writer.number(hour);
  writer.column("changed", "UInt64");
  for (size_t i = 0; i < hours.size(); ++i) writer.number(number);
  writer.column("built", "UInt64");
  for (size_t i = 0; i < hours.size(); ++i) writer.number(uint64_t{0});
  return store.insert("hour_states", writer.bytes(), token);
}

Result<> mark_hours_before(Store& store, const std::string& project, uint32_t before,
                           uint64_t number) {
  return store.execute(
      fmt::format("INSERT INTO hour_states SELECT DISTINCT project_id, filed_hour, {}, 0 FROM "
                  "hour_states WHERE "
                  "project_id = {} AND filed_hour < toDateTime({}, 'UTC')",
                  number, quoted(project), before));
}

Result<> mark_listed_hours(Store& store, const std::string& project, uint64_t number) {
  return store.execute(fmt::format(
      "INSERT INTO hour_states SELECT DISTINCT project_id, toStartOfHour(filed_at), {}, 0 FROM "
      "removals WHERE project_id = {} AND version = 0",
      number, quoted(project)));
}

Result<uint64_t> make_hours(Store& store, const std::string& project, uint64_t number,
                            std::optional<uint64_t> unchanged_since) {
  const Changed changed = TRY(changed_hours(store, project, unchanged_since));
  std::vector<uint32_t> some;
  const auto flush = [&]() -> Result<> {
    if (!some.empty()) TRY(make_some(store, project, some, number));
    some.clear();
    return {};
  };
  for (const uint32_t hour : changed.hours) {
    if (!some.empty() && hour - some.front() >= kHoursAtOnce * kHour) TRY(flush());
    some.push_back(hour);
  }
  TRY(flush());
  if (changed.were_made) {
    TRY(store.execute(fmt::format(
        "ALTER TABLE hours DELETE WHERE project_id = {0} AND (filed_hour, built) NOT IN (SELECT "
        "filed_hour, max(built) FROM hour_states WHERE project_id = {0} GROUP BY filed_hour)",
        quoted(project))));
  }
  return changed.hours.size();
}

}  // namespace sonde
