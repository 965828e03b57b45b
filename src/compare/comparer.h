// Spans in, variations compared, in one pass and bounded memory: the engine of `sonde compare`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compare/comparison.h"
#include "compare/judge.h"
#include "compare/pairs.h"
#include "compare/template_calls.h"
#include "compare/variant_sums.h"
#include "filter/filter.h"
#include "metrics/success.h"
#include "templates/template_finder.h"

namespace sonde {

struct ComparerOptions {
  CompareBy by = CompareBy::Model;
  std::optional<CompareMetric> metric;  // Null: every metric that the log has.
  std::string baseline;  // A variant's name; empty: the most used, or the version before.
  JudgeOptions judge;
  Level level = Level::Call;  // Not Session.
  std::optional<Filter> where;
  SuccessRule success;
  size_t variants_max = 2'000;  // Beyond them variations are not told apart, and that is said.
  size_t variants_shown = 20;   // A scope: the most used, or the latest versions.
  size_t strata_max = 24;       // Kinds of work a variation is split by.
  size_t pair_runs_max = 500'000;
  // Texts told apart until their template shows; counters of each take some 10 KB.
  TemplateOptions templates{.keys_max = 2'000};
};

// One a thread; merged at the end, with the same result for every split of the records. `options`
// is shared, immutable and must outlive it.
class Comparer {
 public:
  explicit Comparer(const ComparerOptions& options);

  static FieldSet fields(const ComparerOptions& options);

  void add(const Span& span);
  void merge(Comparer&& other);
  // Once, at the end. Fails with NotFound when no variant has the baseline's name.
  Result<Comparison> finish();

 private:
  struct JoinCalls {
    const CallNames* names;
    size_t strata_max;
    void operator()(TemplateCalls& mine, TemplateCalls&& theirs) const {
      mine.merge(std::move(theirs), *names, strata_max);
    }
  };

  void count_template(const Span& span, Outcome outcome);
  void name_templates();
  std::vector<std::vector<const VariantSums*>> scopes() const;
  Variant variant_of(const VariantSums& sums) const;
  size_t cut(std::vector<const VariantSums*>& scope, std::vector<Variant>& variants) const;
  void compare_scope(const std::vector<const VariantSums*>& scope, size_t first,
                     Comparison& result) const;
  void name_variant(const Span& span);

  const ComparerOptions& options_;
  std::map<uint64_t, VariantSums> variants_;  // By the hash of scope and name.
  Pairs pairs_;
  TemplateFinder templates_;
  std::unique_ptr<CallNames> names_;  // Shared with the ladder's join; comparers may move.
  KeyLadder<TemplateCalls, JoinCalls> of_templates_;  // Until the templates are known.
  TemplateSet recovered_;
  uint64_t records_ = 0;
  uint64_t unnamed_ = 0;
  uint64_t beyond_ = 0;  // Records of variations beyond variants_max.
  uint64_t filtered_out_ = 0;
  std::string scope_;
  std::string name_;
  std::string stratum_;
};

}  // namespace sonde
