#include "store/span_block.h"

#include <algorithm>

#include "store/native_writer.h"

namespace sonde {
namespace {

using Rows = std::span<const FiledSpan* const>;

constexpr std::string_view kFormType = "Enum8('none' = 0, 'text' = 1, 'messages' = 2, 'json' = 3)";

// What a row has beyond the table of columns, in two groups: of the span, and of its filing.
constexpr std::string_view kSpanRest[] = {"levels", "content_truncated"};
constexpr std::string_view kFilingRest[] = {"filed_at", "version", "event_time", "field_times"};
// On top come project_id, moved, the keys, input_form, output_form and attributes, and one more for
// each of the ids.
constexpr size_t kOtherColumns = 9;

std::string_view native_type(ColumnType type) {
  switch (type) {
    case ColumnType::Count:
    case ColumnType::Duration:
      return "Nullable(Int64)";
    case ColumnType::Time:
      return "Nullable(DateTime64(6, 'UTC'))";
    case ColumnType::Money:
      return "Nullable(Decimal(19, 9))";
    case ColumnType::Flag:
      return "Nullable(Bool)";
    default:
      return "String";
  }
}

// Two columns for one field.
void write_id(NativeWriter& writer, std::string_view name, TextMember id,
              std::string FiledSpan::*key, Rows rows) {
  std::vector<IdForm> forms;
  for (const FiledSpan* const row : rows) forms.push_back(form_of_id(row->span.*id, row->*key));
  writer.column(fmt::format("{}_form", name), kIdFormType);
  for (const IdForm form : forms) writer.number(static_cast<uint8_t>(form));
  writer.column(fmt::format("{}_sent", name), "String");
  for (size_t i = 0; i < rows.size(); ++i) {
    writer.text(forms[i] == IdForm::Sent ? std::string_view(rows[i]->span.*id)
                                         : std::string_view());
  }
}

void write_field(NativeWriter& writer, const Column& column, Rows rows) {
  if (column.field == Field::TraceId)
    return write_id(writer, "trace", &Span::trace_id, &FiledSpan::trace_key, rows);
  if (column.field == Field::SpanId)
    return write_id(writer, "span", &Span::span_id, &FiledSpan::span_key, rows);
  writer.column(column.name, native_type(column.type));
  if (const auto* text = std::get_if<TextMember>(&column.member)) {
    for (const FiledSpan* const row : rows) writer.text(row->span.**text);
  } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
    const bool is_wide = column.type == ColumnType::Money;
    writer.nullable([&](size_t row) { return rows[row]->span.**number; },
                    is_wide ? NativeWriter::Width::Wide : NativeWriter::Width::Own);
  } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
    writer.nullable([&](size_t row) {
      const std::optional<bool> value = rows[row]->span.**flag;
      return value ? std::optional<uint8_t>(*value) : std::nullopt;
    });
  } else {
    const bool is_kind = column.field == Field::Kind;
    for (const FiledSpan* const row : rows)
      writer.text(is_kind ? to_string(row->span.kind) : to_string(row->span.status));
  }
}

template <class Entries, class WriteValues>
void write_map(NativeWriter& writer, Rows rows, const Entries& entries,
               const WriteValues& write_value) {
  uint64_t end = 0;
  for (const FiledSpan* const row : rows) writer.number<uint64_t>(end += entries(*row).size());
  for (const FiledSpan* const row : rows) {
    for (const auto& entry : entries(*row)) writer.text(entry.*write_value.key);
  }
  for (const FiledSpan* const row : rows) {
    for (const auto& entry : entries(*row)) write_value(entry);
  }
}

struct WriteAttribute {
  NativeWriter& writer;
  std::string Attribute::*key = &Attribute::key;
  void operator()(const Attribute& attribute) const { writer.text(attribute.value); }
};
struct WriteFieldTime {
  NativeWriter& writer;
  std::string FieldTime::*key = &FieldTime::field;
  void operator()(const FieldTime& time) const { writer.number(time.time); }
};

template <class T, class ValueOf>
void write_numbers(NativeWriter& writer, std::string_view name, std::string_view type, Rows rows,
                   const ValueOf& value_of) {
  writer.column(name, type);
  for (const FiledSpan* const row : rows) writer.number(static_cast<T>(value_of(*row)));
}

void write_span_rest(NativeWriter& writer, Rows rows) {
  using R = const FiledSpan&;
  write_numbers<uint8_t>(writer, "levels", "UInt8", rows, [](R r) { return r.span.levels; });
  write_numbers<uint8_t>(writer, "content_truncated", "Bool", rows,
                         [](R r) { return r.span.content_truncated; });
  write_numbers<uint8_t>(writer, "input_form", kFormType, rows,
                         [](R r) { return r.span.input_form; });
  write_numbers<uint8_t>(writer, "output_form", kFormType, rows,
                         [](R r) { return r.span.output_form; });
  writer.column("attributes", "Map(String, String)");
  write_map(
      writer, rows, [](R r) -> const auto& { return r.span.attributes; }, WriteAttribute{writer});
}

void write_filing(NativeWriter& writer, std::string_view project, Rows rows) {
  using R = const FiledSpan&;
  writer.column("project_id", "String");
  for (size_t i = 0; i < rows.size(); ++i) writer.text(project);
  writer.column("trace_key", "String");
  for (const FiledSpan* const row : rows) writer.text(row->trace_key);
  writer.column("span_key", "String");
  for (const FiledSpan* const row : rows) writer.text(row->span_key);
  write_numbers<uint32_t>(writer, "filed_at", "DateTime('UTC')", rows,
                          [](R r) { return r.filed_at; });
  write_numbers<uint32_t>(writer, "version", "UInt32", rows, [](R r) { return r.version; });
  write_numbers<uint8_t>(writer, "moved", "Bool", rows, [](R r) { return is_moved(r); });
  write_numbers<int64_t>(writer, "event_time", "Int64", rows, [](R r) { return r.event_time; });
  writer.column("field_times", "Map(String, Int64)");
  write_map(
      writer, rows, [](R r) -> const auto& { return r.field_times; }, WriteFieldTime{writer});
}

size_t expected_bytes(Rows rows) {
  size_t bytes = 0;
  for (const FiledSpan* const row : rows) {
    const Span& span = row->span;
    bytes += 600 + span.system.size() + span.input.size() + span.output.size();
  }
  return bytes;
}

struct IdColumns {
  const NativeColumn* key;
  const NativeColumn* form;
  const NativeColumn* sent;
};

// Empty where the block does not have all that tells it.
Result<std::string> id_of(const IdColumns& columns, size_t row) {
  if (columns.key == nullptr || columns.form == nullptr || columns.sent == nullptr)
    return std::string();
  const uint8_t number = columns.form->number<uint8_t>(row);
  if (number > static_cast<uint8_t>(IdForm::Sent))
    return fail(Code::InvalidInput, "no {} {}", columns.form->name, number);
  const auto form = static_cast<IdForm>(number);
  if (form == IdForm::Sent) return std::string(columns.sent->texts[row]);
  return id_of_key(columns.key->texts[row], form);
}

Result<Form> form_of(const NativeColumn& column, size_t row) {
  const uint8_t number = column.number<uint8_t>(row);
  if (number > static_cast<uint8_t>(Form::Json))
    return fail(Code::InvalidInput, "no {} {}", column.name, number);
  return static_cast<Form>(number);
}

}  // namespace

std::string encode_spans(std::string_view project, std::span<const FiledSpan* const> rows) {
  const size_t columns =
      span_columns().size() + std::size(kSpanRest) + std::size(kFilingRest) + kOtherColumns;
  NativeWriter writer(columns, rows.size(), expected_bytes(rows));
  write_filing(writer, project, rows);
  for (const Column& column : span_columns()) write_field(writer, column, rows);
  write_span_rest(writer, rows);
  return std::move(writer).bytes();
}

std::string span_column_list(FieldSet fields) {
  std::string list = fmt::format("{}", fmt::join(kSpanRest, ", "));
  for (const Column& column : span_columns()) {
    if (!fields.has(column.field)) continue;
    if (column.field == Field::TraceId || column.field == Field::SpanId) {
      const std::string_view name = column.field == Field::TraceId ? "trace" : "span";
      list += fmt::format(", {0}_key, {0}_form, {0}_sent", name);
      continue;
    }
    list += fmt::format(", {}", column.name);
    if (column.field == Field::Input) list += ", input_form";
    if (column.field == Field::Output) list += ", output_form";
  }
  if (fields.has(Field::Attributes)) list += ", attributes";
  return list;
}

std::string filed_span_column_list(FieldSet fields) {
  fields.add(Field::TraceId);
  fields.add(Field::SpanId);
  return fmt::format("{}, {}", span_column_list(fields), fmt::join(kFilingRest, ", "));
}

namespace {

// LowCardinality is a way of storing, not another type; a date may name its zone.
std::string plain_type(std::string_view type) {
  if (type == "DateTime('UTC')") return "DateTime";
  constexpr std::string_view kDictionary = "LowCardinality(String)";
  const size_t at = type.find(kDictionary);
  if (at == std::string_view::npos) return std::string(type);
  return fmt::format("{}String{}", type.substr(0, at), type.substr(at + kDictionary.size()));
}

}  // namespace

Result<SpanBlockReader> SpanBlockReader::create(const NativeBlock& block) {
  SpanBlockReader reader;
  for (const NativeColumn& column : block.columns) TRY(reader.bind(column));
  return reader;
}

Result<> SpanBlockReader::bind(const NativeColumn& column) {
  struct Other {
    std::string_view name;
    std::string_view type;
    const NativeColumn* Rest::*member;
  };
  static constexpr Other kOthers[] = {
      {"levels", "UInt8", &Rest::levels},
      {"content_truncated", "Bool", &Rest::content_truncated},
      {"input_form", kFormType, &Rest::input_form},
      {"output_form", kFormType, &Rest::output_form},
      {"attributes", "Map(String, String)", &Rest::attributes},
      {"trace_form", kIdFormType, &Rest::trace_form},
      {"trace_sent", "String", &Rest::trace_sent},
      {"span_form", kIdFormType, &Rest::span_form},
      {"span_sent", "String", &Rest::span_sent},
      {"trace_key", "String", &Rest::trace_key},
      {"span_key", "String", &Rest::span_key},
      {"filed_at", "DateTime", &Rest::filed_at},
      {"version", "UInt32", &Rest::version},
      {"event_time", "Int64", &Rest::event_time},
      {"field_times", "Map(String, Int64)", &Rest::field_times},
  };
  const std::string type = plain_type(column.type);
  std::string_view wanted = type;
  const Column* const field = find_column(column.name);
  const auto other = std::find_if(std::begin(kOthers), std::end(kOthers),
                                  [&](const Other& row) { return row.name == column.name; });
  if (other != std::end(kOthers)) {
    wanted = other->type;
    rest_.*(other->member) = &column;
  } else if (field != nullptr && field->name == column.name) {
    wanted = native_type(field->type);
    bindings_.push_back({&column, field});
  }
  if (wanted == type) return {};
  return fail(Code::InvalidInput, "column {} has type {}, expected {}", column.name, column.type,
              wanted);
}

Result<> SpanBlockReader::read_field(const Binding& binding, size_t row, Span& span) const {
  const NativeColumn& source = *binding.source;
  const Column& field = *binding.field;
  if (const auto* text = std::get_if<TextMember>(&field.member)) {
    (span.**text).assign(source.texts[row]);
  } else if (const auto* number = std::get_if<NumberMember>(&field.member)) {
    if (!source.is_null(row)) span.** number = source.number<int64_t>(row);
  } else if (const auto* flag = std::get_if<FlagMember>(&field.member)) {
    if (!source.is_null(row)) span.** flag = source.number<uint8_t>(row) != 0;
  } else {
    const std::string_view name = source.texts[row];
    const auto kind = parse_kind(name);
    const auto status = parse_status(name);
    const bool is_kind = field.field == Field::Kind;
    if (is_kind ? !kind : !status)
      return fail(Code::InvalidInput, "no {} '{}'", field.name, name.substr(0, 40));
    if (is_kind) {
      span.kind = *kind;
    } else {
      span.status = *status;
    }
  }
  return {};
}

Result<> SpanBlockReader::read_rest(size_t row, Span& span) const {
  if (rest_.levels != nullptr) span.levels = rest_.levels->number<uint8_t>(row);
  if (rest_.content_truncated != nullptr)
    span.content_truncated = rest_.content_truncated->number<uint8_t>(row) != 0;
  if (rest_.input_form != nullptr) span.input_form = TRY(form_of(*rest_.input_form, row));
  if (rest_.output_form != nullptr) span.output_form = TRY(form_of(*rest_.output_form, row));
  span.trace_id = TRY(id_of({rest_.trace_key, rest_.trace_form, rest_.trace_sent}, row));
  span.span_id = TRY(id_of({rest_.span_key, rest_.span_form, rest_.span_sent}, row));
  if (rest_.attributes == nullptr) return {};
  const NativeColumn& map = *rest_.attributes;
  for (uint64_t i = row == 0 ? 0 : map.ends[row - 1]; i < map.ends[row]; ++i)
    span.attributes.push_back({std::string(map.keys[i]), std::string(map.texts[i])});
  return {};
}

Result<> SpanBlockReader::read(size_t row, Span& span) const {
  span.clear();
  for (const Binding& binding : bindings_) TRY(read_field(binding, row, span));
  return read_rest(row, span);
}

Result<> SpanBlockReader::read(size_t row, FiledSpan& filed) const {
  TRY(read(row, filed.span));
  const auto text_of = [&](const NativeColumn* column) {
    return column == nullptr ? std::string_view() : column->texts[row];
  };
  filed.trace_key = text_of(rest_.trace_key);
  filed.span_key = text_of(rest_.span_key);
  filed.filed_at = rest_.filed_at == nullptr ? 0 : rest_.filed_at->number<uint32_t>(row);
  filed.version = rest_.version == nullptr ? 0 : rest_.version->number<uint32_t>(row);
  filed.event_time = rest_.event_time == nullptr ? 0 : rest_.event_time->number<int64_t>(row);
  filed.field_times.clear();
  if (rest_.field_times == nullptr) return {};
  const NativeColumn& map = *rest_.field_times;
  for (uint64_t i = row == 0 ? 0 : map.ends[row - 1]; i < map.ends[row]; ++i)
    filed.field_times.push_back({std::string(map.keys[i]), map.number<int64_t>(i)});
  return {};
}

}  // namespace sonde
