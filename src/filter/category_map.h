// --category-map FILE: gives spans a category by rules, the first match wins.
//
//   default = "Other"
//   [[rule]]
//   category = "Billing"
//   where = "app_name = 'Harbor Support' and input ~ 'invoice|refund'"
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "filter/filter.h"
#include "model/columns.h"

namespace sonde {

// Immutable; safe to share between threads.
class CategoryMap {
 public:
  // Fails with NotFound or InvalidInput naming the file, the line and what is wrong.
  static Result<CategoryMap> load(const std::string& path, const ParseContext& context);

  // Sets the span's category; without a match the default, and without a default nothing.
  void apply(Span& span) const;
  FieldSet fields() const;

 private:
  struct Rule {
    std::string category;
    Filter where;
  };
  std::vector<Rule> rules_;
  std::string default_;
};

}  // namespace sonde
