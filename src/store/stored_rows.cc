#include "store/stored_rows.h"

#include <algorithm>
#include <map>

#include "store/native_stream.h"
#include "store/span_block.h"

namespace sonde {
namespace {

constexpr size_t kAskedAtOnce = 2'000;
constexpr size_t kListBytesMax = 120'000;  // Of a list of keys; servers take 128 KiB.

// How many of the places are asked for at once, at least one.
size_t count_asked(std::span<const RowPlace> places) {
  size_t bytes = 0;
  size_t count = 0;
  for (; count < places.size() && count < kAskedAtOnce; ++count) {
    const RowPlace& place = places[count];
    bytes += 2 * std::max(place.trace_key.size(), place.span_key.size()) + 3;  // All of it quoted.
    if (count > 0 && bytes > kListBytesMax) break;
  }
  return count;
}

Query to_query(std::string_view project, std::span<const RowPlace> places, FieldSet fields) {
  std::vector<std::string> traces;
  std::vector<std::string> spans;
  std::string times = "[";
  for (const RowPlace& place : places) {
    traces.emplace_back(place.trace_key);
    spans.emplace_back(place.span_key);
    times += fmt::format("{}{}", times.size() > 1 ? "," : "", place.filed_at);
  }
  // Each alone finds more than was asked for; together hardly ever. filed_at finds the place.
  return {
      fmt::format("SELECT {} FROM spans WHERE project_id = {{project:String}}"
                  " AND filed_at IN (SELECT toDateTime(arrayJoin({{times:Array(UInt32)}}), 'UTC'))"
                  " AND trace_key IN {{traces:Array(String)}}"
                  " AND span_key IN {{spans:Array(String)}}",
                  filed_span_column_list(fields)),
      {{"project", std::string(project)},
       {"times", times + "]", Param::Form::Literal},
       {"traces", quoted_list(traces), Param::Form::Literal},
       {"spans", quoted_list(spans), Param::Form::Literal}},
      "Native"};
}

}  // namespace

Result<std::vector<FiledSpan>> read_stored_rows(Store& store, std::string_view project,
                                                std::span<const RowPlace> places, FieldSet fields) {
  using Key = std::tuple<std::string, std::string, uint32_t>;
  std::map<Key, FiledSpan> latest;
  const auto keep_latest = [&](const NativeBlock& block) -> Result<bool> {
    const SpanBlockReader reader = TRY(SpanBlockReader::create(block));
    for (size_t row = 0; row < block.rows; ++row) {
      FiledSpan filed;
      TRY(reader.read(row, filed));
      Key key{filed.trace_key, filed.span_key, filed.filed_at};
      const auto found = latest.find(key);
      if (found == latest.end()) {
        latest.emplace(std::move(key), std::move(filed));
      } else if (found->second.version < filed.version) {
        found->second = std::move(filed);
      }
    }
    return true;
  };
  while (!places.empty()) {
    const auto asked = places.first(count_asked(places));
    places = places.subspan(asked.size());
    const std::string bytes = TRY(store.query(to_query(project, asked, fields)));
    TRY(read_blocks(bytes, keep_latest));
  }
  std::vector<FiledSpan> rows;
  for (auto& [key, row] : latest) rows.push_back(std::move(row));
  return rows;
}

}  // namespace sonde
