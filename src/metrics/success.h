// Whether a record succeeded: by its status, or by the user's own definition, app by app.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "filter/filter.h"
#include "model/outcome.h"

namespace sonde {

// Immutable once built; safe to share between threads.
class SuccessRule {
 public:
  // Status ok is a success, status error a failure.
  SuccessRule() = default;

  // `expression` for every app without one of its own; empty: by status.
  static Result<SuccessRule> parse(const std::string& expression,
                                   const std::map<std::string, std::string>& by_app,
                                   const ParseContext& context);

  // Cancelled and pending records keep that outcome whatever the expression says.
  Outcome outcome(const Span& span) const;
  FieldSet fields() const { return fields_; }
  // For the report's header.
  std::string to_string() const;

 private:
  std::optional<Filter> everywhere_;
  std::map<std::string, Filter, std::less<>> by_app_;
  FieldSet fields_{Field::Status};
};

}  // namespace sonde
