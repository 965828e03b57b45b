// Spans to and from blocks of the Native format, by the table of columns (model/columns.h).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "store/filed_span.h"
#include "store/native_reader.h"

namespace sonde {

// The rows as one block for the table spans.
std::string encode_spans(std::string_view project, std::span<const FiledSpan* const> rows);

// The columns of the table spans that hold these fields, as a list for SELECT; what counts a span
// (its levels) always among them.
std::string span_column_list(FieldSet fields);
// The same with the ids and with what a FiledSpan has beyond its span.
std::string filed_span_column_list(FieldSet fields = FieldSet::all());

// Fills spans from a block whose columns bear the names that the lists above give; others are left
// out. Rows are read one by one into memory that is reused.
class SpanBlockReader {
 public:
  // Fails with InvalidInput when a column has another type than the table's.
  // `block` must outlive the reader.
  static Result<SpanBlockReader> create(const NativeBlock& block);

  // Contract: row < block.rows. Fields that the block has no column for are cleared. Fails with
  // InvalidInput on a kind, status or form that the model does not have.
  Result<> read(size_t row, Span& span) const;
  Result<> read(size_t row, FiledSpan& span) const;

 private:
  // How one column's value becomes a field's.
  struct Binding {
    const NativeColumn* source;
    const Column* field;
  };
  SpanBlockReader() = default;
  Result<> bind(const NativeColumn& column);
  Result<> read_field(const Binding& binding, size_t row, Span& span) const;
  Result<> read_rest(size_t row, Span& span) const;

  // What is not in the table of columns; null where the block does not have it.
  struct Rest {
    const NativeColumn* levels = nullptr;
    const NativeColumn* input_form = nullptr;
    const NativeColumn* output_form = nullptr;
    const NativeColumn* content_truncated = nullptr;
    const NativeColumn* attributes = nullptr;
    const NativeColumn* trace_form = nullptr;
    const NativeColumn* trace_sent = nullptr;
    const NativeColumn* span_form = nullptr;
    const NativeColumn* span_sent = nullptr;
    const NativeColumn* trace_key = nullptr;
    const NativeColumn* span_key = nullptr;
    const NativeColumn* filed_at = nullptr;
    const NativeColumn* version = nullptr;
    const NativeColumn* event_time = nullptr;
    const NativeColumn* field_times = nullptr;
  };

  std::vector<Binding> bindings_;
  Rest rest_;
};

}  // namespace sonde
