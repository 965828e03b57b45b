#include "metrics/success.h"

namespace sonde {

Result<SuccessRule> SuccessRule::parse(const std::string& expression,
                                       const std::map<std::string, std::string>& by_app,
                                       const ParseContext& context) {
  SuccessRule rule;
  if (!expression.empty()) {
    rule.everywhere_ = TRY(Filter::parse(expression, context));
    rule.fields_.add(rule.everywhere_->fields());
  }
  for (const auto& [app, text] : by_app) {
    Filter filter = TRY(Filter::parse(text, context));
    rule.fields_.add(filter.fields());
    rule.fields_.add(Field::AppName);
    rule.by_app_.emplace(app, std::move(filter));
  }
  return rule;
}

Outcome SuccessRule::outcome(const Span& span) const {
  if (span.status == Status::Cancelled) return Outcome::Cancelled;
  if (span.status == Status::Pending) return Outcome::Pending;
  const Filter* filter = everywhere_ ? &*everywhere_ : nullptr;
  if (!by_app_.empty()) {
    const auto own = by_app_.find(span.app_name);
    if (own != by_app_.end()) filter = &own->second;
  }
  if (filter == nullptr) {
    return span.status == Status::Ok      ? Outcome::Ok
           : span.status == Status::Error ? Outcome::Failed
                                          : Outcome::Unknown;
  }
  switch (filter->evaluate(span)) {
    case Truth::True:
      return Outcome::Ok;
    case Truth::False:
      return Outcome::Failed;
    case Truth::Unknown:
      return Outcome::Unknown;
  }
  return Outcome::Unknown;
}

std::string SuccessRule::to_string() const {
  std::string text = everywhere_ ? everywhere_->to_string() : "status = ok";
  for (const auto& [app, filter] : by_app_) text += "; " + app + ": " + filter.to_string();
  return text;
}

}  // namespace sonde
