#include "api/metrics_json.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/time.h"
#include "report/json_parts.h"
#include "stats/proportion.h"
#include "stats/shown.h"

namespace sonde {
namespace {

void write_times(JsonWriter& json, std::string_view name, const MeasuredTimes& times) {
  const auto millis = [](const std::optional<double>& micros) {
    return micros ? std::optional(*micros / kMicrosPerMilli) : std::nullopt;
  };
  json.key(name);
  json.begin_object();
  json.field("count", times.count);
  json.field("mean", millis(times.mean));
  json.field("p50", millis(times.p50));
  json.field("p95", millis(times.p95));
  json.field("p99", millis(shown_p99(times)));
  if (times.p99 && !shown_p99(times)) json.field("p99_note", kTooFew);
  json.end_object();
}

void write_row(JsonWriter& json, const MetricsRow& row, const MetricsFrame& frame) {
  json.begin_object();
  if (!frame.every.empty()) {
    json.key("time");
    row.time ? json.text(format_iso_time(*row.time)) : json.null();
  }
  for (size_t i = 0; i < frame.by.size(); ++i) json.known_field(frame.by[i], row.key[i]);
  json.field("count", row.count);
  json.field("ok", row.ok);
  json.field("error", row.error);
  json.field("success_rate", success_rate(row));
  if (const auto interval = success_interval(row)) {
    write_interval(json, "success_interval", *interval, 1);
  } else {
    json.key("success_interval");
    json.null();
  }
  write_times(json, "latency_ms", row.latency);
  write_times(json, "ttft_ms", row.first_token);
  const auto tokens = [&](std::string_view name, int64_t sum, uint64_t known) {
    json.field(name, known == 0 ? std::nullopt : std::optional(static_cast<uint64_t>(sum)));
  };
  tokens("input_tokens", row.input_tokens, row.input_known);
  tokens("output_tokens", row.output_tokens, row.output_known);
  json.key("cost");
  json.begin_array();
  for (const CurrencyTotal& total : row.costs) {
    json.begin_object();
    json.known_field("currency", total.currency);
    json.field("amount", format_decimal_nanos(total.cost));
    json.field("count", total.count);
    json.end_object();
  }
  json.end_array();
  json.field("cost_coverage", static_cast<double>(row.cost_known) / static_cast<double>(row.count));
  json.end_object();
}

}  // namespace

Result<MetricsQuery::Every> parse_every(const std::string& text) {
  using Every = MetricsQuery::Every;
  constexpr std::pair<std::string_view, Every> kKnown[] = {{"", Every::Nothing},
                                                           {"hour", Every::Hour},
                                                           {"day", Every::Day},
                                                           {"week", Every::Week},
                                                           {"month", Every::Month}};
  for (const auto& [name, every] : kKnown) {
    if (text == name) return every;
  }
  return fail(Code::InvalidInput, "no --every '{}': known are hour, day, week and month", text);
}

Result<> add_dimensions(const std::string& list, MetricsQuery& query, MetricsFrame& frame) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(',', at), list.size());
    const std::string name = list.substr(at, end - at);
    const Column* const column = find_column(name == "node" ? "name" : name);
    const bool is_text = column != nullptr && (std::holds_alternative<TextMember>(column->member) ||
                                               column->field == Field::Status);
    if (!is_text) {
      return fail(Code::InvalidInput,
                  "cannot group by '{}': known are app, category, model, provider, version, "
                  "status, error_class, environment, user and the other texts of a span; --every "
                  "hour, day, week or month groups by time",
                  name);
    }
    query.by.push_back(column->field);
    frame.by.push_back(name);
    at = end + 1;
  }
  if (query.by.size() > kMetricsDimensionsMax) {
    return fail(Code::InvalidInput, "--by takes up to {} names, not {}", kMetricsDimensionsMax,
                query.by.size());
  }
  return {};
}

std::optional<Interval> success_interval(const MetricsRow& row) {
  const uint64_t rated = row.ok + row.error;
  if (rated == 0) return std::nullopt;
  const double share = static_cast<double>(row.ok) / static_cast<double>(rated);
  const auto n = static_cast<double>(rated);
  if (!enough_for_rate(share, n)) return std::nullopt;
  return wilson_corrected_interval(share, n);
}

std::optional<double> success_rate(const MetricsRow& row) {
  if (row.ok + row.error == 0) return std::nullopt;
  return static_cast<double>(row.ok) / static_cast<double>(row.ok + row.error);
}

std::optional<double> shown_p99(const MeasuredTimes& times) {
  return enough_for_quantile(static_cast<double>(times.count), 0.99) ? times.p99 : std::nullopt;
}

std::string metrics_json(const MetricsAnswer& answer, const MetricsFrame& frame) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("level", to_string(frame.level));
  json.field("source", frame.source);
  json.field("time_zone", frame.time_zone);
  json.known_field("every", frame.every);
  json.field("filters", frame.filters);
  json.field("percentile_error", answer.percentile_error);
  json.key("has_more");
  json.boolean(answer.is_cut);
  json.key("groups");
  json.begin_array();
  for (const MetricsRow& row : answer.rows) write_row(json, row, frame);
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace sonde
