// Chat and completion messages: the table `messages`, the console's MessageDetail, the service
// API's /messages and the lines of `flask export-app-messages`.
#include "model/documents.h"
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

void read_feedback(element value, std::string_view message_id, bool keep_comment,
                   dify::Directory& directory) {
  if (!value.is_object()) return;
  const object fields(value);
  dify::Feedback feedback;
  feedback.message_id = message_id;
  feedback.rating = text_of(fields, "rating");
  if (keep_comment) feedback.comment = text_of(fields, "content");
  feedback.from_user = view_of(fields, "from_source") != "admin";
  feedback.created_at = time_of(fields, "created_at").value_or(0);
  directory.add(feedback);
}

// `feedbacks` of the console, `feedback` of the service API (one) and of the export (a list).
void read_feedbacks(Record& record, dify::Directory& directory) {
  const bool keep_comment = record.wants(Field::Attributes);
  for (const std::string_view key : {"feedbacks", "feedback"}) {
    const auto value = member(record.document, key);
    if (!value) continue;
    if (!value->is_array()) {
      read_feedback(*value, record.span.span_id, keep_comment, directory);
      continue;
    }
    for (const element item : array(*value)) {
      read_feedback(item, record.span.span_id, keep_comment, directory);
    }
  }
}

void read_figures(Record& record) {
  Span& span = record.span;
  const object row = record.document;
  span.input_tokens = count_of(row, "message_tokens");
  span.output_tokens = count_of(row, "answer_tokens");
  span.total_tokens = count_of(row, "total_tokens");
  span.cost = money_of(row, "total_price");
  if (span.cost) {
    span.currency = text_of(row, "currency");
    span.cost_origin = "reported";
  }
  span.duration = seconds_of(row, "provider_response_latency");
  // 0 is the column's default: the reply never came.
  if (span.duration == 0) span.duration.reset();
}

// [{"position", "dataset_id", "document_id", "document_name", "segment_id", "score", ...}]
void read_citations(Record& record, element resources) {
  Span& span = record.span;
  span.dataset_id = dify::distinct_of(resources, "dataset_id");
  if (!record.wants(Field::Documents) || !resources.is_array()) return;
  record.row.cites_nothing = array(resources).size() == 0;
  if (!record.row.cites_nothing) span.documents = documents_of(resources);
}

// `message_metadata` of the table, `metadata` of the console.
void read_metadata(Record& record) {
  Span& span = record.span;
  const std::string_view key =
      member(record.document, "message_metadata") ? "message_metadata" : "metadata";
  const auto metadata = record.nested_object(key, Record::kMetadata);
  bool has_usage = false;
  if (metadata) {
    const auto usage = member(*metadata, "usage");
    if (usage && usage->is_object() && object(*usage).size() > 0) {
      // The columns win: a workflow's usage block covers its last model call only.
      const auto input = span.input_tokens;
      const auto output = span.output_tokens;
      const auto cost = span.cost;
      const std::string currency = span.currency;
      record.read_usage(object(*usage));
      has_usage = true;
      if (input.value_or(0) != 0) span.input_tokens = input;
      if (output.value_or(0) != 0) span.output_tokens = output;
      if (cost.value_or(0) != 0) {
        span.cost = cost;
        if (!currency.empty()) span.currency = currency;
      }
    }
    record.keep("retriever_resources", *metadata, "retriever_resources");
    record.keep("annotation_reply", *metadata, "annotation_reply");
    record.keep("reasoning", *metadata, "reasoning");
    if (const auto resources = member(*metadata, "retriever_resources")) {
      read_citations(record, *resources);
    }
  }
  if (!has_usage) dify::forget_unknown_zeros(span);
}

void read_texts(Record& record) {
  const auto prompt = record.nested("message", Record::kOther);
  if (!prompt || !record.read_prompt(*prompt)) {
    record.read_input("query");
    if (!record.span.input.empty()) record.span.input_form = Form::Text;
    // A completion app has no query: its variables are what is known of a prompt that failed early.
    if (record.span.input.empty()) record.read_input("inputs");
  }
  record.read_output("answer");
  if (!record.span.output.empty()) record.span.output_form = Form::Text;
}

void read_model(Record& record) {
  Span& span = record.span;
  span.model = text_of(record.document, "model_id");
  span.provider = text_of(record.document, "model_provider");
  const auto config = record.nested_object("override_model_configs", Record::kOther);
  if (!config) return;
  const auto model = member(*config, "model");
  if (model && model->is_object()) span.parameters = text_of(object(*model), "completion_params");
}

void keep_extras(Record& record) {
  constexpr std::string_view kKept[] = {"inputs",
                                        "agent_thoughts",
                                        "message_files",
                                        "parent_message_id",
                                        "retriever_resources",
                                        "annotation",
                                        "annotation_hit_history",
                                        "extra_contents"};
  for (const std::string_view key : kKept) record.keep(key);
  if (const auto resources = member(record.document, "retriever_resources")) {
    read_citations(record, *resources);
  }
  if (const auto thoughts = member(record.document, "agent_thoughts")) {
    record.span.tool_name = dify::distinct_of(*thoughts, "tool");
  }
}

Result<> read_message(object document, ReadContext& context, std::string_view id_key, Rank rank,
                      std::string_view source) {
  Record record(document, context, RowKind::Message, rank, source);
  Span& span = record.span;
  span.span_id = TRY(record.id(id_key));
  span.message_id = span.span_id;
  span.session_id = text_of(document, "conversation_id");
  span.run_id = text_of(document, "workflow_run_id");
  simdjson::dom::element told;
  record.row.run_untold = document["workflow_run_id"].get(told) != simdjson::SUCCESS;
  span.app_id = text_of(document, "app_id");
  span.app_name = text_of(document, "app_name");
  record.row.app_mode = text_of(document, "app_kind");
  if (record.row.app_mode.empty()) record.row.app_mode = text_of(document, "app_mode");
  if (!span.app_id.empty() && !span.app_name.empty()) {
    context.dify.directory().add(dify::App{span.app_id, span.app_name, record.row.app_mode});
  }
  span.invoke_from = text_of(document, "invoke_from");
  record.row.debugger = span.invoke_from == "debugger";
  span.start_time = time_of(document, "created_at");
  record.read_user();
  record.read_status();
  read_model(record);
  read_figures(record);
  read_metadata(record);
  read_texts(record);
  keep_extras(record);
  read_feedbacks(record, context.dify.directory());
  return record.put();
}

// Flat logs that people make from Dify's messages use some of its names, and these beside them.
bool is_message(const Keys& keys) {
  return keys.has_all({"id", "conversation_id", "query", "answer"}) && !keys.has("category") &&
         !keys.has("model") && !keys.has("response_time") && !keys.has("latency");
}

bool matches_table(const Keys& keys, object) {
  return is_message(keys) && (keys.has("app_id") || keys.has("model_id") ||
                              keys.has("message_metadata") || keys.has("message_unit_price"));
}
bool matches_console(const Keys& keys, object) {
  return is_message(keys) && (keys.has("feedbacks") || keys.has("metadata") ||
                              keys.has("message") || keys.has("from_source"));
}
bool matches_service(const Keys& keys, object) {
  return is_message(keys) && (keys.has("feedback") || keys.has("retriever_resources") ||
                              keys.has("message_files") || keys.has("parent_message_id"));
}
bool matches_export(const Keys& keys, object) {
  return keys.has_all({"conversation_id", "message_id", "query", "answer"});
}

}  // namespace

constinit const Source kDifyMessages{.name = "dify-messages",
                                     .title = "Dify messages (SQL dump)",
                                     .matches = matches_table,
                                     .read = [](object document, ReadContext& context) {
                                       return read_message(document, context, "id", Rank::Table,
                                                           "dify-messages");
                                     }};

constinit const Source kDifyChatMessages{.name = "dify-chat-messages",
                                         .title = "Dify chat messages (console)",
                                         .matches = matches_console,
                                         .read = [](object document, ReadContext& context) {
                                           return read_message(document, context, "id", Rank::Full,
                                                               "dify-chat-messages");
                                         }};

constinit const Source kDifyServiceMessages{
    .name = "dify-service-messages",
    .title = "Dify messages (service API)",
    .matches = matches_service,
    .read = [](object document, ReadContext& context) {
      return read_message(document, context, "id", Rank::Thin, "dify-service-messages");
    }};

constinit const Source kDifyExportMessages{
    .name = "dify-export-messages",
    .title = "Dify messages (flask export-app-messages)",
    .matches = matches_export,
    .read = [](object document, ReadContext& context) {
      return read_message(document, context, "message_id", Rank::Thin, "dify-export-messages");
    }};

}  // namespace sonde
