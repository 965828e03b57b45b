// The analysis as one JSON object; see report.h for the units.
#include "base/decimal.h"
#include "base/time.h"
#include "metrics/metric_table.h"
#include "report/formats.h"
#include "report/json_parts.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

void write_distribution(JsonWriter& json, std::string_view name,
                        const std::optional<Distribution>& times) {
  json.key(name);
  if (!times) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("mean", times->mean / kMicrosPerMilli);
  json.field("p50", times->p50 / kMicrosPerMilli);
  json.field("p95", times->p95 / kMicrosPerMilli);
  json.field("p99", times->p99_enough ? std::optional(times->p99 / kMicrosPerMilli) : std::nullopt);
  if (!times->p99_enough) json.field("p99_note", kTooFew);
  json.field("max", times->max / kMicrosPerMilli);
  json.field("count", times->count);
  json.key("exact");
  json.boolean(times->exact);
  write_interval(json, "p50_interval", times->p50_interval, kMicrosPerMilli);
  write_interval(json, "p95_interval", times->p95_interval, kMicrosPerMilli);
  json.end_object();
}

void write_counts(JsonWriter& json, std::string_view name, const NameCounts& counts) {
  json.key(name);
  json.begin_object();
  for (const auto& [key, count] : counts) json.field(key, count);
  json.end_object();
}

void write_costs(JsonWriter& json, const GroupSummary& group) {
  json.key("cost");
  json.begin_array();
  for (const CurrencyTotal& total : group.costs) {
    json.begin_object();
    json.known_field("currency", total.currency);
    json.field("amount", format_decimal_nanos(total.cost));
    json.field("count", total.count);
    json.end_object();
  }
  json.end_array();
  json.field("cost_coverage", group.count == 0
                                  ? std::nullopt
                                  : std::optional(static_cast<double>(group.cost_known) /
                                                  static_cast<double>(group.count)));
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<int64_t>& time) {
  json.known_field(name, time ? format_iso_time(*time) : std::string());
}

// The members of a group but its key.
void write_figures(JsonWriter& json, const GroupSummary& group) {
  json.field("count", group.count);
  json.field("ok", group.ok);
  json.field("error", group.error);
  json.field("cancelled", group.cancelled);
  json.field("pending", group.pending);
  json.field("unknown", group.unknown);
  json.field("success_rate", group.success_rate);
  write_rate_interval(json, group);
  json.field("design_effect", group.design_effect);
  write_counts(json, "errors", group.errors);
  write_distribution(json, "latency_ms", group.latency);
  write_distribution(json, "ttft_ms", group.ttft);
  json.field("input_tokens", group.input_tokens);
  json.field("output_tokens", group.output_tokens);
  json.field("tokens_known", group.tokens_known);
  write_costs(json, group);
  json.key("models");
  json.begin_array();
  for (const auto& [name, count] : group.models) json.text(name);
  json.end_array();
  write_time(json, "first_time", group.first_time);
  write_time(json, "last_time", group.last_time);
}

void write_group(JsonWriter& json, const std::vector<std::string>& by, const GroupSummary& group) {
  json.begin_object();
  for (size_t i = 0; i < by.size() && i < group.key.size(); ++i) {
    json.known_field(by[i], group.key[i]);
  }
  write_figures(json, group);
  json.end_object();
}

void write_groups(JsonWriter& json, const Analysis& analysis) {
  json.key("total");
  json.begin_object();
  write_figures(json, analysis.total);
  json.end_object();
  json.key("sections");
  json.begin_array();
  for (const Section& section : analysis.sections) {
    json.begin_object();
    json.field("by", section.by);
    json.field("groups", uint64_t{section.groups.size()});
    json.field("groups_dropped", section.groups_dropped);
    json.end_object();
  }
  json.end_array();
  json.key("groups");
  json.begin_array();
  for (const Section& section : analysis.sections) {
    for (const GroupSummary& group : section.groups) write_group(json, section.by, group);
  }
  json.end_array();
  json.key("by_model");
  json.begin_array();
  for (const GroupSummary& group : analysis.by_model) write_group(json, {"model"}, group);
  json.end_array();
}

void write_metrics(JsonWriter& json) {
  json.key("metrics");
  json.begin_array();
  for (const Metric& metric : metrics()) {
    json.begin_object();
    json.field("name", metric.name);
    json.field("title", metric.title);
    json.known_field("unit", metric.unit);
    json.field("formula", metric.formula);
    json.known_field("excludes", metric.excludes);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string render_json(const Analysis& analysis, const ReadReport& read, const RenderOptions&) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("level", to_string(analysis.level));
  json.field("success", analysis.success);
  json.field("time_zone", analysis.time_zone);
  json.field("excluded", analysis.excluded);
  json.field("rejected", read.rejected);
  json.field("filtered_out", analysis.filtered_out);
  json.field("filters", analysis.filters);
  json.known_field("clusters", analysis.clusters);
  write_counts(json, "other_levels", analysis.other_levels);
  json.key("claims");
  json.begin_array();
  for (const Claim& claim : analysis.claims) json.text(claim.sentence);
  json.end_array();
  write_groups(json, analysis);
  write_read_report(json, read);
  write_metrics(json);
  json.end_object();
  return json.take();
}

}  // namespace sonde
