#include "store/span_reader.h"

#include "store/native_stream.h"
#include "store/span_block.h"
#include "store/span_page.h"
#include "store/span_statement.h"

namespace sonde {
namespace {

Result<uint64_t> read_window(Store& store, const SpanQuery& query, const SpanWindow& window,
                             const std::function<bool(Span&)>& each) {
  uint64_t given = 0;
  Span span;
  const auto give = [&](const NativeBlock& block) -> Result<bool> {
    const SpanBlockReader reader = TRY(SpanBlockReader::create(block));
    for (size_t row = 0; row < block.rows; ++row) {
      TRY(reader.read(row, span));
      ++given;
      if (!each(span)) return false;
    }
    return true;
  };
  TRY(read_blocks(store, to_statement(query, window), give));
  return given;
}

}  // namespace

Query to_statement(const SpanQuery& query) { return to_statement(query, SpanWindow{}); }

Result<uint64_t> read_history(Store& store, const SpanQuery& query,
                              const std::function<bool(Span&)>& each) {
  // Rows that are told by an id are few.
  const bool is_page = query.limit > 0 && query.order != SpanQuery::Order::Any && query.id.empty();
  return is_page ? read_page(store, query, each) : read_window(store, query, {}, each);
}

}  // namespace sonde
