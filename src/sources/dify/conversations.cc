// Conversations: the table, and the console's lists and details. They tell a message's model and
// prompt version; in a completion app they also hold its only message.
#include "sources/dify/record.h"
#include "sources/dify/sources.h"

namespace sonde {

using dify::Rank;
using dify::Record;
using dify::RowKind;
using simdjson::dom::object;

namespace {

constexpr std::string_view kConsoleName = "dify-conversations";

Result<> read_table_row(object document, ReadContext& context) {
  dify::Conversation conversation;
  conversation.id = text_of(document, "id");
  if (conversation.id.empty()) return fail(Code::InvalidInput, "id is missing");
  conversation.config_id = text_of(document, "app_model_config_id");
  conversation.model = text_of(document, "model_id");
  conversation.provider = text_of(document, "model_provider");
  conversation.user_id = text_of(document, "from_end_user_id");
  if (conversation.user_id.empty()) conversation.user_id = text_of(document, "from_account_id");
  context.dify.directory().add(conversation);
  return {};
}

// {"model": {"provider", "name", "mode", "completion_params"}, "pre_prompt"}; the model may be JSON
// in a string.
void read_model_config(object document, dify::Conversation& conversation) {
  const auto config = member(document, "model_config");
  if (!config || !config->is_object()) return;
  conversation.config_id = text_of(object(*config), "id");
  simdjson::dom::parser parser;
  const auto model = nested_of(object(*config), "model", parser);
  if (!model || !model->is_object()) return;
  conversation.model = text_of(object(*model), "name");
  conversation.provider = text_of(object(*model), "provider");
  conversation.parameters = text_of(object(*model), "completion_params");
}

// The message inside a completion conversation: a full one in details; in lists its texts alone,
// which then stand in for it until the message itself is read.
Result<> read_message(object document, const dify::Conversation& conversation,
                      ReadContext& context) {
  const auto message = member(document, "message");
  if (!message || !message->is_object()) return {};
  const object fields(*message);
  if (member(fields, "id") && member(fields, "answer_tokens")) {
    return kDifyChatMessages.read(fields, context);
  }
  Record record(fields, context, RowKind::Message, Rank::Pointer, kConsoleName);
  Span& span = record.span;
  span.span_id = conversation.id;
  span.message_id = conversation.id;
  span.session_id = conversation.id;
  record.row.run_untold = true;
  span.model = conversation.model;
  span.provider = conversation.provider;
  span.parameters = conversation.parameters;
  span.user_id = conversation.user_id;
  span.start_time = time_of(document, "created_at");
  const auto prompt = record.nested("message", Record::kOther);
  if (!prompt || !record.read_prompt(*prompt)) record.read_input("query");
  record.read_output("answer");
  if (!span.output.empty()) span.output_form = Form::Text;
  record.keep("inputs");
  return record.put();
}

Result<> read_console_row(object document, ReadContext& context) {
  dify::Conversation conversation;
  conversation.id = text_of(document, "id");
  if (conversation.id.empty()) return fail(Code::InvalidInput, "id is missing");
  {
    Record record(document, context, RowKind::Message, Rank::Pointer, kConsoleName);
    record.read_user();
    conversation.user_id = record.span.user_id;
  }
  read_model_config(document, conversation);
  context.dify.directory().add(conversation);
  return read_message(document, conversation, context);
}

bool matches_table(const Keys& keys, object) {
  return keys.has_all({"id", "app_id", "app_model_config_id"}) &&
         (keys.has("dialogue_count") || keys.has("introduction") || keys.has("mode")) &&
         !keys.has("icon") && !keys.has("enable_site");
}
bool matches_console(const Keys& keys, object) {
  return keys.has_all({"id", "from_source", "model_config"}) && !keys.has("query");
}

}  // namespace

constinit const Source kDifyConversations{.name = "dify-conversation-table",
                                          .title = "Dify conversations (SQL dump)",
                                          .matches = matches_table,
                                          .read = read_table_row};

constinit const Source kDifyConsoleConversations{.name = kConsoleName,
                                                 .title = "Dify conversations (console)",
                                                 .matches = matches_console,
                                                 .read = read_console_row};

}  // namespace sonde
