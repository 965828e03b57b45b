#include "filter/literal.h"

#include <date/tz.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "base/decimal.h"
#include "base/quantity.h"
#include "base/time.h"
#include "filter/token.h"

namespace sonde {
namespace {

constexpr int64_t kTimeMin = -62'167'219'200 * kMicrosPerSecond;  // 0000-01-01
constexpr int64_t kTimeEnd = 253'402'300'800 * kMicrosPerSecond;  // 10000-01-01

// The last enumerators: the lists in messages are made by counting up to them.
constexpr Kind kKindLast = Kind::Event;
constexpr Status kStatusLast = Status::Pending;

template <class Enum>
std::string list_names(Enum last) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    names.push_back(to_string(static_cast<Enum>(i)));
  }
  return fmt::format("one of {}", fmt::join(names, ", "));
}

std::optional<Literal> whole_literal(std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return Literal{.text = {}, .whole = *value, .number = static_cast<double>(*value)};
}

template <class Enum>
std::optional<Literal> enum_literal(std::optional<Enum> value) {
  if (!value) return std::nullopt;
  return whole_literal(static_cast<int64_t>(*value));
}

std::optional<int64_t> read_count(std::string_view text) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool names_zone(std::string_view text) {
  return text.size() > 10 &&
         (text.find_first_of("Zz+", 10) != std::string_view::npos ||
          text.find('-', 10) != std::string_view::npos || text.ends_with(" UTC"));
}

std::optional<Literal> read_time(std::string_view text, const ParseContext& context) {
  std::optional<int64_t> micros = parse_iso_time(text);
  if (micros && context.time_zone != nullptr && !names_zone(text)) {
    const date::local_time<std::chrono::microseconds> local{std::chrono::microseconds(*micros)};
    // A time that the clocks skip or show twice is read as the earlier one.
    micros = context.time_zone->to_sys(local, date::choose::earliest).time_since_epoch().count();
  }
  return micros ? time_literal(*micros) : std::nullopt;
}

std::optional<Literal> read_money(std::string_view text) {
  const std::optional<int64_t> nanos = parse_decimal_nanos(text);
  if (!nanos) return std::nullopt;
  return Literal{.text = {},
                 .whole = *nanos,
                 .number = static_cast<double>(*nanos) / static_cast<double>(kNanosPerUnit)};
}

std::optional<Literal> read_flag(std::string_view text) {
  if (text != "true" && text != "false") return std::nullopt;
  return whole_literal(text == "true");
}

}  // namespace

bool is_ordered(ValueType type) {
  switch (type) {
    case ValueType::Count:
    case ValueType::Duration:
    case ValueType::Time:
    case ValueType::Money:
    case ValueType::Number:
      return true;
    case ValueType::Text:
    case ValueType::Flag:
    case ValueType::Kind:
    case ValueType::Status:
      return false;
  }
  return false;
}

std::string expectation(ValueType type) {
  switch (type) {
    case ValueType::Text:
      return "a text such as 'abc'";
    case ValueType::Count:
      return "a whole number such as 100";
    case ValueType::Duration:
      return "a time span such as 250ms or 2s";
    case ValueType::Time:
      return "a time such as 2026-11-01, 2026-11-01T08:30:00Z or now - 24h";
    case ValueType::Money:
      return "an amount such as 0.01";
    case ValueType::Flag:
      return "true or false";
    case ValueType::Kind:
      return list_names(kKindLast);
    case ValueType::Status:
      return list_names(kStatusLast);
    case ValueType::Number:
      return "a number such as 0.95 or 95%";
  }
  return "";
}

std::optional<Literal> read_literal(ValueType type, std::string_view text,
                                    const ParseContext& context) {
  switch (type) {
    case ValueType::Text:
      return Literal{.text = std::string(text)};
    case ValueType::Count:
      return whole_literal(read_count(text));
    case ValueType::Duration:
      return whole_literal(parse_duration(text));
    case ValueType::Time:
      return read_time(text, context);
    case ValueType::Money:
      return read_money(text);
    case ValueType::Flag:
      return read_flag(text);
    case ValueType::Kind:
      return enum_literal(parse_kind(text));
    case ValueType::Status:
      return enum_literal(parse_status(text));
    case ValueType::Number: {
      const std::optional<double> number = read_number(text);
      if (!number) return std::nullopt;
      return Literal{.text = std::string(text), .whole = 0, .number = *number};
    }
  }
  return std::nullopt;
}

std::optional<Literal> time_literal(int64_t micros) {
  if (micros < kTimeMin || micros >= kTimeEnd) return std::nullopt;
  return whole_literal(micros);
}

std::string write_literal(ValueType type, const Literal& literal) {
  switch (type) {
    case ValueType::Text:
      return quote(literal.text);
    case ValueType::Count:
      return std::to_string(literal.whole);
    case ValueType::Duration:
      return format_duration(literal.whole);
    case ValueType::Time:
      return format_iso_time(literal.whole);
    case ValueType::Money:
      return format_decimal_nanos(literal.whole);
    case ValueType::Flag:
      return literal.whole != 0 ? "true" : "false";
    case ValueType::Kind:
      return std::string(to_string(static_cast<Kind>(literal.whole)));
    case ValueType::Status:
      return std::string(to_string(static_cast<Status>(literal.whole)));
    case ValueType::Number:
      return literal.text;
  }
  return "";
}

std::optional<double> read_number(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return percent ? value / 100 : value;
}

}  // namespace sonde
