#include "sources/flat.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/decimal.h"
#include "base/time.h"
#include "model/documents.h"
#include "model/error_class.h"
#include "model/finish_reason.h"
#include "sources/flat_value.h"

namespace sonde {

using simdjson::error_code;
using simdjson::SUCCESS;

namespace {

constexpr size_t kKeysMax = 512;

enum Seen : uint8_t {
  kPrompt = 1,
  kAnswer = 2,
  kTiming = 4,
  kOutcome = 8,
  kModel = 16,
  kForeign = 32,
};

std::optional<int64_t> to_micros(double value, TimeUnit unit) {
  const double scale = unit == TimeUnit::Seconds ? 1e6 : unit == TimeUnit::Milliseconds ? 1e3 : 1;
  if (unit == TimeUnit::Infer || !(value >= 0) || value * scale > 9e17) return std::nullopt;
  return std::llround(value * scale);
}

// Else the text tells how many documents there were, or whether there were any.
bool names_document(std::string_view text) {
  return !is_flat_no_error(text) && text != "true" && text != "True" &&
         text.find_first_not_of("0123456789") != std::string_view::npos;
}

}  // namespace

// What one walk over a record has found so far.
struct FlatReader::Pass {
  Span& span;
  const FlatUnits& units;
  Notes& notes;
  const Location& location;
  std::array<const FlatRule*, kFieldCount> won{};
  uint8_t seen = 0;
  unsigned keys = 0;
  unsigned workshop_keys = 0;
  int http_status = 0;
  Status outcome = Status::Unknown;
  bool error_key = false;
  bool unread_outcome = false;
  bool has_error = false;
  std::vector<std::pair<const FlatRule*, std::string_view>> unread{};  // And what was wanted.
  std::string error{};
  std::optional<double> duration{};
  std::optional<double> ttft{};
  TimeUnit duration_unit = TimeUnit::Infer;
  TimeUnit ttft_unit = TimeUnit::Infer;

  // True when the rule may write its field: nothing above it in the table has.
  bool wins(const FlatRule& rule) {
    const FlatRule*& holder = won[static_cast<size_t>(rule.field)];
    if (holder != nullptr && holder < &rule) return false;
    holder = &rule;
    return true;
  }
  void wrong_type(const FlatRule& rule, std::string_view wanted) {
    unread.emplace_back(&rule, wanted);
  }
};

FlatReader::FlatReader(FieldSet fields, size_t nesting_max)
    : fields_(fields), index_(nesting_max), learned_(kKeysMax + 1) {}

// Whether a key's value need not be looked at: its field is not wanted and it is no evidence that
// the record is a call.
bool FlatReader::is_ignored(const FlatRule* rule) const {
  if (rule == nullptr) return !fields_.has(Field::Attributes);
  switch (rule->shape) {
    case FlatShape::Prompt:
    case FlatShape::Answer:
    case FlatShape::Duration:
    case FlatShape::Success:
    case FlatShape::StatusText:
    case FlatShape::ErrorValue:
    case FlatShape::Foreign:
      return false;
    default:
      return !rule->workshop && rule->field != Field::Model && !fields_.has(rule->field);
  }
}

// Programs write their keys in one order: the key that stood here in the last record most likely
// stands here again. Reading 32 bytes is safe because of the parser's padding.
const FlatReader::LearnedKey& FlatReader::learn(const char* raw, size_t position) {
  const char* end = raw;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  const std::string_view name(raw, static_cast<size_t>(end - raw));
  LearnedKey& learned = learned_[position] = LearnedKey{};
  learned.rule = find_flat_rule(name);
  learned.ignored = is_ignored(learned.rule);
  learned.name_size = name.size();
  if (name.size() + 1 <= sizeof(learned.text)) {
    std::memset(learned.mask, 0xFF, name.size() + 1);
    std::memcpy(learned.text, raw, name.size() + 1);
  } else {
    std::memset(learned.text, 0xFF, sizeof(learned.text));  // No key: it is not masked.
  }
  return learned;
}

error_code FlatReader::apply_duration(const FlatRule& rule, FlatValue value, Pass& pass) {
  double number = 0;
  const error_code error = read_number(index_, value, number);
  if (error != SUCCESS) {
    if (!is_malformed(error) && !value.is_null()) pass.wrong_type(rule, "numbers");
    return error;
  }
  if (number < 0) {
    pass.wrong_type(rule, "zero or more");
    return SUCCESS;
  }
  if (!pass.wins(rule)) return SUCCESS;
  const bool is_duration = rule.field == Field::Duration;
  (is_duration ? pass.duration : pass.ttft) = number;
  (is_duration ? pass.duration_unit : pass.ttft_unit) = rule.unit;
  return SUCCESS;
}

error_code FlatReader::apply_outcome(const FlatRule& rule, FlatValue value, Pass& pass) {
  if (rule.shape == FlatShape::ErrorValue) {
    pass.error_key = true;
    if (const error_code error = read_text(index_, value, scratch_)) return error;
    if (is_flat_no_error(scratch_)) return SUCCESS;
    pass.has_error = true;
    if (scratch_ != "true" && pass.wins(rule)) pass.error = scratch_;
    return SUCCESS;
  }
  if (const error_code error = read_text(index_, value, scratch_)) return error;
  if (scratch_.empty()) return SUCCESS;
  const Status status = flat_status_of(scratch_);
  if (status == Status::Unknown) {
    if (rule.shape == FlatShape::Success && (scratch_ == "1" || scratch_ == "0")) {
      if (pass.wins(rule)) pass.outcome = scratch_ == "1" ? Status::Ok : Status::Error;
      return SUCCESS;
    }
    pass.unread_outcome = true;
    pass.wrong_type(rule, "an outcome sonde knows");
    return SUCCESS;
  }
  if (rule.shape == FlatShape::StatusText && scratch_.size() == 3 && scratch_[0] <= '9') {
    std::from_chars(scratch_.data(), scratch_.data() + 3, pass.http_status);
  }
  if (pass.wins(rule)) pass.outcome = status;
  return SUCCESS;
}

error_code FlatReader::apply_content(const FlatRule& rule, FlatValue value, Pass& pass) {
  const bool is_prompt = rule.shape == FlatShape::Prompt;
  if (!fields_.has(rule.field)) return SUCCESS;
  if (value.is_null() || !pass.wins(rule)) return SUCCESS;
  Span& span = pass.span;
  if (const error_code error = read_text(index_, value, is_prompt ? span.input : span.output))
    return error;
  const Form form = value.first() == '['   ? Form::Messages
                    : value.first() == '{' ? Form::Json
                                           : Form::Text;
  (is_prompt ? span.input_form : span.output_form) = form;
  return SUCCESS;
}

error_code FlatReader::apply_time(const FlatRule& rule, FlatValue value, Pass& pass) {
  if (value.is_string()) {  // The usual case, without a copy.
    std::string_view text;
    if (const error_code error = read_string(index_, value, text)) return error;
    if (const auto time = parse_iso_time(text)) {
      if (pass.wins(rule)) pass.span.start_time = time;
      return SUCCESS;
    }
    scratch_ = text;
  } else if (const error_code error = read_text(index_, value, scratch_)) {
    return error;
  }
  if (scratch_.empty()) return SUCCESS;
  std::optional<int64_t> time;
  double number = 0;
  const auto [end, error] =
      std::from_chars(scratch_.data(), scratch_.data() + scratch_.size(), number);
  const bool whole = error == std::errc{} && end == scratch_.data() + scratch_.size();
  if (whole) time = epoch_to_micros(number);
  if (!time) {
    pass.wrong_type(rule, "times");
  } else if (pass.wins(rule)) {
    pass.span.start_time = time;
  }
  return SUCCESS;
}

// An empty list claims nothing: whatever names a document knows more.
error_code FlatReader::apply_documents(const FlatRule& rule, FlatValue value, Pass& pass) {
  if (const error_code error = read_text(index_, value, scratch_)) return error;
  std::string found;
  if (scratch_.starts_with('[') || scratch_.starts_with('{')) {
    found = documents_of_json(scratch_);
  } else if (scratch_ == "0" && rule.shape == FlatShape::Documents) {
    found = kNoDocuments;
  } else if (rule.shape == FlatShape::Document ? !scratch_.empty() : names_document(scratch_)) {
    DocumentList list;
    list.add(scratch_);
    found = list.text();
  }
  // Dify's messages carry an empty list wherever nothing was cited.
  if (rule.shape == FlatShape::Foreign && found == kNoDocuments) return SUCCESS;
  std::string& documents = pass.span.documents;
  if (found == kNoDocuments) {
    if (documents.empty()) documents = found;
  } else if (!found.empty() && pass.wins(rule)) {
    documents = std::move(found);
  }
  return SUCCESS;
}

error_code FlatReader::apply_rating(FlatValue value, Span& span) {
  constexpr std::string_view kLikes[] = {"like", "up", "thumbs_up", "positive",
                                         "good", "1",  "true"};
  constexpr std::string_view kDislikes[] = {"dislike", "down", "thumbs_down", "negative",
                                            "bad",     "-1",   "false"};
  if (const error_code error = read_text(index_, value, scratch_)) return error;
  // Dify writes {"rating": "like"}, or a list of such.
  if (scratch_.find("\"dislike\"") != std::string::npos) scratch_ = "dislike";
  if (scratch_.find("\"like\"") != std::string::npos) scratch_ = "like";
  if (std::find(std::begin(kLikes), std::end(kLikes), scratch_) != std::end(kLikes)) {
    span.feedback = "like";
  } else if (std::find(std::begin(kDislikes), std::end(kDislikes), scratch_) !=
             std::end(kDislikes)) {
    span.feedback = "dislike";
  }
  return SUCCESS;
}

error_code FlatReader::apply_parameter(const FlatRule& rule, FlatValue value, Span& span) {
  if (value.is_null()) return SUCCESS;
  std::string members;
  if (rule.shape == FlatShape::Parameters) {
    if (const error_code error = read_text(index_, value, members)) return error;
    // Also as text that holds JSON.
    if (value.is_string() && !read_object_text(members)) return SUCCESS;
    if (!members.starts_with('{') || members == "{}") return SUCCESS;
    members.erase(0, 1);
  } else {
    double number = 0;
    if (value.is_string() && read_number(index_, value, number) == SUCCESS) {
      scratch_ = fmt::format("{}", number);  // "0.7" is meant as a number.
    } else {
      if (const error_code error = read_text(index_, value, scratch_)) return error;
      if (const error_code error = assign_minified(value.text(), scratch_)) return error;
    }
    members = fmt::format("\"{}\":{}}}", rule.key, scratch_);
  }
  if (span.parameters.empty()) {
    span.parameters = "{";
  } else {
    span.parameters.back() = ',';
  }
  span.parameters += members;
  return SUCCESS;
}

error_code FlatReader::apply(const FlatRule& rule, FlatValue value, Pass& pass) {
  if (rule.workshop) ++pass.workshop_keys;
  switch (rule.shape) {
    case FlatShape::Foreign:
      pass.seen |= kForeign;
      return rule.field == Field::Documents && fields_.has(rule.field)
                 ? apply_documents(rule, value, pass)
                 : SUCCESS;
    case FlatShape::Prompt:
      pass.seen |= kPrompt;
      return apply_content(rule, value, pass);
    case FlatShape::Answer:
      pass.seen |= kAnswer;
      return apply_content(rule, value, pass);
    case FlatShape::Duration:
      pass.seen |= kTiming;
      return apply_duration(rule, value, pass);
    case FlatShape::Success:
    case FlatShape::StatusText:
    case FlatShape::ErrorValue:
      pass.seen |= kOutcome;
      return apply_outcome(rule, value, pass);
    default:
      break;
  }
  if (rule.field == Field::Model) pass.seen |= kModel;
  return fields_.has(rule.field) ? apply_field(rule, value, pass) : SUCCESS;
}

error_code FlatReader::apply_field(const FlatRule& rule, FlatValue value, Pass& pass) {
  Span& span = pass.span;
  switch (rule.shape) {
    case FlatShape::Text:
    case FlatShape::Tags: {
      if (value.is_null() || !pass.wins(rule)) return SUCCESS;
      std::string& text = span.*std::get<TextMember>(column(rule.field).member);
      return read_text(index_, value, text);
    }
    case FlatShape::Count: {
      double number = 0;
      const error_code error = read_number(index_, value, number);
      if (error != SUCCESS || number < 0 || number > 9e15 || number != std::floor(number)) {
        if (!is_malformed(error) && !value.is_null()) pass.wrong_type(rule, "whole numbers");
        return error;
      }
      if (pass.wins(rule)) {
        span.*std::get<NumberMember>(column(rule.field).member) = static_cast<int64_t>(number);
      }
      return SUCCESS;
    }
    case FlatShape::Money: {
      if (const error_code error = read_text(index_, value, scratch_)) return error;
      const auto money = parse_decimal_nanos(scratch_);
      if (!money && !scratch_.empty()) pass.wrong_type(rule, "amounts");
      if (!money || !pass.wins(rule)) return SUCCESS;
      span.cost = *money;
      span.cost_origin = "reported";
      return SUCCESS;
    }
    case FlatShape::Time:
      return apply_time(rule, value, pass);
    case FlatShape::Document:
    case FlatShape::Documents:
      return apply_documents(rule, value, pass);
    case FlatShape::Rating:
      return apply_rating(value, span);
    case FlatShape::Parameter:
    case FlatShape::Parameters:
      return apply_parameter(rule, value, span);
    default:
      return SUCCESS;
  }
}

error_code FlatReader::keep_attribute(std::string_view name, FlatValue value, Span& span) {
  Attribute attribute{std::string(name), {}};
  if (name.find('\\') != std::string_view::npos) {
    const FlatValue quoted{name.data() - 1, name.data() + name.size() + 1};
    if (const error_code error = index_.unescape(quoted, name)) return error;
    attribute.key = name;
  }
  if (const error_code error = read_text(index_, value, attribute.value)) return error;
  if (!attribute.value.empty()) span.attributes.push_back(std::move(attribute));
  return SUCCESS;
}

void FlatReader::finish(Pass& pass) {
  Span& span = pass.span;
  // The workshop's response times are documented as milliseconds, should the file's sample not
  // tell; everything else goes by the sample alone.
  const bool workshop = pass.workshop_keys >= 4 && pass.workshop_keys == pass.keys;
  span.source = workshop ? "workshop" : "flat";
  if (workshop && span.category.empty()) span.category = "Uncategorized";
  span.levels = bit(Level::Call) | bit(Level::Message) | bit(Level::Run);
  span.kind = Kind::Llm;
  if (!span.finish_reason.empty()) {
    if (span.finish_reason == "refusal") span.refusal = true;
    span.finish_reason = normal_finish_reason(span.finish_reason);
  }
  const auto unit = [&pass](TimeUnit of_key) {
    return of_key == TimeUnit::Infer ? pass.units.unit : of_key;
  };
  if (workshop && pass.units.unit == TimeUnit::Infer) pass.duration_unit = TimeUnit::Milliseconds;
  for (const auto& [rule, wanted] : pass.unread) {
    add_note(
        pass.notes,
        fmt::format("values of \"{}\" that are not {} were taken as unknown", rule->key, wanted),
        pass.location);
  }
  if (pass.duration) span.duration = to_micros(*pass.duration, unit(pass.duration_unit));
  if (pass.ttft) span.time_to_first_token = to_micros(*pass.ttft, unit(pass.ttft_unit));

  if (pass.outcome != Status::Unknown) {
    span.status = pass.outcome;
  } else if (pass.has_error) {
    span.status = Status::Error;
  } else if (pass.error_key && !pass.unread_outcome) {
    span.status = Status::Ok;  // There is a place for an error, and it is empty.
  }
  if (span.status == Status::Error) {
    span.status_message = std::move(pass.error);
    if (fields_.has(Field::ErrorClass)) {
      span.error_class = classify_error(span.status_message, pass.http_status);
    }
  }
  if (span.cost && span.currency.empty()) {
    span.currency = "USD";
    add_note(pass.notes, "costs without a currency were taken as USD", pass.location);
  }
}

Result<FlatOutcome> FlatReader::read(const char* data, size_t length, const FlatUnits& units,
                                     Certainty certainty, Span& span, Notes& notes,
                                     const Location& location) {
  const auto malformed = [](error_code error) {
    return error == FlatWalk::kSomethingFollows
               ? fail(Code::InvalidInput, "malformed JSON: something follows the closing brace")
               : fail(Code::InvalidInput, "malformed JSON: {}", simdjson::error_message(error));
  };
  Pass pass{.span = span, .units = units, .notes = notes, .location = location};
  FlatWalk walk;
  if (const auto error = index_.open(data, length, walk)) return malformed(error);
  for (size_t position = 0; walk.next(); ++position) {
    const size_t at = std::min(position, kKeysMax);
    const char* const name = walk.key();
    const LearnedKey& key = learned_[at].matches(name) ? learned_[at] : learn(name, at);
    ++pass.keys;
    if (key.ignored) continue;
    const error_code error = key.rule != nullptr
                                 ? apply(*key.rule, walk.value(), pass)
                                 : keep_attribute({name, key.name_size}, walk.value(), span);
    if (is_malformed(error)) return malformed(error);
    if ((pass.seen & kForeign) != 0 && certainty == Certainty::Maybe)
      return FlatOutcome::OtherFormat;
  }
  if (const auto error = walk.error()) return malformed(error);
  constexpr uint8_t kEvidence = kAnswer | kTiming | kOutcome | kModel;
  if ((pass.seen & kPrompt) == 0 && (pass.seen & (kTiming | kOutcome)) == 0)
    return FlatOutcome::Unknown;
  if ((pass.seen & kEvidence) == 0) return FlatOutcome::Unknown;
  finish(pass);
  return FlatOutcome::Read;
}

}  // namespace sonde
