#include "report/comparison_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/comparison_text.h"
#include "report/format_number.h"
#include "report/group_columns.h"

namespace sonde {
namespace {

bool always(const Variant&) { return true; }
bool has_times(const Variant& v) { return v.summary.latency.has_value(); }
bool has_cost(const Variant& v) { return v.cost_per_call.has_value(); }
constexpr VariantColumn kVariantColumns[] = {
    {"calls", Align::Right, Keep::Always,
     [](const Variant& v) { return format_count(v.summary.count); }, always},
    {"success (95 % interval)", Align::Right, Keep::Always,
     [](const Variant& v) {
       return v.summary.success_rate
                  ? format_rate(*v.summary.success_rate, v.summary.success_interval)
                  : std::string(kUnknown);
     },
     always},
    {"p50", Align::Right, Keep::Fourth,
     [](const Variant& v) {
       return v.summary.latency ? format_micros(v.summary.latency->p50) : std::string(kUnknown);
     },
     has_times},
    {"p95", Align::Right, Keep::First,
     [](const Variant& v) {
       return v.summary.latency ? format_micros(v.summary.latency->p95) : std::string(kUnknown);
     },
     has_times},
    {"cost a call", Align::Right, Keep::Third,
     [](const Variant& v) {
       return v.cost_per_call ? format_money(static_cast<int64_t>(*v.cost_per_call), v.currency)
                              : std::string(kUnknown);
     },
     has_cost},
    {"best trade-off", Align::Left, Keep::Second,
     [](const Variant& v) { return std::string(v.in_pareto ? "yes" : ""); }, always},
};

}  // namespace

std::vector<const VariantColumn*> known_columns(const Comparison& comparison) {
  std::vector<const VariantColumn*> columns;
  for (const VariantColumn& column : kVariantColumns) {
    if (std::any_of(comparison.variants.begin(), comparison.variants.end(), column.known))
      columns.push_back(&column);
  }
  return columns;
}

bool has_interval(const VariantDifference& d) { return d.strata > 0 && d.enough; }

std::vector<std::string> difference_row(const Comparison& comparison, const VariantDifference& d) {
  const Variant& variant = comparison.variants[d.variant];
  const Variant& baseline = comparison.variants[d.baseline];
  const bool known = has_interval(d);
  return {variant.name,
          baseline.name,
          std::string(to_string(d.metric)),
          metric_value(d.metric, d.baseline_value, baseline.currency),
          metric_value(d.metric, d.variant_value, variant.currency),
          known ? metric_change(d.metric, d.difference, baseline.currency) : std::string(kUnknown),
          known ? metric_interval(d, baseline.currency) : std::string(kUnknown),
          known ? p_words(d.p_adjusted) : std::string(kUnknown),
          verdict_words(comparison, d)};
}

std::string scope_heading(const Comparison& comparison, const std::string& scope) {
  return scope.empty() ? fmt::format("By {}", to_string(comparison.by))
                       : fmt::format("By {}: {}", to_string(comparison.by), scope);
}

}  // namespace sonde
