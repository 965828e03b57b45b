#include <charconv>

#include "api/routes.h"
#include "api/span_counts.h"
#include "base/time.h"
#include "ingest/live_ingest.h"
#include "report/json_parts.h"

namespace sonde {
namespace {

struct Books {
  SpanCounts counts;
  RemovalCounts removals;
  uint64_t spans = 0;     // That the history really holds.
  bool is_still = false;  // Nothing was written between the reading of the two.
};

Result<Books> read_books(History& history, const std::string& project) {
  Books books;
  books.counts = TRY(history.catalog().ledger(project));
  const std::string count = TRY(
      history.store().query({"SELECT count() FROM spans FINAL WHERE project_id = {project:String}",
                             {{"project", project}},
                             "TSV"}));
  std::from_chars(count.data(), count.data() + count.size(), books.spans);
  books.removals = TRY(history.catalog().removals(project));
  const SpanCounts after = TRY(history.catalog().ledger(project));
  books.is_still = after == books.counts;
  return books;
}

void write_source(JsonWriter& json, const LiveCounts& source) {
  json.begin_object();
  json.field("source", source.source);
  write_counts(json, source.counts, source.rejected);
  json.field("excluded", source.excluded);
  json.field("last_event_at", format_iso_time(source.last_event_at));
  json.end_object();
}

}  // namespace

// GET /api/v1/ledger: what became of everything that the project was sent.
Result<Response> get_ledger(const ApiCall& call) {
  History& history = call.services->history;
  const std::string& project = call.grant.project;
  const Books books = TRY(read_books(history, project));
  const RejectCounts rejected = TRY(history.catalog().rejects(project));
  const std::vector<LiveCounts> sources = TRY(history.catalog().live_counts(project));
  const LiveState state = call.services->ingest.state();
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("project", project);
  write_counts(json, books.counts, rejected);
  json.field("spans_in_history", books.spans);
  json.field("erased", books.removals.erased);
  json.field("expired", books.removals.expired);
  json.field("content_expired", books.removals.content_expired);
  json.key("balanced");
  if (books.is_still) {
    json.boolean(is_balanced(books.counts, books.removals, books.spans));
  } else {
    json.null();
  }
  json.field("waiting_bytes", uint64_t{state.queue_bytes});
  json.key("sources");
  json.begin_array();
  for (const LiveCounts& source : sources) write_source(json, source);
  json.end_array();
  json.end_object();
  return json_answer(json.take());
}

}  // namespace sonde
