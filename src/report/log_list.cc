#include "report/log_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.h"
#include "base/time.h"
#include "model/message.h"
#include "model/span_json.h"
#include "report/csv_text.h"
#include "report/format_number.h"
#include "report/json_writer.h"
#include "report/prose.h"
#include "report/table_layout.h"
#include "report/text_width.h"
#include "report/time_text.h"

namespace sonde {
namespace {

constexpr size_t kPromptBytesMax = 400;  // More than two lines of any terminal take.
constexpr size_t kPromptWidthMin = 14;
constexpr size_t kPromptLines = 2;
constexpr size_t kIdBytesMin = 12;
constexpr size_t kIdBytesSpare = 5;
constexpr int kSchemaVersion = 1;

std::string whole(const std::optional<int64_t>& number) {
  return number ? format_count(static_cast<uint64_t>(std::max<int64_t>(*number, 0)))
                : std::string(kUnknown);
}

std::string outcome_of(const Span& span) {
  if (span.refusal.value_or(false)) return "refused";
  if (span.status != Status::Error || span.error_class.empty()) {
    return std::string(to_string(span.status));
  }
  return span.error_class == "unknown" ? "error" : span.error_class;
}

Tone tone_of(const Span& span) {
  return span.status == Status::Error || span.refusal.value_or(false) ? Tone::Bad : Tone::Plain;
}

std::string app_of(const Span& span) {
  for (const std::string* name : {&span.app_name, &span.category, &span.app_id, &span.name}) {
    if (!name->empty()) return *name;
  }
  return std::string(kUnknown);
}

std::string id_of(const Span& span) {
  for (const std::string* id : {&span.span_id, &span.message_id, &span.run_id, &span.trace_id}) {
    if (!id->empty()) return *id;
  }
  return std::string(kUnknown);
}

// How much of the ids tells them apart, with some to spare for those that are not in the list:
// `sonde show` takes the beginning of an id.
size_t id_width(const std::vector<Span>& spans) {
  std::vector<std::string> ids;
  for (const Span& span : spans) ids.push_back(id_of(span));
  std::ranges::sort(ids);
  size_t width = kIdBytesMin;
  for (size_t i = 1; i < ids.size(); ++i) {
    if (ids[i] == ids[i - 1]) continue;
    const auto differ = std::ranges::mismatch(ids[i], ids[i - 1]).in1 - ids[i].begin();
    width = std::max(width, static_cast<size_t>(differ) + 1 + kIdBytesSpare);
  }
  return width;
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? std::string(kUnknown) : text;
}

std::vector<Cell> row_of(const Span& span, const ZoneClock& clock, size_t id_width) {
  const std::string time = span.start_time ? clock.second(*span.start_time) : std::string(kUnknown);
  const std::string took = span.duration && *span.duration >= 0
                               ? format_micros(static_cast<double>(*span.duration))
                               : std::string(kUnknown);
  const std::string cost =
      span.cost ? format_money(*span.cost, span.currency) : std::string(kUnknown);
  const std::string prompt = prompt_of(span).substr(0, kPromptBytesMax);
  std::vector<Cell> row = {{time, Tone::Dim},
                           {outcome_of(span), tone_of(span)},
                           {app_of(span)},
                           {or_unknown(span.model)},
                           {took},
                           {whole(span.input_tokens)},
                           {whole(span.output_tokens)},
                           {cost},
                           {or_unknown(prompt)},
                           {id_of(span).substr(0, id_width), Tone::Dim}};
  for (Cell& cell : row) cell.text = sanitize_line(cell.text);
  return row;
}

std::string log_table(const LogList& list, const RenderOptions& options) {
  Prose prose(options);
  if (list.spans.empty()) {
    prose.paragraph(
        "", "nothing found in " + list.source +
                (list.filters.empty() ? std::string()
                                      : fmt::format(" ({})", fmt::join(list.filters, ", "))));
    return prose.take();
  }
  const std::vector<LayoutColumn> columns = {
      {"time", Align::Left, Keep::Always},
      {"outcome", Align::Left, Keep::Always},
      {"app", Align::Left, Keep::Third, 8, kPromptLines},
      {"model", Align::Left, Keep::Fourth, 8, kPromptLines},
      {"took", Align::Right, Keep::Always},
      {"tokens in", Align::Right, Keep::Second},
      {"out", Align::Right, Keep::Second},
      {"cost", Align::Right, Keep::First},
      {"prompt", Align::Left, Keep::Always, kPromptWidthMin, kPromptLines},
      {"id", Align::Left, Keep::Always}};
  const ZoneClock clock(list.time_zone);
  const size_t width = id_width(list.spans);
  std::vector<std::vector<Cell>> rows;
  for (const Span& span : list.spans) rows.push_back(row_of(span, clock, width));
  // A column that no execution has anything for says nothing.
  std::vector<LayoutColumn> kept;
  std::vector<std::vector<Cell>> cells(rows.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool known = std::ranges::any_of(
        rows, [i](const std::vector<Cell>& row) { return row[i].text != kUnknown; });
    if (!known && columns[i].heading != "id") continue;
    kept.push_back(columns[i]);
    for (size_t j = 0; j < rows.size(); ++j) cells[j].push_back(std::move(rows[j][i]));
  }
  prose.append(lay_out(kept, cells, prose.width(), prose.color()).text);
  if (list.has_more) {
    prose.paragraph(
        "",
        fmt::format("older ones are left out: --limit 0 shows all, --until {} goes on "
                    "from here",
                    list.spans.back().start_time ? format_iso_time(*list.spans.back().start_time)
                                                 : std::string("TIME")),
        Tone::Dim);
  }
  return prose.take();
}

std::string log_json(const LogList& list) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", uint64_t{kSchemaVersion});
  json.field("source", list.source);
  json.field("time_zone", list.time_zone);
  json.field("filters", list.filters);
  json.key("has_more");
  json.boolean(list.has_more);
  json.key("executions");
  json.begin_array();
  for (const Span& span : list.spans) json.raw_object(to_json(span));
  json.end_array();
  json.end_object();
  return json.take();
}

std::string plain(const std::optional<int64_t>& number) {
  return number ? std::to_string(*number) : std::string();
}

std::string log_csv(const LogList& list) {
  std::string text =
      "start_time,id,status,error_class,app,category,model,latency_ms,input_tokens,output_tokens,"
      "cost,currency,user_id,session_id,prompt,status_message\r\n";
  for (const Span& span : list.spans) {
    const std::string fields[] = {
        span.start_time ? format_iso_time(*span.start_time) : std::string(),
        csv_text(id_of(span)),
        std::string(to_string(span.status)),
        csv_text(span.error_class),
        csv_text(span.app_name),
        csv_text(span.category),
        csv_text(span.model),
        span.duration ? fmt::format("{}", static_cast<double>(*span.duration) / kMicrosPerMilli)
                      : std::string(),
        plain(span.input_tokens),
        plain(span.output_tokens),
        span.cost ? format_decimal_nanos(*span.cost) : std::string(),
        csv_text(span.currency),
        csv_text(span.user_id),
        csv_text(span.session_id),
        csv_text(prompt_of(span)),
        csv_text(span.status_message)};
    text += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return text;
}

}  // namespace

std::string prompt_of(const Span& span) {
  std::string text;
  for (Message& message : input_messages(span)) {
    if (message.role == "user" || text.empty()) text = std::move(message.content);
  }
  return text.empty() ? span.input : text;
}

Result<std::string> render_log_list(const LogList& list, const RenderOptions& options) {
  switch (options.format) {
    case Format::Table:
      return log_table(list, options);
    case Format::Json:
      return log_json(list);
    case Format::Csv:
      return log_csv(list);
    default:
      return fail(Code::InvalidInput, "logs prints table, json or csv (--format)");
  }
}

}  // namespace sonde
