#include "store/span_page.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "store/native_stream.h"
#include "store/span_block.h"
#include "store/span_statement.h"
#include "store/stored_rows.h"

namespace sonde {
namespace {

constexpr uint64_t kFirstRowsMin = 1'000;
constexpr uint64_t kCandidatesMin = 64;
constexpr uint64_t kCandidatesMax = 2'000;

// A row that meets the condition; the latest version of its span, or an older one.
struct Candidate {
  uint32_t filed_at = 0;
  std::string trace_key;
  std::string span_key;
  uint32_t version = 0;

  auto key() const { return std::tie(filed_at, trace_key, span_key); }
};

class Page {
 public:
  Page(Store& store, const SpanQuery& query, const std::function<bool(Span&)>& each)
      : store_(store), query_(query), each_(each) {}

  Result<uint64_t> read() {
    const std::optional<uint32_t> end =
        TRY(end_of_first(std::max(kFirstRowsMin, 4 * query_.limit)));
    SpanWindow window;
    (is_newest_first() ? window.from : window.until) = end;
    TRY(read_final(window));
    if (!end) return given_;
    window = {};
    (is_newest_first() ? window.until : window.from) = end;
    while (goes_on() && !is_last_) {
      const std::vector<Candidate> found = TRY(read_candidates(window));
      if (found.empty()) break;
      TRY(give_latest(found));
      last_ = found.back();
    }
    return given_;
  }

 private:
  bool is_newest_first() const { return query_.order == SpanQuery::Order::NewestFirst; }
  bool goes_on() const { return !is_ended_ && given_ < query_.limit; }

  Result<bool> give(Span& span) {
    ++given_;
    is_ended_ = !each_(span);
    return goes_on();
  }

  // Where a window ends that holds `rows` rows or a few more; null where all there is is fewer.
  Result<std::optional<uint32_t>> end_of_first(uint64_t rows) {
    const std::string text = TRY(store_.query(
        {fmt::format("SELECT toUInt32(filed_at) FROM spans WHERE project_id = {{project:String}} "
                     "ORDER BY filed_at{} LIMIT 1 OFFSET {}",
                     is_newest_first() ? " DESC" : "", rows),
         {{"project", query_.project}},
         "TSV"}));
    if (text.empty()) return std::optional<uint32_t>();
    uint32_t second = 0;
    std::from_chars(text.data(), text.data() + text.size(), second);
    if (is_newest_first()) return std::optional(second);
    // The last second there is has nothing behind it.
    if (second == std::numeric_limits<uint32_t>::max()) return std::optional<uint32_t>();
    return std::optional(second + 1);
  }

  Result<> read_final(const SpanWindow& window) {
    const auto give_rows = [&](const NativeBlock& block) -> Result<bool> {
      const SpanBlockReader reader = TRY(SpanBlockReader::create(block));
      Span span;
      for (size_t row = 0; row < block.rows; ++row) {
        TRY(reader.read(row, span));
        if (!TRY(give(span))) return false;
      }
      return true;
    };
    return read_blocks(store_, to_statement(query_, window), give_rows);
  }

  // The next ones in the order of the query, behind `last_`.
  Result<std::vector<Candidate>> read_candidates(const SpanWindow& window) {
    SpanConditions conditions = conditions_of(query_, window);
    if (last_) {
      conditions.keys += fmt::format(
          " AND filed_at {0}= toDateTime({{last_at:UInt32}}, 'UTC') AND (filed_at, trace_key, "
          "span_key) {0} (toDateTime({{last_at:UInt32}}, 'UTC'), {{last_trace:String}}, "
          "{{last_span:String}})",
          is_newest_first() ? '<' : '>');
      conditions.params.push_back({"last_at", std::to_string(last_->filed_at)});
      conditions.params.push_back({"last_trace", last_->trace_key});
      conditions.params.push_back({"last_span", last_->span_key});
    }
    for (;; asked_max_ *= 4) {
      const uint64_t wanted = std::clamp(query_.limit - given_, kCandidatesMin, asked_max_);
      std::vector<Candidate> found = TRY(read_some(conditions, wanted));
      is_last_ = found.size() < wanted;
      if (is_last_) return highest_of_each(std::move(found));
      // The versions of the last span may not all be there.
      const auto last = std::ranges::find_if(
          found, [&](const Candidate& each) { return each.key() == found.back().key(); });
      if (last == found.begin() && asked_max_ < kCandidatesMax) continue;
      if (last != found.begin()) found.erase(last, found.end());
      asked_max_ = std::min(asked_max_ * 4, kCandidatesMax);
      return highest_of_each(std::move(found));
    }
  }

  // In the order of the table's key alone: with the version in it too the engine would sort all
  // there is.
  Result<std::vector<Candidate>> read_some(const SpanConditions& conditions, uint64_t wanted) {
    const std::string sql = fmt::format(
        "SELECT toUInt32(filed_at) AS filed, trace_key, span_key, version FROM spans WHERE {} AND "
        "{}{} LIMIT {}",
        conditions.keys, conditions.others, order_clause(query_.order), wanted);
    std::vector<Candidate> found;
    const auto keep = [&](const NativeBlock& block) -> Result<bool> {
      if (block.columns.size() != 4 || block.columns[0].width != 4 || block.columns[3].width != 4)
        return fail(Code::Internal, "the engine's answer has other columns than were asked for");
      for (size_t row = 0; row < block.rows; ++row) {
        found.push_back(
            {block.columns[0].number<uint32_t>(row), std::string(block.columns[1].texts[row]),
             std::string(block.columns[2].texts[row]), block.columns[3].number<uint32_t>(row)});
      }
      return true;
    };
    const std::string bytes = TRY(store_.query({sql, conditions.params, "Native"}));
    TRY(read_blocks(bytes, keep));
    return found;
  }

  // Versions of one span follow each other, in any order.
  static std::vector<Candidate> highest_of_each(std::vector<Candidate> found) {
    std::vector<Candidate> spans;
    for (Candidate& each : found) {
      if (spans.empty() || spans.back().key() != each.key()) {
        spans.push_back(std::move(each));
      } else {
        spans.back().version = std::max(spans.back().version, each.version);
      }
    }
    return spans;
  }

  Result<> give_latest(const std::vector<Candidate>& found) {
    std::vector<RowPlace> places;
    for (const Candidate& candidate : found)
      places.push_back({candidate.filed_at, candidate.trace_key, candidate.span_key});
    std::vector<FiledSpan> rows =
        TRY(read_stored_rows(store_, query_.project, places, query_.fields));
    std::map<std::tuple<uint32_t, std::string_view, std::string_view>, FiledSpan*> latest;
    for (FiledSpan& row : rows) latest[{row.filed_at, row.trace_key, row.span_key}] = &row;
    for (const Candidate& candidate : found) {
      const auto at = latest.find(candidate.key());
      if (at == latest.end() || at->second->version != candidate.version) continue;
      Span& span = at->second->span;
      latest.erase(at);  // A batch that was written again has each row twice.
      if (!query_.fields.has(Field::TraceId)) span.trace_id.clear();
      if (!query_.fields.has(Field::SpanId)) span.span_id.clear();
      if (!TRY(give(span))) break;
    }
    return {};
  }

  Store& store_;
  const SpanQuery& query_;
  const std::function<bool(Span&)>& each_;
  uint64_t given_ = 0;
  bool is_ended_ = false;  // By who takes the spans.
  bool is_last_ = false;   // There are no more candidates.
  std::optional<Candidate> last_;
  uint64_t asked_max_ = kCandidatesMin;
};

}  // namespace

Result<uint64_t> read_page(Store& store, const SpanQuery& query,
                           const std::function<bool(Span&)>& each) {
  return Page(store, query, each).read();
}

}  // namespace sonde
