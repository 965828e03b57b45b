#include "report/group_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "metrics/metric_table.h"
#include "report/format_number.h"

namespace sonde {
namespace {

template <double Distribution::*kFigure>
std::string latency_text(const GroupSummary& group) {
  return group.latency ? format_micros((*group.latency).*kFigure) : std::string(kUnknown);
}

std::string p99_text(const GroupSummary& group) {
  if (group.latency && !group.latency->p99_enough) return std::string(kUnknown);
  return latency_text<&Distribution::p99>(group);
}

template <double Distribution::*kFigure>
std::string ttft_text(const GroupSummary& group) {
  return group.ttft ? format_micros((*group.ttft).*kFigure) : std::string(kUnknown);
}

template <std::optional<uint64_t> GroupSummary::*kTokens>
std::string tokens_text(const GroupSummary& group) {
  return group.*kTokens ? format_count(*(group.*kTokens)) : std::string(kUnknown);
}

std::string count_text(const GroupSummary& group) { return format_count(group.count); }

std::string success_text(const GroupSummary& group) {
  if (!group.success_rate) return std::string(kUnknown);
  return format_rate(*group.success_rate, group.success_interval);
}

std::string errors_text(const GroupSummary& group) {
  return group.errors.empty() ? format_count(group.error) : counts_text(group.errors);
}

std::string models_text(const GroupSummary& group) {
  return group.models.empty() ? std::string(kUnknown) : names_text(group.models);
}

bool always(const GroupSummary&) { return true; }
bool has_errors(const GroupSummary& total) { return total.error > 0; }
bool has_latency(const GroupSummary& total) { return total.latency.has_value(); }
bool has_ttft(const GroupSummary& total) { return total.ttft.has_value(); }
bool has_input(const GroupSummary& total) { return total.input_tokens.has_value(); }
bool has_output(const GroupSummary& total) { return total.output_tokens.has_value(); }
bool has_cost(const GroupSummary& total) { return !total.costs.empty(); }
bool has_models(const GroupSummary& total) { return !total.models.empty(); }

constexpr GroupColumn kColumns[] = {
    {"count", Align::Right, Keep::Always, false, always, count_text},
    {"success_rate", Align::Right, Keep::Always, false, always, success_text},
    {"errors", Align::Left, Keep::Fifth, true, has_errors, errors_text},
    {"latency_ms.mean", Align::Right, Keep::Third, false, has_latency,
     latency_text<&Distribution::mean>},
    {"latency_ms.p50", Align::Right, Keep::Always, false, has_latency,
     latency_text<&Distribution::p50>},
    {"latency_ms.p95", Align::Right, Keep::Always, false, has_latency,
     latency_text<&Distribution::p95>},
    {"latency_ms.p99", Align::Right, Keep::Second, false, has_latency, p99_text},
    {"ttft_ms.p50", Align::Right, Keep::Second, false, has_ttft, ttft_text<&Distribution::p50>},
    {"ttft_ms.p95", Align::Right, Keep::First, false, has_ttft, ttft_text<&Distribution::p95>},
    {"input_tokens", Align::Right, Keep::Third, false, has_input,
     tokens_text<&GroupSummary::input_tokens>},
    {"output_tokens", Align::Right, Keep::Third, false, has_output,
     tokens_text<&GroupSummary::output_tokens>},
    {"cost", Align::Right, Keep::Fourth, false, has_cost, cost_text},
    {"models", Align::Left, Keep::Fourth, true, has_models, models_text},
};

}  // namespace

std::span<const GroupColumn> group_columns() { return kColumns; }

std::vector<const GroupColumn*> known_columns(const GroupSummary& total,
                                              const std::vector<std::string>& by) {
  const bool by_model = std::find(by.begin(), by.end(), "model") != by.end();
  std::vector<const GroupColumn*> columns;
  for (const GroupColumn& column : kColumns) {
    if (by_model && column.metric == "models") continue;
    if (column.known(total)) columns.push_back(&column);
  }
  return columns;
}

std::string column_heading(const GroupColumn& column, Level level) {
  if (column.metric == "count") return level_noun(level, 2);
  for (const Metric& metric : metrics()) {
    if (metric.name == column.metric) return std::string(metric.title);
  }
  return std::string(column.metric);
}

std::string level_noun(Level level, uint64_t count) {
  return std::string(to_string(level)) + (count == 1 ? "" : "s");
}

std::string key_text(const std::string& value) { return value.empty() ? "(unknown)" : value; }

std::string counts_text(const NameCounts& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_count(count));
  }
  return text;
}

std::string names_text(const NameCounts& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string cost_text(const GroupSummary& group) {
  if (group.costs.empty()) return std::string(kUnknown);
  std::string text;
  for (const CurrencyTotal& total : group.costs) {
    text += (text.empty() ? "" : " + ") + format_money(total.cost, total.currency);
  }
  if (group.cost_known >= group.count) return text;
  const double share = static_cast<double>(group.cost_known) / static_cast<double>(group.count);
  return fmt::format("{} ({} known)", text, format_percent(share));
}

}  // namespace sonde
