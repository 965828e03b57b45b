#include "metrics/dimension.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/nearest.h"
#include "model/message.h"

namespace sonde {
namespace {

constexpr size_t kPromptBytesShown = 96;

// Names that are no column, or that mean one under another word.
constexpr std::string_view kExtraNames[] = {"hour", "day", "weekday", "node", "prompt"};

constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

// The beginning of a prompt, cut at a character, for display.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kPromptBytesShown) return text;
  size_t end = kPromptBytesShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

std::vector<std::string_view> dimension_names() {
  std::vector<std::string_view> names(std::begin(kExtraNames), std::end(kExtraNames));
  for (const Column& c : span_columns()) {
    if (c.type != ColumnType::Text && c.type != ColumnType::Kind && c.type != ColumnType::Status &&
        c.type != ColumnType::Flag) {
      continue;
    }
    if (c.field == Field::Input || c.field == Field::Output || c.field == Field::System) continue;
    names.push_back(c.alias.empty() ? c.name : c.alias);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<Dimension> Dimension::parse(std::string_view name, const date::time_zone* zone) {
  const std::string text(name);
  if (name == "hour") return Dimension(Kind::Hour, text, Field::StartTime, zone);
  if (name == "day") return Dimension(Kind::Day, text, Field::StartTime, zone);
  if (name == "weekday") return Dimension(Kind::Weekday, text, Field::StartTime, zone);
  if (name == "node") return Dimension(Kind::Column, text, Field::Name, zone);
  if (name == "prompt") return Dimension(Kind::Prompt, text, Field::Input, zone);
  constexpr std::string_view kAttributes = "attributes.";
  if (name.starts_with(kAttributes))
    return Dimension(Kind::Attribute, text, Field::Attributes, zone);
  const Column* const found = find_column(name);
  if (found != nullptr && !std::holds_alternative<NumberMember>(found->member)) {
    return Dimension(Kind::Column, text, found->field, zone);
  }
  const auto names = dimension_names();
  const std::string_view near = nearest(name, names);
  if (near.empty()) {
    return fail(
        Code::InvalidInput,
        "cannot group by '{}': known are category, app, node, model, prompt, version, user, "
        "session, hour, day, weekday, attributes.NAME and more (sonde analyze --help)",
        name);
  }
  return fail(Code::InvalidInput, "cannot group by '{}': did you mean '{}'?", name, near);
}

FieldSet Dimension::fields() const {
  if (kind_ != Kind::Prompt) return {field_};
  return {Field::Input, Field::System, Field::PromptName, Field::PromptVersion};
}

void Dimension::append(const Span& span, std::string& key) const {
  switch (kind_) {
    case Kind::Attribute: {
      const std::string_view wanted = std::string_view(name_).substr(name_.find('.') + 1);
      // Of a key that a record has twice, the last one counts.
      const auto found = std::find_if(span.attributes.rbegin(), span.attributes.rend(),
                                      [&](const Attribute& a) { return a.key == wanted; });
      if (found != span.attributes.rend()) key += found->value;
      return;
    }
    case Kind::Prompt:
      if (!span.prompt_name.empty()) {
        key += span.prompt_name;
        if (!span.prompt_version.empty()) key += "@" + span.prompt_version;
      } else {
        key += beginning(span.system.empty() ? std::string_view(prompt_text(span)) : span.system);
      }
      return;
    case Kind::Column:
      break;
    default: {
      if (!span.start_time) return;
      using std::chrono::microseconds;
      const auto local =
          zone_->to_local(date::sys_time<microseconds>(microseconds(*span.start_time)));
      const auto day = date::floor<date::days>(local);
      if (kind_ == Kind::Weekday) {
        key += kWeekdays[date::weekday(date::local_days(day)).c_encoding()];
        return;
      }
      const date::year_month_day date(day);
      key += fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
      if (kind_ == Kind::Hour) {
        key += fmt::format(" {:02}:00",
                           std::chrono::duration_cast<std::chrono::hours>(local - day).count());
      }
      return;
    }
  }
  std::visit(
      [&](const auto member) {
        using Type = std::decay_t<decltype(span.*member)>;
        if constexpr (std::is_same_v<Type, std::string>) {
          key += span.*member;
        } else if constexpr (std::is_same_v<Type, Status> || std::is_same_v<Type, sonde::Kind>) {
          key += to_string(span.*member);
        } else if constexpr (std::is_same_v<Type, std::optional<bool>>) {
          if (span.*member) key += *(span.*member) ? "true" : "false";
        }
      },
      column(field_).member);
}

}  // namespace sonde
