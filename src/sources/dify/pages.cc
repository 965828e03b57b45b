// Pages of the console and service API: {"data": [rows], "has_more", "limit", ...}. What the page
// is follows from its rows.
#include "sources/dify/node_executions.h"
#include "sources/dify/sources.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

constexpr const Source* kRows[] = {
    &kDifyMessages,
    &kDifyChatMessages,
    &kDifyServiceMessages,
    &kDifyNodeExecutions,
    &kDifyConsoleNodeExecutions,
    &kDifyWorkflowRuns,
    &kDifyConsoleWorkflowRuns,
    &kDifyWorkflowLogs,
    &kDifyFeedbacks,
    &kDifyConversations,
    &kDifyConsoleConversations,
    &kDifyApps,
    &kDifyPassedOver,
};

const Source* find_row_source(object row) {
  Keys keys;
  keys.assign(row);
  for (const Source* const source : kRows) {
    if (source->matches(keys, row)) return source;
  }
  return nullptr;
}

std::optional<array> rows_of(object document) {
  const auto data = member(document, "data");
  if (!data || !data->is_array()) return std::nullopt;
  return array(*data);
}

bool matches(const Keys& keys, object document) {
  if (!keys.has("data")) return false;
  const auto rows = rows_of(document);
  if (!rows) return false;
  if (rows->size() == 0) return keys.list().size() == 1 || keys.has_all({"has_more", "limit"});
  const element first = rows->at(0).value_unsafe();
  return first.is_object() && find_row_source(object(first)) != nullptr;
}

Result<> read_row(element value, const dify::NodePage& page, ReadContext& context) {
  if (!value.is_object()) return fail(Code::InvalidInput, "the row is no object");
  const object row(value);
  const Source* const source = find_row_source(row);
  if (source == nullptr) return fail(Code::InvalidInput, "the row is of no known format");
  if (source == &kDifyConsoleNodeExecutions) return dify::read_node_of_page(row, page, context);
  return source->read(row, context);
}

Result<> read(object document, ReadContext& context) {
  const auto rows = rows_of(document);
  if (!rows) return fail(Code::InvalidInput, "data is no array");
  dify::NodePage page = dify::look_at_nodes(*rows);
  if (page.run_id.empty()) page.run_id = text_of(document, "workflow_run_id");
  for (const element value : *rows) {
    Result<> done = read_row(value, page, context);
    if (done) continue;
    if (done.error().code != Code::InvalidInput) return done;
    // One bad row costs that row only.
    ++context.unmatched;
    add_note(context.notes, "rows of a page could not be read: " + done.error().message,
             context.location);
  }
  return {};
}

}  // namespace

constinit const Source kDifyPage{.name = "dify-page",
                                 .title = "Dify page (console or service API)",
                                 .matches = matches,
                                 .read = read};

}  // namespace sonde
