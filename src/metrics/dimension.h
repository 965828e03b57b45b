// What a report can be grouped by: every span column, times of day and week, and attributes.
#pragma once

#include <date/tz.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"

namespace sonde {

// One name of --by. Immutable; safe to share between threads.
class Dimension {
 public:
  // "category", "app", "node", "hour", "attributes.team", ... Fails with InvalidInput, suggesting
  // the nearest name. `zone` must outlive the dimension.
  static Result<Dimension> parse(std::string_view name, const date::time_zone* zone);

  // As it appears in the output: the canonical column name, or what was typed.
  const std::string& name() const { return name_; }
  FieldSet fields() const;
  // Whether it groups by time of day or week, which a log without times cannot.
  bool needs_times() const {
    return kind_ == Kind::Hour || kind_ == Kind::Day || kind_ == Kind::Weekday;
  }

  // Appends the span's value to `key`; nothing when it is not known.
  void append(const Span& span, std::string& key) const;

 private:
  enum class Kind : uint8_t { Column, Hour, Day, Weekday, Attribute, Prompt };
  Dimension(Kind kind, std::string name, Field field, const date::time_zone* zone)
      : kind_(kind), name_(std::move(name)), field_(field), zone_(zone) {}

  Kind kind_;
  std::string name_;
  Field field_;
  const date::time_zone* zone_;
};

// The names that --by takes, for --help.
std::vector<std::string_view> dimension_names();

}  // namespace sonde
