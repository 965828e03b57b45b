#include "cli/pages.h"

#include <fmt/format.h>

#include "analysis/check.h"
#include "base/settings.h"
#include "dialects/rule.h"
#include "metrics/metric_table.h"
#include "model/columns.h"
#include "model/span_json.h"
#include "sources/source.h"

namespace sonde {
namespace {

std::string fields_markdown() {
  std::string text =
      "# Fields of a span\n\nGenerated from `span_columns()` in `src/model/columns.cc`. Filters, "
      "grouping and JSON use these "
      "names;\na duration's JSON key ends in `_us` (whole microseconds).\n\n"
      "| field | also | in JSON | meaning |\n|---|---|---|---|\n";
  for (const Column& column : span_columns()) {
    text += fmt::format("| `{}` | {} | `{}` | {} |\n", column.name,
                        column.alias.empty() ? "" : fmt::format("`{}`", column.alias),
                        json_key(column), column.description);
  }
  return text + "\nWhatever won no field is `attributes.NAME`.\n";
}

std::string metrics_markdown() {
  std::string text =
      "# Metrics and levels\n\nGenerated from `metrics()` in `src/metrics/metric_table.cc` and "
      "`source_levels()` in\n"
      "`src/sources/all_sources.cc`.\n\n| metric | unit | how it is computed | leaves out "
      "|\n|---|---|---|---|\n";
  for (const Metric& metric : metrics()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", metric.name, metric.unit, metric.formula,
                        metric.excludes);
  }
  text += "\nWhat counts at which level (`--level`):\n\n| source | counts |\n|---|---|\n";
  for (const SourceLevels& row : source_levels())
    text += fmt::format("| {} | {} |\n", row.sources, row.counts);
  return text;
}

std::string dialects_markdown() {
  std::string text =
      "# Dialects\n\nGenerated from `all_dialects()`. Where two attributes claim one field, the "
      "dialect further up wins.\n";
  for (const Dialect* const dialect : all_dialects()) {
    text += fmt::format("\n## {}\n\n| attribute | field |\n|---|---|\n", dialect->name);
    for (const Rule& rule : dialect->rules) {
      const std::string_view field =
          rule.field == Field::Attributes ? "-" : column(rule.field).name;
      const std::string_view also = rule.shape == Shape::Documents ? ", `documents`" : "";
      text += fmt::format("| `{}`{} | {}{} |\n", rule.key,
                          is_prefix(rule.shape) ? " and what begins with it" : "",
                          field == "-" ? "(see the code)" : fmt::format("`{}`", field), also);
    }
  }
  return text;
}

struct Page {
  std::string_view name;
  std::string (*text)();
};
constexpr Page kPages[] = {{"settings", settings_markdown},
                           {"fields", fields_markdown},
                           {"metrics", metrics_markdown},
                           {"dialects", dialects_markdown}};

}  // namespace

Result<std::string> documentation_page(const std::string& name) {
  for (const Page& page : kPages) {
    if (page.name == name) return page.text();
  }
  return fail(Code::InvalidInput, "no page '{}': known are settings, fields, metrics and dialects",
              name);
}

std::string metric_reference() {
  std::string text = "\nLevels:\n";
  for (const SourceLevels& row : source_levels())
    text += fmt::format("  {:<37} {}\n", row.sources, row.counts);
  text += "\nMetrics:\n";
  for (const Metric& metric : metrics()) {
    text += fmt::format("  {:<17} {}{}{}\n", metric.name, metric.formula,
                        metric.excludes.empty() ? "" : "; leaves out ", metric.excludes);
  }
  return text;
}

std::string field_reference() {
  std::string text = "\nFields, for --where:\n";
  for (const Column& column : span_columns()) {
    text += fmt::format("  {:<20} {}\n", column.name, column.description);
  }
  return text;
}

std::string check_file_reference() {
  std::string text =
      "\nIn sonde.toml, for what is not typed (a $NAME in notify is a variable):\n"
      "  [check]\n"
      "  fail-if = [\"success_rate < 0.95\", \"latency_ms.p95 > 8s\"]\n"
      "  notify = \"$SONDE_NOTIFY_URL\"\n"
      "It takes";
  for (const CommandOption& option : kCheckOptions) {
    text += fmt::format("{} {}", &option == std::begin(kCheckOptions) ? "" : ",", option.name);
  }
  return text + ".\n";
}

std::string check_reference() {
  std::string text = "\nChecks:\n";
  for (const Check& check : all_checks()) {
    text += fmt::format("  {:<27} {:<6} {}\n", check.id, to_string(check.kind), check.description);
  }
  return text;
}

}  // namespace sonde
