// Feedback: the table `message_feedbacks`, the service API's /app/feedbacks, and the console's
// feedback export (a JSON file, or CSV rows with the same names), which carries the texts too.
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

constexpr std::string_view kExportName = "dify-feedback-export";
constexpr size_t kCutCharacters = 500;  // The export cuts answers there and adds "...".

Result<> read_feedback(object document, ReadContext& context) {
  dify::Feedback feedback;
  feedback.message_id = text_of(document, "message_id");
  if (feedback.message_id.empty()) return fail(Code::InvalidInput, "message_id is missing");
  feedback.rating = text_of(document, "rating");
  if (feedback.rating != "like" && feedback.rating != "dislike" && !feedback.rating.empty()) {
    return fail(Code::InvalidInput, "rating is \"{}\", not like or dislike",
                feedback.rating.substr(0, 40));
  }
  if (context.options.fields.has(Field::Attributes)) {
    feedback.comment = text_of(document, "content");
  }
  feedback.from_user = view_of(document, "from_source") != "admin";
  feedback.created_at = time_of(document, "created_at").value_or(0);
  context.dify.directory().add(feedback);
  return {};
}

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void add_rating(Record& record, dify::Directory& directory) {
  const object row = record.document;
  dify::Feedback feedback;
  feedback.message_id = record.span.message_id;
  feedback.rating = text_of(row, "feedback_rating_raw");
  if (record.wants(Field::Attributes)) feedback.comment = text_of(row, "feedback_comment");
  feedback.from_user = view_of(row, "feedback_source") != "admin";
  feedback.created_at = time_of(row, "feedback_date").value_or(0);
  directory.add(feedback);
}

Result<> read_export_row(object document, ReadContext& context) {
  Record record(document, context, RowKind::Message, Rank::Quote, kExportName);
  Span& span = record.span;
  span.span_id = TRY(record.id("message_id"));
  span.message_id = span.span_id;
  record.row.run_untold = true;
  span.session_id = text_of(document, "conversation_id");
  span.app_id = text_of(document, "app_id");
  span.app_name = text_of(document, "app_name");
  span.start_time = time_of(document, "message_date");
  record.read_user();
  record.read_input("user_query");
  record.read_output("ai_response");
  if (!span.input.empty()) span.input_form = Form::Text;
  if (!span.output.empty()) span.output_form = Form::Text;
  const std::string_view answer = view_of(document, "ai_response");
  span.content_truncated =
      answer.ends_with("...") && count_characters(answer) == kCutCharacters + 3;
  record.keep("conversation_name");
  add_rating(record, context.dify.directory());
  return record.put();
}

Result<> read_export(object document, ReadContext& context) {
  const auto rows = member(document, "feedback_data");
  if (!rows || !rows->is_array()) return fail(Code::InvalidInput, "feedback_data is no array");
  for (const element row : array(*rows)) {
    const Result<> read = row.is_object() ? read_export_row(object(row), context)
                                          : fail(Code::InvalidInput, "the row is no object");
    if (read) continue;
    if (read.error().code != Code::InvalidInput) return read;
    ++context.unmatched;
    add_note(context.notes, "rows of a feedback export could not be read: " + read.error().message,
             context.location);
  }
  return {};
}

bool matches_feedback(const Keys& keys, object) {
  return keys.has_all({"message_id", "rating", "from_source"});
}
bool matches_export_row(const Keys& keys, object) {
  return keys.has_all({"feedback_id", "message_id", "feedback_rating_raw"});
}
bool matches_export(const Keys& keys, object) {
  return keys.has_all({"export_info", "feedback_data"});
}

}  // namespace

constinit const Source kDifyFeedbacks{.name = "dify-feedbacks",
                                      .title = "Dify message feedback (SQL dump or service API)",
                                      .matches = matches_feedback,
                                      .read = read_feedback};

constinit const Source kDifyFeedbackRows{.name = "dify-feedback-rows",
                                         .title = "Dify feedback export (CSV)",
                                         .matches = matches_export_row,
                                         .read = read_export_row};

constinit const Source kDifyFeedbackExport{.name = kExportName,
                                           .title = "Dify feedback export (JSON)",
                                           .matches = matches_export,
                                           .read = read_export};

}  // namespace sonde
