// Spans that a test compares field by field.
#pragma once

#include <fmt/format.h>

#include <limits>
#include <string>

#include "model/columns.h"
#include "store/filed_span.h"

namespace sonde {

// Every field as text, with what is in no table; two spans are equal when these are.
inline std::string text_of_span(const Span& span) {
  std::string text;
  for (const Column& column : span_columns()) {
    text += fmt::format("{}=", column.name);
    if (const auto* member = std::get_if<TextMember>(&column.member)) {
      text += span.**member;
    } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
      text += span.**number ? std::to_string(*(span.**number)) : "null";
    } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
      text += span.**flag ? std::to_string(*(span.**flag)) : "null";
    } else {
      text += column.field == Field::Kind ? to_string(span.kind) : to_string(span.status);
    }
    text += '\n';
  }
  text += fmt::format("levels={} forms={},{} truncated={}\n", span.levels,
                      static_cast<int>(span.input_form), static_cast<int>(span.output_form),
                      span.content_truncated);
  for (const Attribute& attribute : span.attributes)
    text += fmt::format("{}: {}\n", attribute.key, attribute.value);
  return text;
}

inline std::string text_of_span(const FiledSpan& filed) {
  std::string text = fmt::format("{} {} {} {} {}\n", filed.trace_key, filed.span_key,
                                 filed.filed_at, filed.version, filed.event_time);
  for (const FieldTime& time : filed.field_times)
    text += fmt::format("{} at {}\n", time.field, time.time);
  return text + text_of_span(filed.span);
}

// All 256 byte values, so that nothing on the way may take text for more than bytes.
inline std::string every_byte() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  return text;
}

// A span without anything but ids.
inline FiledSpan empty_row(const std::string& id) {
  FiledSpan row;
  row.span.trace_id = row.span.span_id = row.trace_key = row.span_key = id;
  return row;
}

// A span in which every field has a value; the numbers are `number`.
inline FiledSpan full_row(const std::string& id, int64_t number) {
  FiledSpan row = empty_row(id);
  Span& span = row.span;
  for (const Column& column : span_columns()) {
    if (const auto* member = std::get_if<TextMember>(&column.member)) {
      if (column.field != Field::TraceId && column.field != Field::SpanId)
        span.** member = std::string(column.name) + every_byte();
    } else if (const auto* count = std::get_if<NumberMember>(&column.member)) {
      span.** count = number;
    }
  }
  span.kind = Kind::Event;
  span.status = Status::Pending;
  span.refusal = number > 0;
  span.levels = 13;
  span.input_form = Form::Json;
  span.output_form = Form::Messages;
  span.content_truncated = true;
  span.attributes = {{"a", every_byte()}, {every_byte(), ""}, {"a", "again"}};
  row.filed_at = std::numeric_limits<uint32_t>::max();
  row.version = std::numeric_limits<uint32_t>::max();
  row.event_time = number;
  row.field_times = {{"status", number}, {"attributes." + every_byte(), 0}};
  return row;
}

}  // namespace sonde
