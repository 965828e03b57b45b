// The groups as CSV (RFC 4180, with a heading; lines end in CRLF). Unknown is an empty field.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/decimal.h"
#include "base/time.h"
#include "report/csv_text.h"
#include "report/formats.h"
#include "report/group_columns.h"

namespace sonde {
namespace {

std::string number_field(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

std::string millis_field(double micros) { return number_field(micros / kMicrosPerMilli); }

template <class T>
std::string count_field(const std::optional<T>& count) {
  return count ? std::to_string(*count) : std::string();
}

using Field = std::string (*)(const GroupSummary&);
struct CsvColumn {
  std::string_view name;
  Field field;
};

template <uint64_t GroupSummary::*kCount>
std::string count_of(const GroupSummary& group) {
  return std::to_string(group.*kCount);
}

template <std::optional<Distribution> GroupSummary::*kTimes, double Distribution::*kFigure>
std::string millis_of(const GroupSummary& group) {
  return group.*kTimes ? millis_field((*(group.*kTimes)).*kFigure) : std::string();
}

template <std::optional<int64_t> GroupSummary::*kTime>
std::string time_of(const GroupSummary& group) {
  return group.*kTime ? format_iso_time(*(group.*kTime)) : std::string();
}

std::string costs_of(const GroupSummary& group) {
  std::string text;
  for (const CurrencyTotal& total : group.costs) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "; ", format_decimal_nanos(total.cost),
                        total.currency.empty() ? "" : " ", total.currency);
  }
  return csv_text(text);
}

constexpr auto kLatency = &GroupSummary::latency;
constexpr auto kTtft = &GroupSummary::ttft;
constexpr CsvColumn kColumns[] = {
    {"count", count_of<&GroupSummary::count>},
    {"ok", count_of<&GroupSummary::ok>},
    {"error", count_of<&GroupSummary::error>},
    {"cancelled", count_of<&GroupSummary::cancelled>},
    {"pending", count_of<&GroupSummary::pending>},
    {"unknown", count_of<&GroupSummary::unknown>},
    {"success_rate",
     [](const GroupSummary& g) { return g.success_rate ? number_field(*g.success_rate) : ""; }},
    {"success_low",
     [](const GroupSummary& g) {
       return g.success_interval ? number_field(g.success_interval->low) : "";
     }},
    {"success_high",
     [](const GroupSummary& g) {
       return g.success_interval ? number_field(g.success_interval->high) : "";
     }},
    {"errors", [](const GroupSummary& g) { return csv_text(counts_text(g.errors)); }},
    {"latency_ms_mean", millis_of<kLatency, &Distribution::mean>},
    {"latency_ms_p50", millis_of<kLatency, &Distribution::p50>},
    {"latency_ms_p95", millis_of<kLatency, &Distribution::p95>},
    {"latency_ms_p99",
     [](const GroupSummary& g) {
       return g.latency && g.latency->p99_enough ? millis_field(g.latency->p99) : std::string();
     }},
    {"latency_ms_max", millis_of<kLatency, &Distribution::max>},
    {"ttft_ms_p50", millis_of<kTtft, &Distribution::p50>},
    {"ttft_ms_p95", millis_of<kTtft, &Distribution::p95>},
    {"input_tokens", [](const GroupSummary& g) { return count_field(g.input_tokens); }},
    {"output_tokens", [](const GroupSummary& g) { return count_field(g.output_tokens); }},
    {"cost", costs_of},
    {"cost_known", count_of<&GroupSummary::cost_known>},
    {"models", [](const GroupSummary& g) { return csv_text(names_text(g.models)); }},
    {"first_time", time_of<&GroupSummary::first_time>},
    {"last_time", time_of<&GroupSummary::last_time>},
};

// The keys of all sections, each once, in the order in which they come.
std::vector<std::string> key_names(const Analysis& analysis) {
  std::vector<std::string> names;
  for (const Section& section : analysis.sections) {
    for (const std::string& name : section.by) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::string key_field(const Section& section, const GroupSummary& group, std::string_view name) {
  const auto by = std::find(section.by.begin(), section.by.end(), name);
  const auto index = static_cast<size_t>(by - section.by.begin());
  return index < group.key.size() ? csv_text(group.key[index]) : std::string();
}

}  // namespace

std::string render_csv(const Analysis& analysis, const ReadReport&, const RenderOptions&) {
  const std::vector<std::string> names = key_names(analysis);
  std::vector<std::string> fields;
  for (const std::string& name : names) fields.push_back(csv_text(name));
  for (const CsvColumn& column : kColumns) fields.emplace_back(column.name);
  std::string out = fmt::format("{}\r\n", fmt::join(fields, ","));
  for (const Section& section : analysis.sections) {
    for (const GroupSummary& group : section.groups) {
      fields.clear();
      for (const std::string& name : names) fields.push_back(key_field(section, group, name));
      for (const CsvColumn& column : kColumns) fields.push_back(column.field(group));
      out += fmt::format("{}\r\n", fmt::join(fields, ","));
    }
  }
  return out;
}

}  // namespace sonde
