#include "sources/canonical.h"

#include "base/decimal.h"
#include "base/time.h"
#include "model/documents.h"
#include "model/span_json.h"
#include "sources/value.h"

namespace sonde {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

bool matches(const Keys& keys, object /*document*/) {
  return keys.has_all({"span_id", "kind", "levels", "status"});
}

void read_column(const Column& column, element value, Span& span) {
  if (const auto* text = std::get_if<TextMember>(&column.member)) {
    span.** text = column.field == Field::Documents ? documents_of(value) : text_of(value);
    const Form form = value.is_string()  ? Form::Text
                      : value.is_array() ? Form::Messages
                                         : Form::Json;
    if (column.field == Field::Input) span.input_form = form;
    if (column.field == Field::Output) span.output_form = form;
  } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
    int64_t whole = 0;
    if (value.get_int64().get(whole) == simdjson::SUCCESS) {
      span.** number = whole;
    } else if (column.type == ColumnType::Time) {
      span.** number = parse_iso_time(text_of(value));
    } else if (column.type == ColumnType::Money) {
      span.** number = parse_decimal_nanos(text_of(value));
    }
  } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
    bool truth = false;
    if (value.get_bool().get(truth) == simdjson::SUCCESS) span.** flag = truth;
  } else if (column.field == Field::Kind) {
    span.kind = parse_kind(text_of(value)).value_or(Kind::Span);
  } else {
    span.status = parse_status(text_of(value)).value_or(Status::Unknown);
  }
}

Result<> read(object document, ReadContext& context) {
  Span& span = context.span;
  span.clear();
  for (const Column& column : span_columns()) {
    element value;
    if (document.at_key(json_key(column)).get(value) != simdjson::SUCCESS || value.is_null())
      continue;
    if (context.options.fields.has(column.field)) read_column(column, value, span);
  }
  simdjson::dom::array levels;
  if (document.at_key("levels").get_array().get(levels) == simdjson::SUCCESS) {
    for (const element name : levels) {
      if (const auto level = parse_level(text_of(name)); level && *level != Level::Session) {
        span.levels |= bit(*level);
      }
    }
  }
  span.content_truncated = flag_of(document, "content_truncated").value_or(false);
  object attributes;
  if (context.options.fields.has(Field::Attributes) &&
      document.at_key("attributes").get_object().get(attributes) == simdjson::SUCCESS) {
    for (const auto field : attributes) {
      span.attributes.push_back({std::string(field.key), text_of(field.value)});
    }
  }
  context.sink.add(span);
  return {};
}

}  // namespace

const Source kCanonicalSpan = {"span", "spans written by sonde convert", matches, read};

}  // namespace sonde
