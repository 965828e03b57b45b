#include "ingest/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dialects/values.h"
#include "ingest/json_objects.h"
#include "model/columns.h"

namespace sonde {
namespace {

constexpr std::string_view kAttribute = "attributes.";

// Which of two events that said a field stays.
enum class Keep : uint8_t { Last, First };

int rank_of(Status status) {
  switch (status) {
    case Status::Error:
      return 4;
    case Status::Ok:
      return 3;
    case Status::Cancelled:
      return 2;
    case Status::Pending:
      return 1;
    default:
      return 0;
  }
}

std::set<std::string_view> tags_of(std::string_view text) {
  std::set<std::string_view> tags;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    if (end > 0) tags.insert(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tags;
}

// One merge of two rows. Collects when each field of the result was said.
class Merge {
 public:
  Merge(FiledSpan& row, const FiledSpan& other)
      : row_(row),
        other_(other),
        mine_(row.span),
        theirs_(other.span),
        event_time_(std::max(row.event_time, other.event_time)) {}

  bool run() {
    for (const Column& column : span_columns()) merge_column(column);
    merge_attributes();
    gather();
    measure();
    std::sort(times_.begin(), times_.end(),
              [](const FieldTime& a, const FieldTime& b) { return a.field < b.field; });
    changed_ |= event_time_ != row_.event_time || times_ != row_.field_times;
    row_.event_time = event_time_;
    row_.field_times = std::move(times_);
    return changed_;
  }

 private:
  static int64_t time_of(const FiledSpan& row, std::string_view field) {
    for (const FieldTime& time : row.field_times) {
      if (time.field == field) return time.time;
    }
    return row.event_time;
  }

  // Whether their value of a field stays; `is_greater` decides where time does not.
  bool takes(std::string_view field, bool has_mine, bool has_theirs, bool is_greater,
             Keep keep = Keep::Last) {
    if (!has_mine && !has_theirs) return false;
    const int64_t mine = time_of(row_, field);
    const int64_t theirs = time_of(other_, field);
    const bool is_later = keep == Keep::Last ? theirs > mine : theirs < mine;
    const bool wins = !has_mine || (has_theirs && (mine == theirs ? is_greater : is_later));
    keep_time(field, wins ? theirs : mine);
    return wins;
  }
  void keep_time(std::string_view field, int64_t time) {
    if (time != event_time_) times_.push_back({std::string(field), time});
  }
  template <class T>
  void assign(T& mine, const T& theirs) {
    if (mine == theirs) return;
    mine = theirs;
    changed_ = true;
  }

  void merge_column(const Column& column) {
    switch (column.field) {
      case Field::StartTime:
        if (theirs_.start_time && (!mine_.start_time || *theirs_.start_time < *mine_.start_time))
          assign(mine_.start_time, theirs_.start_time);
        return;
      case Field::Duration:
      case Field::TimeToFirstToken:
        if (is_measured(column.field)) return;
        break;
      case Field::Tags:
        return merge_tags();
      case Field::Environment:
        if (takes(column.name, !mine_.environment.empty(), !theirs_.environment.empty(),
                  theirs_.environment < mine_.environment, Keep::First)) {
          assign(mine_.environment, theirs_.environment);
        }
        return;
      case Field::Cost:
        return merge_cost();
      case Field::Currency:
      case Field::CostOrigin:
        if (mine_.cost) return;  // Came with it.
        break;
      default:
        break;
    }
    if (const auto* text = std::get_if<TextMember>(&column.member)) {
      merge_text(column, *text);
    } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
      merge_optional(column, mine_.**number, theirs_.**number);
    } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
      merge_optional(column, mine_.**flag, theirs_.**flag);
    } else if (column.field == Field::Kind) {
      if (takes(column.name, mine_.kind != Kind::Span, theirs_.kind != Kind::Span,
                theirs_.kind > mine_.kind)) {
        assign(mine_.kind, theirs_.kind);
      }
    } else if (takes(column.name, mine_.status != Status::Unknown,
                     theirs_.status != Status::Unknown,
                     rank_of(theirs_.status) > rank_of(mine_.status))) {
      assign(mine_.status, theirs_.status);
    }
  }

  void merge_text(const Column& column, TextMember member) {
    const std::string& theirs = theirs_.*member;
    // An answer that is empty is one all the same.
    if (theirs.empty() && (mine_.*member).empty()) {
      if (column.field == Field::Input)
        assign(mine_.input_form, std::max(mine_.input_form, theirs_.input_form));
      if (column.field == Field::Output)
        assign(mine_.output_form, std::max(mine_.output_form, theirs_.output_form));
      return;
    }
    if (!takes(column.name, !(mine_.*member).empty(), !theirs.empty(),
               is_right_kept(mine_.*member, theirs))) {
      return;
    }
    assign(mine_.*member, theirs);
    if (column.field == Field::Input) assign(mine_.input_form, theirs_.input_form);
    if (column.field == Field::Output) assign(mine_.output_form, theirs_.output_form);
  }

  template <class T>
  void merge_optional(const Column& column, std::optional<T>& mine,
                      const std::optional<T>& theirs) {
    if (takes(column.name, mine.has_value(), theirs.has_value(), theirs > mine))
      assign(mine, theirs);
  }

  void merge_cost() {
    const auto of = [](const Span& span) {
      return std::tuple(span.cost, std::string_view(span.currency),
                        std::string_view(span.cost_origin));
    };
    if (!takes(column(Field::Cost).name, mine_.cost.has_value(), theirs_.cost.has_value(),
               of(theirs_) > of(mine_))) {
      return;
    }
    assign(mine_.cost, theirs_.cost);
    assign(mine_.currency, theirs_.currency);
    assign(mine_.cost_origin, theirs_.cost_origin);
  }

  void merge_tags() {
    if (theirs_.tags.empty() || mine_.tags == theirs_.tags) return;
    if (mine_.tags.empty()) return assign(mine_.tags, theirs_.tags);
    std::set<std::string_view> tags = tags_of(mine_.tags);
    tags.merge(tags_of(theirs_.tags));
    assign(mine_.tags, fmt::format("{}", fmt::join(tags, ",")));
  }

  void merge_attributes() {
    const auto& mine = mine_.attributes;
    const auto& theirs = theirs_.attributes;
    const auto is_same = [](const Attribute& a, const Attribute& b) {
      return a.key == b.key && a.value == b.value;
    };
    // As they were sent, while only one event had any.
    if (mine.empty() || theirs.empty() ||
        std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), is_same)) {
      keep_attributes(mine.empty() ? theirs : mine);
      return;
    }
    std::map<std::string_view, std::pair<std::string, int64_t>> merged;
    add_attributes(row_, merged);
    add_attributes(other_, merged);
    std::vector<Attribute> result;
    for (auto& [key, value] : merged) {
      keep_time(attribute_field(key), value.second);
      result.push_back({std::string(key), std::move(value.first)});
    }
    if (std::equal(mine.begin(), mine.end(), result.begin(), result.end(), is_same)) return;
    mine_.attributes = std::move(result);
    changed_ = true;
  }

  // `kept`: theirs, mine or both, which are then the same.
  void keep_attributes(const std::vector<Attribute>& kept) {
    std::set<std::string> fields;
    for (const Attribute& attribute : kept) fields.insert(attribute_field(attribute.key));
    for (const std::string& field : fields) {
      const int64_t mine = mine_.attributes.empty() ? INT64_MIN : time_of(row_, field);
      const int64_t theirs = theirs_.attributes.empty() ? INT64_MIN : time_of(other_, field);
      keep_time(field, std::max(mine, theirs));
    }
    if (!mine_.attributes.empty() || kept.empty()) return;
    mine_.attributes = kept;
    changed_ = true;
  }

  static std::string attribute_field(std::string_view key) {
    return std::string(kAttribute).append(key);
  }

  static void add_attributes(const FiledSpan& row,
                             std::map<std::string_view, std::pair<std::string, int64_t>>& merged) {
    for (const Attribute& attribute : row.span.attributes) {
      const int64_t time = time_of(row, attribute_field(attribute.key));
      const auto [at, is_new] = merged.try_emplace(attribute.key, attribute.value, time);
      if (is_new) continue;
      auto& [value, value_time] = at->second;
      const Newer newer = time > value_time   ? Newer::Right
                          : time < value_time ? Newer::Left
                                              : Newer::Neither;
      const auto object = merged_objects(value, attribute.value, newer);
      if (value == attribute.value) {
        // Said again.
      } else if (object) {
        value = *object;
      } else if (value.empty() ||
                 (!attribute.value.empty() &&
                  (newer == Newer::Right ||
                   (newer == Newer::Neither && is_right_kept(value, attribute.value))))) {
        value = attribute.value;
      }
      value_time = std::max(value_time, time);
    }
  }

  void gather() {
    assign(mine_.levels, static_cast<uint8_t>(mine_.levels | theirs_.levels));
    assign(mine_.content_truncated, mine_.content_truncated || theirs_.content_truncated);
  }

  // The point in time that an attribute of the span says of the field; null when none does.
  static std::optional<int64_t> instant_of(const Span& span, Field field) {
    for (const auto& [key, measured] : kInstants) {
      if (measured != field) continue;
      for (const Attribute& attribute : span.attributes) {
        if (attribute.key == key) return parse_instant(attribute.value);
      }
    }
    return std::nullopt;
  }
  bool is_measured(Field field) const {
    return instant_of(mine_, field) || instant_of(theirs_, field);
  }

  // From what is merged alone, so that the order of events does not matter.
  void measure() {
    for (const auto& instant : kInstants) {
      if (!is_measured(instant.field)) continue;
      const auto at = instant_of(mine_, instant.field);
      std::optional<int64_t> length;
      if (at && mine_.start_time && *at >= *mine_.start_time) length = *at - *mine_.start_time;
      assign(mine_.*std::get<NumberMember>(column(instant.field).member), length);
    }
  }

  FiledSpan& row_;
  const FiledSpan& other_;
  Span& mine_;
  const Span& theirs_;
  int64_t event_time_;
  std::vector<FieldTime> times_;
  bool changed_ = false;
};

}  // namespace

FiledSpan row_of_event(Span span) {
  FiledSpan row;
  row.span = std::move(span);
  row.trace_key = key_of_id(row.span.trace_id);
  row.span_key = key_of_id(row.span.span_id);
  const int64_t start = row.span.start_time.value_or(0);
  int64_t end = start;
  if (row.span.start_time && __builtin_add_overflow(start, row.span.duration.value_or(0), &end)) {
    end = start;
  }
  // An end without a start.
  for (const Attribute& attribute : row.span.attributes) {
    if (row.span.start_time || attribute.key != kInstants[1].attribute) continue;
    end = parse_instant(attribute.value).value_or(end);
  }
  row.event_time = end;
  return row;
}

bool merge_into(FiledSpan& row, const FiledSpan& other) { return Merge(row, other).run(); }

}  // namespace sonde
