#include "query/metrics.h"

#include <algorithm>

#include "api/metrics_json.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/rendering.h"
#include "query/condition.h"
#include "report/csv_text.h"
#include "report/format_number.h"
#include "report/group_columns.h"
#include "report/prose.h"
#include "report/table_layout.h"
#include "report/text_width.h"
#include "report/time_text.h"

namespace sonde {
namespace {

struct MetricsArguments : Arguments {
  std::string every;
};

std::string micros_text(const std::optional<double>& micros) {
  return micros ? format_micros(*micros) : std::string(kUnknown);
}

std::string tokens_text(int64_t tokens, uint64_t known) {
  return known == 0 ? std::string(kUnknown) : format_count(static_cast<uint64_t>(tokens));
}

std::string costs_text(const MetricsRow& row) {
  std::string text;
  for (const CurrencyTotal& total : row.costs)
    text +=
        fmt::format("{}{}", text.empty() ? "" : " + ", format_money(total.cost, total.currency));
  if (text.empty()) return std::string(kUnknown);
  if (row.cost_known < row.count) {
    text += fmt::format(" (known for {})", format_percent(static_cast<double>(row.cost_known) /
                                                          static_cast<double>(row.count)));
  }
  return text;
}

std::string period_text(const MetricsRow& row, const MetricsFrame& frame, const ZoneClock& clock) {
  if (!row.time) return "no time";
  const std::string minute = clock.minute(*row.time);
  if (frame.every == "hour") return minute;
  return minute.substr(0, frame.every == "month" ? 7 : 10);
}

std::vector<Cell> cells_of(const MetricsRow& row, const MetricsFrame& frame,
                           const ZoneClock& clock) {
  std::vector<Cell> cells;
  if (!frame.every.empty()) cells.push_back({period_text(row, frame, clock)});
  for (const std::string& key : row.key) cells.push_back({sanitize_line(key_text(key))});
  const std::optional<double> success = success_rate(row);
  cells.push_back({format_count(row.count)});
  cells.push_back({success ? format_rate(*success, success_interval(row)) : std::string(kUnknown)});
  cells.push_back({format_count(row.error), row.error > 0 ? Tone::Bad : Tone::Plain});
  for (const auto& value : {row.latency.mean, row.latency.p50, row.latency.p95,
                            shown_p99(row.latency), row.first_token.p50})
    cells.push_back({micros_text(value)});
  cells.push_back({tokens_text(row.input_tokens, row.input_known)});
  cells.push_back({tokens_text(row.output_tokens, row.output_known)});
  cells.push_back({costs_text(row)});
  return cells;
}

std::vector<LayoutColumn> columns_of(const MetricsFrame& frame) {
  std::vector<LayoutColumn> columns;
  if (!frame.every.empty())
    columns.push_back({fmt::format("{} ({})", frame.every, frame.time_zone)});
  for (const std::string& name : frame.by)
    columns.push_back({name, Align::Left, Keep::Always, 8, 2});
  const std::string counted = level_noun(frame.level, 2);
  for (const auto& [heading, keep] :
       {std::pair(counted, Keep::Always), std::pair(std::string("success [95 %]"), Keep::Always),
        std::pair(std::string("errors"), Keep::Fifth), std::pair(std::string("mean"), Keep::Third),
        std::pair(std::string("p50"), Keep::Fifth), std::pair(std::string("p95"), Keep::Always),
        std::pair(std::string("p99"), Keep::Second),
        std::pair(std::string("ttft p50"), Keep::First),
        std::pair(std::string("tokens in"), Keep::Second),
        std::pair(std::string("tokens out"), Keep::Second),
        std::pair(std::string("cost"), Keep::Fourth)})
    columns.push_back({heading, Align::Right, keep});
  return columns;
}

std::string to_table(const MetricsAnswer& answer, const MetricsFrame& frame,
                     const RenderOptions& options) {
  Prose prose(options);
  prose.heading(fmt::format("{} of {}", level_noun(frame.level, 2), frame.source));
  if (!frame.filters.empty())
    prose.paragraph("", fmt::format("only: {}", fmt::join(frame.filters, "; ")), Tone::Dim);
  if (answer.rows.empty()) {
    prose.paragraph("", "nothing there: no execution fits");
    return prose.take();
  }
  const ZoneClock clock(frame.time_zone);
  std::vector<std::vector<Cell>> rows;
  for (const MetricsRow& row : answer.rows) rows.push_back(cells_of(row, frame, clock));
  const LaidOut laid = lay_out(columns_of(frame), rows, prose.width(), prose.color());
  prose.append(laid.text);
  std::string notes = fmt::format(
      "percentiles within {:.1f} %; intervals take {} as independent, sonde analyze accounts for "
      "sessions and outages",
      100 * answer.percentile_error, level_noun(frame.level, 2));
  if (!laid.dropped.empty())
    notes += fmt::format("; left out for the width: {}", fmt::join(laid.dropped, ", "));
  if (answer.is_cut) notes += "; more rows are left out: --limit 0 shows all";
  prose.paragraph("", notes, Tone::Dim);
  return prose.take();
}

std::string to_csv(const MetricsAnswer& answer, const MetricsFrame& frame) {
  std::vector<std::string> names;
  if (!frame.every.empty()) names.emplace_back("time");
  for (const std::string& name : frame.by) names.push_back(csv_text(name));
  std::string text = fmt::format(
      "{}{}count,ok,error,latency_ms_mean,latency_ms_p50,latency_ms_p95,latency_ms_p99,"
      "ttft_ms_p50,input_tokens,output_tokens,cost,cost_known\r\n",
      fmt::join(names, ","), names.empty() ? "" : ",");
  const auto millis = [](const std::optional<double>& micros) {
    return micros ? fmt::format("{:.3f}", *micros / kMicrosPerMilli) : std::string();
  };
  for (const MetricsRow& row : answer.rows) {
    std::vector<std::string> fields;
    if (!frame.every.empty()) fields.push_back(row.time ? format_iso_time(*row.time) : "");
    for (const std::string& key : row.key) fields.push_back(csv_text(key));
    for (const uint64_t count : {row.count, row.ok, row.error})
      fields.push_back(std::to_string(count));
    for (const auto& value : {row.latency.mean, row.latency.p50, row.latency.p95,
                              shown_p99(row.latency), row.first_token.p50})
      fields.push_back(millis(value));
    fields.push_back(row.input_known == 0 ? "" : std::to_string(row.input_tokens));
    fields.push_back(row.output_known == 0 ? "" : std::to_string(row.output_tokens));
    fields.push_back(row.costs.empty() ? "" : csv_text(costs_text(row)));
    fields.push_back(std::to_string(row.cost_known));
    text += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return text;
}

Result<int> run(const MetricsArguments& arguments) {
  // The range is asked of the store by itself, so that the rest of the filter may be one that the
  // sums can answer.
  Arguments rest = arguments;
  rest.since.clear();
  rest.until.clear();
  rest.by.clear();
  const auto job = TRY(make_job(rest, {}));
  const auto ranged = TRY(make_job(
      [&] {
        Arguments range = arguments;
        range.where.clear();
        range.by.clear();
        return range;
      }(),
      {}));
  const RenderOptions render = TRY(make_render_options(arguments, job->settings));
  MetricsQuery query;
  MetricsFrame frame;
  query.project = job->settings.project;
  query.level = frame.level = job->options.level;
  if (query.level == Level::Session) {
    return fail(Code::InvalidInput,
                "sessions are not summed: sonde analyze --level session counts them");
  }
  const bool has_own_success =
      job->settings.success != Settings().success || !job->settings.app_success.empty();
  if (has_own_success || job->categories) {
    return fail(Code::InvalidInput,
                "sums hold the status and category that were logged: sonde analyze applies the "
                "settings success and category-map");
  }
  query.every = TRY(parse_every(arguments.every));
  frame.every = arguments.every;
  TRY(add_dimensions(arguments.by, query, frame));
  query.zone = job->options.zone;
  query.where = job->options.where;
  if (ranged->options.where) {
    const Condition range = to_condition(*ranged->options.where);
    query.from = range.from;
    query.until = range.until;
  }
  query.rows_max = arguments.limit == 0 ? 1'000'000 : arguments.limit;
  frame.filters = job->filters;
  frame.filters.insert(frame.filters.end(), ranged->filters.begin(), ranged->filters.end());
  frame.source = TRY(history_name(job->settings));
  frame.time_zone = job->settings.time_zone;
  OpenHistory history = TRY(open_history(job->settings));
  const MetricsAnswer answer = TRY(read_metrics(history.store(), query));
  switch (render.format) {
    case Format::Table:
      TRY(write_output(arguments, to_table(answer, frame, render)));
      break;
    case Format::Json:
      TRY(write_output(arguments, metrics_json(answer, frame)));
      break;
    case Format::Csv:
      TRY(write_output(arguments, to_csv(answer, frame)));
      break;
    default:
      return fail(Code::InvalidInput, "metrics prints table, json or csv (--format)");
  }
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_metrics(CLI::App& command) {
  const auto arguments = std::make_shared<MetricsArguments>();
  arguments->limit = 1'000;
  command.add_option("--by", arguments->by,
                     "group by up to three of: app, category, model, provider, prompt_name, "
                     "version, status, error_class, environment, user and other texts of a span");
  command.add_option("--every", arguments->every, "a row each hour, day, week or month");
  add_filter_options(command, *arguments);
  add_output_options(command, *arguments, "table, json or csv");
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
