// Spans of the history, one by one, in bounded memory: what analyze, show, logs, compare and export
// read instead of files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "model/span.h"
#include "store/store.h"

namespace sonde {

// Which spans, and what of them. The default is everything of the default project.
struct SpanQuery {
  enum class Order : uint8_t {
    Any,          // As they come: the fastest.
    NewestFirst,  // By the start first seen, to the second, then by ids; those without one by their
    OldestFirst,  // import.
  };

  std::string project = std::string(kDefaultProject);
  // Fields that nobody asked for are empty. Levels and content_truncated always come, the forms
  // with their content.
  FieldSet fields = FieldSet::all();
  std::optional<int64_t> from =
      {};  // Start time in microseconds; a span without one is in no range.
  std::optional<int64_t> until = {};  // Not included.
  // Only the span with this id, or those of the trace with it, in any case and with or without
  // hyphens; found without scanning.
  std::string id = {};
  // A condition in SQL over the columns of spans, such as "model = {model:String}", and its values.
  // Never text of a person: see query/, which makes it from a filter.
  std::string where = {};
  std::vector<Param> params = {};
  Order order = Order::Any;
  uint64_t limit = 0;  // 0 is all.

  static constexpr std::string_view kDefaultProject = "default";
};

// The statement for a query, with its parameters, and the columns that span_block.h reads.
Query to_statement(const SpanQuery& query);

// Gives each span once, in its latest version; it is borrowed for the call and reused. `each`
// returns false to end early. Blocks while reading, up to `query-seconds-max`; one connection,
// memory for one block of some ten thousand rows. Returns how many were given. Fails as
// Store::stream(), with some spans given already.
// Several threads may read at once, each a part of the time range.
Result<uint64_t> read_history(Store& store, const SpanQuery& query,
                              const std::function<bool(Span&)>& each);

}  // namespace sonde
