// The comparison for programs: JSON and CSV. Rates from 0 to 1, times in milliseconds, costs in
// units of their currency.
#include <fmt/format.h>

#include <cmath>

#include "report/comparison_formats.h"
#include "report/csv_text.h"
#include "report/json_parts.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

// What a figure is divided by on its way out.
double scale_of(CompareMetric metric) {
  switch (metric) {
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return 1000;
    case CompareMetric::Cost:
      return 1e9;
    default:
      return 1;
  }
}

std::string_view unit_of(CompareMetric metric, const Variant& baseline) {
  switch (metric) {
    case CompareMetric::Success:
      return "share";
    case CompareMetric::Latency:
    case CompareMetric::Ttft:
      return "ms";
    case CompareMetric::Cost:
      return baseline.currency;
    default:
      return "tokens";
  }
}

void write_variant(JsonWriter& json, const Comparison& comparison, const Variant& v) {
  json.begin_object();
  json.field(to_string(comparison.by), v.name);
  json.known_field("scope", v.scope);
  json.known_field("template", v.text);
  json.field("count", v.summary.count);
  json.field("ok", v.summary.ok);
  json.field("error", v.summary.error);
  json.field("success_rate", v.summary.success_rate);
  write_rate_interval(json, v.summary);
  json.field("design_effect", v.summary.design_effect);
  const auto times = [&json](std::string_view name, const std::optional<Distribution>& d) {
    json.key(name);
    if (!d) return json.null();
    json.begin_object();
    json.field("mean", d->mean / 1000);
    json.field("p50", d->p50 / 1000);
    json.field("p95", d->p95 / 1000);
    json.end_object();
  };
  times("latency_ms", v.summary.latency);
  times("ttft_ms", v.summary.ttft);
  json.field("cost_per_call",
             v.cost_per_call ? std::optional(*v.cost_per_call / 1e9) : std::nullopt);
  json.known_field("currency", v.currency);
  json.key("pareto");
  json.boolean(v.in_pareto);
  json.end_object();
}

void write_test(JsonWriter& json, const VariantDifference& d, double scale) {
  const bool known = d.strata > 0 && d.enough;
  const auto figure = [known](double value) { return known ? std::optional(value) : std::nullopt; };
  json.field("difference", figure(d.difference / scale));
  json.field("low", figure(d.interval.low / scale));
  json.field("high", figure(d.interval.high / scale));
  json.known_field("interval_method", d.interval.method);
  json.known_field("test", d.test);
  json.field("p", figure(d.p_value));
  json.field("p_adjusted", figure(d.p_adjusted));
  json.field("verdict", to_string(d.verdict));
  if (d.superiority) {
    json.field("superiority", *d.superiority);
    write_interval(json, "superiority_interval", d.superiority_interval, 1);
  }
}

void write_difference(JsonWriter& json, const Comparison& comparison, const VariantDifference& d) {
  const Variant& variant = comparison.variants[d.variant];
  const Variant& baseline = comparison.variants[d.baseline];
  const double scale = scale_of(d.metric);
  json.begin_object();
  json.field("metric", to_string(d.metric));
  json.field("unit", unit_of(d.metric, baseline));
  json.known_field("scope", variant.scope);
  json.field("baseline", baseline.name);
  json.field("variant", variant.name);
  json.field("baseline_value", d.baseline_value / scale);
  json.field("variant_value", d.variant_value / scale);
  json.field("raw_difference", d.raw_difference / scale);
  write_test(json, d, scale);
  json.field("margin", d.margin / scale);
  json.field("detectable", d.detectable / scale);
  json.field("needed", d.needed);
  json.field("strata", d.strata);
  json.field("shared", d.shared);
  json.field("pairs", d.pairs);
  if (d.split) {
    json.field("mix", d.split->mix / scale);
    json.field("rate", d.split->rate / scale);
  }
  json.end_object();
}

std::string number_field(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

}  // namespace

std::string comparison_json(const Comparison& comparison, const ReadReport& read) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("level", to_string(comparison.level));
  json.field("success", comparison.success);
  json.field("time_zone", comparison.time_zone);
  json.field("excluded", read.excluded);
  json.field("rejected", read.rejected);
  json.field("filtered_out", comparison.filtered_out);
  json.field("filters", comparison.filters);
  json.field("by", to_string(comparison.by));
  json.field("same_work", comparison.strata);
  json.field("count", comparison.records);
  json.field("unnamed", comparison.unnamed);
  json.key("variants");
  json.begin_array();
  for (const Variant& variant : comparison.variants) write_variant(json, comparison, variant);
  json.end_array();
  json.key("differences");
  json.begin_array();
  for (const VariantDifference& d : comparison.differences) write_difference(json, comparison, d);
  json.end_array();
  json.field("comparison_notes", comparison.notes);
  write_read_report(json, read);
  json.end_object();
  return json.take();
}

std::string comparison_csv(const Comparison& comparison) {
  std::string out =
      "scope,metric,unit,baseline,variant,baseline_value,variant_value,difference,low,high,p,"
      "p_adjusted,verdict,needed,mix,rate\r\n";
  for (const VariantDifference& d : comparison.differences) {
    const Variant& variant = comparison.variants[d.variant];
    const Variant& baseline = comparison.variants[d.baseline];
    const double scale = scale_of(d.metric);
    const bool known = d.strata > 0 && d.enough;
    const auto figure = [known](double value) {
      return known ? number_field(value) : std::string();
    };
    out += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_text(variant.scope),
        to_string(d.metric), csv_text(unit_of(d.metric, baseline)), csv_text(baseline.name),
        csv_text(variant.name), number_field(d.baseline_value / scale),
        number_field(d.variant_value / scale), figure(d.difference / scale),
        figure(d.interval.low / scale), figure(d.interval.high / scale), figure(d.p_value),
        figure(d.p_adjusted), to_string(d.verdict), d.needed ? std::to_string(*d.needed) : "",
        d.split ? number_field(d.split->mix / scale) : "",
        d.split ? number_field(d.split->rate / scale) : "");
  }
  return out;
}

}  // namespace sonde
