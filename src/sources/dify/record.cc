#include "sources/dify/record.h"

#include <algorithm>

#include "base/time.h"
#include "model/message.h"

namespace sonde::dify {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

constexpr std::string_view kBrokenJsonNote =
    "text columns that should hold JSON hold something else; they were read as far as possible";
constexpr std::string_view kUnknownStatusNote =
    "have a status that Sonde does not know; they count in no success rate";
constexpr std::string_view kCutMark = "[TRUNCATED]";

struct StatusRow {
  std::string_view name;
  Status status;
};

// Sorted by name. Messages, runs and nodes each use a part of it.
constexpr std::array kStatuses = {
    StatusRow{"completed", Status::Ok},       StatusRow{"error", Status::Error},
    StatusRow{"exception", Status::Error},    StatusRow{"failed", Status::Error},
    StatusRow{"normal", Status::Ok},          StatusRow{"partial-succeeded", Status::Ok},
    StatusRow{"partial_success", Status::Ok}, StatusRow{"paused", Status::Pending},
    StatusRow{"pending", Status::Pending},    StatusRow{"retry", Status::Error},
    StatusRow{"running", Status::Pending},    StatusRow{"scheduled", Status::Pending},
    StatusRow{"stopped", Status::Cancelled},  StatusRow{"succeeded", Status::Ok},
    StatusRow{"success", Status::Ok},
};
static_assert(std::is_sorted(kStatuses.begin(), kStatuses.end(),
                             [](const StatusRow& a, const StatusRow& b) {
                               return a.name < b.name;
                             }));

struct Scratch {
  Row row;
  simdjson::dom::parser parsers[Record::kSlotCount];
};

Scratch& scratch() {
  thread_local Scratch scratch;
  return scratch;
}

// "[image]" and the like, for what is no text.
void append_files(object item, std::string& content) {
  const auto files = member(item, "files");
  if (!files || !files->is_array()) return;
  for (const element file : array(*files)) {
    std::string_view type = file.is_object() ? view_of(object(file), "type") : "";
    if (type.empty()) type = "file";
    content += content.empty() ? "[" : "\n[";
    content += type;
    content += ']';
  }
}

bool is_empty(element value) {
  if (value.is_string()) return std::string_view(value).empty();
  if (value.is_array()) return array(value).size() == 0;
  return value.is_object() && object(value).size() == 0;
}

}  // namespace

Record::Record(object read_from, ReadContext& context, RowKind kind, Rank rank,
               std::string_view source)
    : document(read_from), row(scratch().row), span(row.span), context_(context) {
  row.clear();
  row.kind = kind;
  row.rank = rank;
  span.source = source;
  span.location = context.location;
}

std::optional<element> Record::nested(std::string_view key, Slot slot) {
  const auto value = member(document, key);
  if (!value || is_empty(*value)) return std::nullopt;
  const auto inner = nested_of(document, key, scratch().parsers[slot]);
  if (value->is_string()) {
    const std::string_view text(*value);
    if (text.find(kCutMark) != std::string_view::npos) span.content_truncated = true;
    if (!inner && text != "null") add_note(context_.notes, kBrokenJsonNote, context_.location);
  }
  return inner;
}

std::optional<object> Record::nested_object(std::string_view key, Slot slot) {
  const auto value = nested(key, slot);
  if (!value || !value->is_object()) return std::nullopt;
  return object(*value);
}

void Record::keep(std::string_view key) { keep(key, document, key); }

void Record::keep(std::string_view key, object parent, std::string_view name) {
  if (!wants(Field::Attributes)) return;
  const auto value = member(parent, key);
  if (!value || is_empty(*value)) return;
  span.attributes.push_back({std::string(name), text_of(*value)});
}

void Record::read_status() {
  span.status_message = text_of(document, "error");
  const std::string_view name = view_of(document, "status");
  if (name.empty()) return;
  const auto found = std::lower_bound(
      kStatuses.begin(), kStatuses.end(), name,
      [](const StatusRow& known, std::string_view wanted) { return known.name < wanted; });
  if (found == kStatuses.end() || found->name != name) {
    // A newer Dify may know more of them; the row's figures are good all the same.
    add_note(context_.notes, kUnknownStatusNote, context_.location);
    keep("status");
    return;
  }
  span.status = found->status;
  row.retried = name == "retry";
  row.handled = name == "exception" || name.substr(0, 7) == "partial";
  if (row.retried || row.handled) keep("status");
}

void Record::read_usage(object usage) {
  if (const auto tokens = count_of(usage, "prompt_tokens")) span.input_tokens = tokens;
  if (const auto tokens = count_of(usage, "completion_tokens")) span.output_tokens = tokens;
  if (const auto tokens = count_of(usage, "total_tokens")) span.total_tokens = tokens;
  if (const auto cost = money_of(usage, "total_price")) {
    span.cost = cost;
    span.currency = text_of(usage, "currency");
    span.cost_origin = "reported";
  }
  if (const auto first = seconds_of(usage, "time_to_first_token")) {
    // Replies that were not streamed have no first token of their own.
    if (*first > 0) span.time_to_first_token = first;
  }
}

bool Record::read_prompt(element prompts) {
  if (!prompts.is_array() || array(prompts).size() == 0) return false;
  std::vector<Message> messages;
  for (const element item : array(prompts)) {
    if (!item.is_object()) return false;
    const object fields(item);
    Message& message = messages.emplace_back();
    message.role = text_of(fields, "role");
    message.content = text_of(fields, member(fields, "text") ? "text" : "content");
    if (message.content.find(kCutMark) != std::string::npos) span.content_truncated = true;
    append_files(fields, message.content);
    message.tool_calls = text_of(fields, "tool_calls");
    if (message.tool_calls == "[]") message.tool_calls.clear();
  }
  if (!wants(Field::Input)) return true;
  span.input = to_json(messages);
  span.input_form = Form::Messages;
  return true;
}

void Record::read_input(std::string_view key) {
  if (!wants(Field::Input)) return;
  const auto value = member(document, key);
  if (!value || is_empty(*value)) return;
  span.input = text_of(*value);
  const bool is_json = !value->is_string() || span.input.front() == '{';
  span.input_form = is_json ? Form::Json : Form::Text;
}

void Record::read_output(std::string_view key) {
  if (!wants(Field::Output)) return;
  const auto value = member(document, key);
  if (!value || is_empty(*value)) return;
  span.output = text_of(*value);
  const bool is_json = !value->is_string() || span.output.front() == '{';
  span.output_form = is_json ? Form::Json : Form::Text;
}

void Record::read_user() {
  constexpr std::string_view kFlat[] = {"end_user_session", "from_end_user_session_id",
                                        "from_end_user_id", "from_account_name", "from_account_id"};
  for (const std::string_view key : kFlat) {
    if (!span.user_id.empty()) return;
    span.user_id = text_of(document, key);
  }
  constexpr std::string_view kNested[] = {"created_by_end_user", "created_by_account"};
  constexpr std::string_view kNames[] = {"session_id", "name", "id"};
  for (const std::string_view key : kNested) {
    const auto who = member(document, key);
    if (!who || !who->is_object()) continue;
    for (const std::string_view name : kNames) {
      if (span.user_id.empty()) span.user_id = text_of(object(*who), name);
    }
  }
  if (span.user_id.empty()) span.user_id = text_of(document, "created_by");
}

Result<std::string> Record::id(std::string_view key) const {
  std::string text;
  const auto value = member(document, key);
  if (value && !value->is_object() && !value->is_array()) text = text_of(*value);
  if (text.empty()) return fail(Code::InvalidInput, "{} is missing", key);
  if (text.size() > 800) {
    return fail(Code::InvalidInput, "{} is {} bytes long, limit is 800", key, text.size());
  }
  return text;
}

Result<> Record::put() { return context_.dify.put(row); }

void forget_unknown_zeros(Span& span) {
  if (span.status == Status::Ok) return;
  if (span.input_tokens.value_or(0) != 0 || span.output_tokens.value_or(0) != 0 ||
      span.total_tokens.value_or(0) != 0) {
    return;
  }
  span.input_tokens.reset();
  span.output_tokens.reset();
  span.total_tokens.reset();
  if (span.cost.value_or(0) != 0) return;
  span.cost.reset();
  span.currency.clear();
  span.cost_origin.clear();
}

std::string distinct_of(element values, std::string_view key) {
  std::string joined;
  std::vector<std::string> seen;
  if (!values.is_array()) return joined;
  for (const element item : array(values)) {
    if (!item.is_object()) continue;
    std::string text = text_of(object(item), key);
    if (text.empty() || std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    joined += joined.empty() ? text : ", " + text;
    seen.push_back(std::move(text));
  }
  return joined;
}

}  // namespace sonde::dify
