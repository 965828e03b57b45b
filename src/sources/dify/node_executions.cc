// Workflow node executions: the table `workflow_node_executions` and the console's pages.
#include "sources/dify/node_executions.h"

#include <algorithm>
#include <array>

#include "model/documents.h"
#include "model/finish_reason.h"
#include "sources/dify/record.h"
#include "sources/dify/sources.h"

namespace sonde {

using dify::Rank;
using dify::Record;
using dify::RowKind;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

constexpr std::string_view kTableName = "dify-node-executions";
constexpr std::string_view kConsoleName = "dify-console-node-executions";

struct NodeType {
  std::string_view name;
  Kind kind;
  bool calls_model;  // Even when it failed before the call was logged.
};

// Sorted by name; types that are not here are plain spans.
constexpr std::array kNodeTypes = {
    NodeType{"agent", Kind::Agent, true},
    NodeType{"http-request", Kind::Tool, false},
    NodeType{"iteration", Kind::Chain, false},
    NodeType{"knowledge-retrieval", Kind::Retrieval, false},
    NodeType{"llm", Kind::Llm, true},
    NodeType{"loop", Kind::Chain, false},
    NodeType{"parameter-extractor", Kind::Llm, true},
    NodeType{"question-classifier", Kind::Llm, true},
    NodeType{"tool", Kind::Tool, false},
};
static_assert(std::is_sorted(kNodeTypes.begin(), kNodeTypes.end(),
                             [](const NodeType& a, const NodeType& b) { return a.name < b.name; }));

const NodeType* find_type(std::string_view name) {
  const auto found = std::find_if(kNodeTypes.begin(), kNodeTypes.end(),
                                  [&](const NodeType& type) { return type.name == name; });
  return found == kNodeTypes.end() ? nullptr : &*found;
}

std::optional<object> object_of(std::optional<object> parent, std::string_view key) {
  if (!parent) return std::nullopt;
  const auto value = member(*parent, key);
  if (!value || !value->is_object() || object(*value).size() == 0) return std::nullopt;
  return object(*value);
}

// The row's columns that hold JSON, parsed once.
struct Columns {
  std::optional<object> process_data;
  std::optional<object> outputs;
  std::optional<object> metadata;
  std::optional<object> usage;
};

bool is_call(const NodeType* type, const Columns& columns) {
  if (type != nullptr && type->calls_model) return true;
  if (!columns.process_data) return false;
  if (member(*columns.process_data, "model_mode")) return true;
  // Retrieval and tool nodes write a usage block of zeros when they called no model.
  const auto usage = object_of(columns.process_data, "usage");
  return usage && count_of(*usage, "total_tokens").value_or(0) > 0;
}

// Outputs can be megabytes (documents, pages), so they are parsed only for what is in them.
bool needs_outputs(const Record& record, std::string_view type, bool has_usage) {
  if (type == "question-classifier") return true;
  if (type == "knowledge-retrieval") {
    return record.wants(Field::DatasetId) || record.wants(Field::Documents);
  }
  if (type != "llm" && type != "parameter-extractor" && type != "agent") return false;
  return !has_usage || record.wants(Field::Output) || record.wants(Field::Attributes);
}

void read_call(Record& record, const Columns& columns) {
  Span& span = record.span;
  span.levels = bit(Level::Node) | bit(Level::Call);
  if (span.kind == Kind::Span) span.kind = Kind::Llm;
  if (columns.usage) record.read_usage(*columns.usage);
  if (columns.metadata) {
    if (!span.total_tokens) span.total_tokens = count_of(*columns.metadata, "total_tokens");
    if (!span.cost) {
      span.cost = money_of(*columns.metadata, "total_price");
      span.currency = text_of(*columns.metadata, "currency");
      if (span.cost) span.cost_origin = "reported";
    }
  }
  if (!columns.usage) dify::forget_unknown_zeros(span);
  if (columns.outputs) span.finish_reason = text_of(*columns.outputs, "finish_reason");
  if (!columns.process_data) return;
  const object process = *columns.process_data;
  span.model = text_of(process, "model_name");
  span.provider = text_of(process, "model_provider");
  std::string finish = text_of(process, "finish_reason");
  if (!finish.empty()) span.finish_reason = std::move(finish);
  span.finish_reason = normal_finish_reason(span.finish_reason);
  for (const std::string_view key : {"completion_params", "model_parameters"}) {
    if (span.parameters.empty()) span.parameters = text_of(process, key);
  }
}

void read_texts(Record& record, std::string_view type, const Columns& columns) {
  Span& span = record.span;
  bool has_prompt = false;
  if (columns.process_data && record.wants(Field::Input)) {
    const auto prompts = member(*columns.process_data, "prompts");
    has_prompt = prompts && record.read_prompt(*prompts);
  }
  if (!has_prompt) record.read_input("inputs");
  if (!record.wants(Field::Output)) return;
  const std::string_view key = type == "llm" || type == "agent" ? "text"
                               : type == "question-classifier"  ? "class_name"
                                                                : "";
  if (!key.empty() && columns.outputs && member(*columns.outputs, key)) {
    span.output = text_of(*columns.outputs, key);
    span.output_form = Form::Text;
  } else {
    record.read_output("outputs");
  }
}

void read_metadata(Record& record, const Columns& columns) {
  Span& span = record.span;
  if (!columns.metadata) return;
  constexpr std::string_view kKept[] = {
      "iteration_id", "iteration_index", "loop_id",     "loop_index",
      "agent_log",    "tool_info",       "parallel_id", "parallel_start_node_id"};
  for (const std::string_view key : kKept) record.keep(key, *columns.metadata, key);
  if ((span.levels & bit(Level::Call)) == 0) {
    // A container's total repeats its inner nodes', so it is told but never added.
    record.keep("total_tokens", *columns.metadata, "reported_total_tokens");
  }
  if (span.node_type != "tool") return;
  if (const auto tool = object_of(columns.metadata, "tool_info")) {
    span.tool_name = text_of(*tool, "tool_name");
  }
}

void read_outputs(Record& record, const Columns& columns) {
  Span& span = record.span;
  if (!columns.outputs) return;
  if (span.node_type == "question-classifier") {
    span.category = text_of(*columns.outputs, "class_name");
  }
  if (span.node_type == "llm") record.keep("reasoning_content", *columns.outputs, "reasoning");
  const auto documents = member(*columns.outputs, "result");
  if (span.node_type != "knowledge-retrieval" || !documents || !documents->is_array()) return;
  record.keep("result", *columns.outputs, "documents");
  if (record.wants(Field::Documents)) span.documents = documents_of(*documents);
  std::string ids;
  for (const element document : array(*documents)) {
    if (!document.is_object()) continue;
    const auto metadata = object_of(object(document), "metadata");
    const std::string id = metadata ? text_of(*metadata, "dataset_id") : "";
    if (id.empty() || (", " + ids + ",").find(", " + id + ",") != std::string::npos) continue;
    ids += ids.empty() ? id : ", " + id;
  }
  span.dataset_id = std::move(ids);
}

void read_flags(Record& record) {
  for (const std::string_view key :
       {"inputs_truncated", "outputs_truncated", "process_data_truncated"}) {
    if (flag_of(record.document, key).value_or(false)) record.span.content_truncated = true;
  }
  // Not a column of Dify's, but what joining the offload table as a list of types gives.
  const auto offloaded = member(record.document, "offloaded");
  if (offloaded && offloaded->is_array() && array(*offloaded).size() > 0) {
    record.span.content_truncated = true;
  }
  record.keep("retry_index");
  record.keep("predecessor_node_id");
}

Columns parse_columns(Record& record, const NodeType* type) {
  const std::string_view name = view_of(record.document, "node_type");
  Columns columns;
  columns.process_data = record.nested_object("process_data", Record::kProcessData);
  columns.usage = object_of(columns.process_data, "usage");
  columns.metadata = record.nested_object("execution_metadata", Record::kMetadata);
  const bool has_call = is_call(type, columns);
  if (needs_outputs(record, name, columns.usage.has_value())) {
    columns.outputs = record.nested_object("outputs", Record::kOutputs);
  }
  if (has_call && !columns.usage) columns.usage = object_of(columns.outputs, "usage");
  return columns;
}

// The start node's system variables name the run.
std::string run_of_start(object row) {
  if (view_of(row, "node_type") != "start") return {};
  simdjson::dom::parser parser;
  for (const std::string_view key : {"outputs", "inputs"}) {
    const auto variables = nested_of(row, key, parser);
    if (!variables || !variables->is_object()) continue;
    std::string run = text_of(object(*variables), "sys.workflow_run_id");
    if (!run.empty()) return run;
  }
  return {};
}

Result<> read_node(object document, ReadContext& context, Rank rank, std::string_view source,
                   const dify::NodePage& page) {
  Record record(document, context, RowKind::Node, rank, source);
  Span& span = record.span;
  span.span_id = TRY(record.id("id"));
  span.run_id = text_of(document, "workflow_run_id");
  if (span.run_id.empty()) span.run_id = page.run_id;
  if (span.run_id.empty()) span.trace_id = page.trace_id;
  span.app_id = text_of(document, "app_id");
  span.app_name = text_of(document, "app_name");
  span.node_id = text_of(document, "node_id");
  span.node_type = text_of(document, "node_type");
  span.name = text_of(document, "title");
  if (span.name.empty()) span.name = span.node_type;
  span.levels = bit(Level::Node);
  record.row.index = static_cast<int32_t>(
      std::clamp<int64_t>(count_of(document, "index").value_or(0), 0, INT32_MAX));
  record.row.workflow_id = text_of(document, "workflow_id");
  record.row.debugger = view_of(document, "triggered_from") == "single-step";
  span.start_time = time_of(document, "created_at");
  span.duration = seconds_of(document, "elapsed_time");
  record.read_user();
  record.read_status();
  if (span.status == Status::Pending) span.duration.reset();

  const NodeType* const type = find_type(span.node_type);
  if (type != nullptr) span.kind = type->kind;
  const Columns columns = parse_columns(record, type);
  if (is_call(type, columns)) read_call(record, columns);
  read_texts(record, span.node_type, columns);
  read_metadata(record, columns);
  read_outputs(record, columns);
  read_flags(record);
  if (span.node_type == "tool" && span.tool_name.empty()) span.tool_name = span.name;
  return record.put();
}

bool is_node(const Keys& keys) { return keys.has_all({"id", "node_id", "node_type", "title"}); }

bool matches_table(const Keys& keys, object) {
  return is_node(keys) && (keys.has("workflow_run_id") || keys.has("workflow_id"));
}
bool matches_console(const Keys& keys, object) { return is_node(keys); }

}  // namespace

namespace dify {

NodePage look_at_nodes(array rows) {
  NodePage page;
  for (const element value : rows) {
    if (!value.is_object()) continue;
    const object row(value);
    if (page.run_id.empty()) page.run_id = run_of_start(row);
    const std::string_view id = view_of(row, "id");
    if (page.trace_id.empty() || (!id.empty() && id < page.trace_id)) page.trace_id = id;
  }
  return page;
}

Result<> read_node_of_page(object row, const NodePage& page, ReadContext& context) {
  return read_node(row, context, Rank::Full, kConsoleName, page);
}

}  // namespace dify

constinit const Source kDifyNodeExecutions{.name = kTableName,
                                           .title = "Dify workflow node executions (SQL dump)",
                                           .matches = matches_table,
                                           .read = [](object document, ReadContext& context) {
                                             return read_node(document, context, Rank::Table,
                                                              kTableName, {});
                                           }};

constinit const Source kDifyConsoleNodeExecutions{
    .name = kConsoleName,
    .title = "Dify workflow node executions (console)",
    .matches = matches_console,
    .read = [](object document, ReadContext& context) {
      return read_node(document, context, Rank::Full, kConsoleName, {});
    }};

}  // namespace sonde
