#include "compare/comparer.h"

#include <algorithm>

#include "base/hash.h"
#include "model/message.h"
#include "stats/multiplicity.h"

namespace sonde {
namespace {

constexpr std::string_view kPlace = " / ";

void append_part(std::string& text, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text += kPlace;
  text += part;
}

std::string_view node_of(const Span& span) {
  return span.node_id.empty() ? std::string_view() : std::string_view(span.name);
}

// Where prompts are variations of each other: the same app and node, else the same category.
void append_place(const Span& span, std::string& text) {
  const std::string_view app = span.app_name.empty() ? span.app_id : span.app_name;
  append_part(text, app);
  append_part(text, node_of(span));
  if (text.empty()) append_part(text, span.category);
}

std::string_view model_of(const Span& span) {
  return span.model.empty() ? span.model_requested : span.model;
}

// What the caller asked, apart from the template around it.
uint64_t input_of(const Span& span, CompareBy by) {
  if (span.input.empty()) return 0;
  if (by == CompareBy::Model) return hash_bytes(span.input) ^ hash_bytes(span.system);
  if (span.input_form != Form::Messages) {
    return by == CompareBy::Version && !span.system.empty() ? hash_bytes(span.input) : 0;
  }
  const std::vector<Message> messages = input_messages(span);
  const auto last = std::find_if(messages.rbegin(), messages.rend(),
                                 [](const Message& m) { return m.role == "user"; });
  return last == messages.rend() ? 0 : hash_bytes(last->content);
}

std::string_view strata_words(CompareBy by) {
  switch (by) {
    case CompareBy::Model:
      return "app, node, category and prompt name";
    case CompareBy::Prompt:
      return "category and model";
    default:
      return "category";
  }
}

uint64_t hash_of(std::string_view scope, std::string_view name) {
  return hash_bytes(name) ^ (hash_bytes(scope) * 0x9E3779B97F4A7C15ULL);
}

template <class Names, class Enum>
std::optional<Enum> parse(const Names& names, std::string_view text) {
  for (size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

constexpr std::string_view kBys[] = {"model", "prompt", "version"};
constexpr std::string_view kMetrics[] = {"success", "latency", "ttft", "cost", "tokens"};
constexpr std::string_view kVerdicts[] = {"better",    "worse",   "non_inferior",
                                          "undecided", "too_few", "not_comparable"};

// Whether no other variation of the scope is as good in everything and better in something.
void mark_pareto(std::span<Variant> scope) {
  const auto figures = [](const Variant& v) {
    return std::tuple(v.summary.success_rate, v.summary.latency, v.cost_per_call);
  };
  const auto beats = [&](const Variant& a, const Variant& b) {
    const auto [rate_a, time_a, cost_a] = figures(a);
    const auto [rate_b, time_b, cost_b] = figures(b);
    if (!rate_a || !rate_b) return false;
    bool better = *rate_a > *rate_b;
    if (*rate_a < *rate_b) return false;
    if (time_a && time_b) {
      if (time_a->p50 > time_b->p50) return false;
      better |= time_a->p50 < time_b->p50;
    }
    if (cost_a && cost_b && a.currency == b.currency) {
      if (*cost_a > *cost_b) return false;
      better |= *cost_a < *cost_b;
    }
    return better;
  };
  for (Variant& v : scope) {
    v.in_pareto = v.summary.success_rate &&
                  std::none_of(scope.begin(), scope.end(),
                               [&](const Variant& other) { return beats(other, v); });
  }
}

}  // namespace

std::string_view to_string(CompareBy by) { return kBys[static_cast<size_t>(by)]; }
std::string_view to_string(CompareMetric metric) { return kMetrics[static_cast<size_t>(metric)]; }
std::string_view to_string(DifferenceVerdict verdict) {
  return kVerdicts[static_cast<size_t>(verdict)];
}
std::optional<CompareBy> parse_compare_by(std::string_view text) {
  return parse<decltype(kBys), CompareBy>(kBys, text);
}
std::optional<CompareMetric> parse_compare_metric(std::string_view text) {
  return parse<decltype(kMetrics), CompareMetric>(kMetrics, text);
}

Comparer::Comparer(const ComparerOptions& options)
    : options_(options),
      pairs_(options.pair_runs_max),
      templates_(options.templates),
      names_(std::make_unique<CallNames>()),
      of_templates_(options.templates.keys_max, JoinCalls{names_.get(), options.strata_max}) {}

FieldSet Comparer::fields(const ComparerOptions& options) {
  FieldSet fields{
      Field::Model,        Field::ModelRequested, Field::Duration,   Field::TimeToFirstToken,
      Field::Status,       Field::ErrorClass,     Field::Cost,       Field::Currency,
      Field::SessionId,    Field::UserId,         Field::StartTime,  Field::InputTokens,
      Field::OutputTokens, Field::AppId,          Field::AppName,    Field::NodeId,
      Field::Name,         Field::Category,       Field::PromptName, Field::PromptVersion,
      Field::Input,        Field::System,         Field::Source};
  if (options.by == CompareBy::Prompt) fields.add(Field::TemplateHash);
  if (options.where) fields.add(options.where->fields());
  fields.add(options.success.fields());
  return fields;
}

// Fills scope_, name_ and stratum_; the name stays empty where there is none, and of templates.
void Comparer::name_variant(const Span& span) {
  scope_.clear();
  name_.clear();
  stratum_.clear();
  switch (options_.by) {
    case CompareBy::Model:
      name_ = model_of(span);
      append_part(stratum_, span.app_name.empty() ? span.app_id : span.app_name);
      append_part(stratum_, node_of(span));
      append_part(stratum_, span.category);
      append_part(stratum_, span.prompt_name);
      break;
    case CompareBy::Prompt:
      append_place(span, scope_);
      append_part(stratum_, span.category);
      append_part(stratum_, model_of(span));
      break;
    case CompareBy::Version:
      append_place(span, scope_);
      append_part(scope_, span.prompt_name);
      name_ = span.prompt_version;
      append_part(stratum_, span.category);
      break;
  }
}

void Comparer::add(const Span& span) {
  if ((span.levels & bit(options_.level)) == 0) return;
  if (options_.where && options_.where->evaluate(span) != Truth::True) {
    ++filtered_out_;
    return;
  }
  const Outcome outcome = options_.success.outcome(span);
  ++records_;
  name_variant(span);
  if (options_.by == CompareBy::Prompt) return count_template(span, outcome);
  if (name_.empty()) {
    ++unnamed_;
    return;
  }
  const uint64_t key = hash_of(scope_, name_);
  auto found = variants_.find(key);
  if (found == variants_.end()) {
    if (variants_.size() >= options_.variants_max) {
      ++beyond_;
      return;
    }
    found = variants_.try_emplace(key).first;
    found->second.key = key;
    found->second.scope = scope_;
    found->second.name = name_;
  }
  found->second.add(span, outcome, cluster_keys_of(span), {hash_bytes(stratum_), stratum_},
                    options_.strata_max);
  if (const uint64_t input = input_of(span, options_.by)) {
    pairs_.add(input, key, outcome, span.location);
  }
}

void Comparer::count_template(const Span& span, Outcome outcome) {
  const uint64_t key = templates_.add(span);
  if (key == 0) {
    ++unnamed_;
    return;
  }
  of_templates_.at(key).add(span, outcome, {hash_bytes(scope_), scope_},
                            {hash_bytes(stratum_), stratum_}, *names_, options_.strata_max);
  if (const uint64_t input = input_of(span, options_.by)) {
    pairs_.add(input, key, outcome, span.location);
  }
}

void Comparer::merge(Comparer&& other) {
  for (auto& [key, sums] : other.variants_) {
    const auto found = variants_.find(key);
    if (found != variants_.end()) {
      found->second.merge(sums, options_.strata_max);
    } else {
      variants_.emplace(key, std::move(sums));
    }
  }
  pairs_.merge(other.pairs_);
  if (options_.by == CompareBy::Prompt) {
    templates_.merge(std::move(other.templates_));
    names_->merge(*other.names_);
    of_templates_.merge(std::move(other.of_templates_));
  }
  records_ += other.records_;
  unnamed_ += other.unnamed_;
  beyond_ += other.beyond_;
  filtered_out_ += other.filtered_out_;
}

// What was counted under keys becomes variations: several keys may be one template.
void Comparer::name_templates() {
  recovered_ = templates_.finish();
  std::map<uint64_t, TemplateCalls> named;
  of_templates_.for_each([&](uint64_t entry, TemplateCalls& calls) {
    const PromptTemplate* const found = recovered_.find(entry);
    if (found == nullptr || found->text == kFreeText) {
      unnamed_ += calls.count();
      return;
    }
    const uint64_t key = recovered_.canonical_key(entry);
    named[key].merge(std::move(calls), *names_, options_.strata_max);
  });
  for (auto& [key, calls] : named) {
    VariantSums sums = std::move(calls).sums(*names_, options_.strata_max);
    sums.key = key;
    sums.name = recovered_.find(key)->hash;
    sums.scope = sums.main_place();
    variants_.try_emplace(key, std::move(sums));
  }
  pairs_.rename([this](uint64_t key) { return recovered_.canonical_key(key); });
}

// Most used first; versions by their first call.
std::vector<std::vector<const VariantSums*>> Comparer::scopes() const {
  std::map<std::string_view, std::vector<const VariantSums*>> by_name;
  for (const auto& [key, sums] : variants_) by_name[sums.scope].push_back(&sums);
  std::vector<std::vector<const VariantSums*>> sorted;
  for (auto& [name, scope] : by_name) sorted.push_back(std::move(scope));
  const bool by_time = options_.by == CompareBy::Version;
  const auto rank = [by_time](const VariantSums* sums) {
    const int64_t time = by_time ? sums->group.first_time().value_or(INT64_MAX) : 0;
    return std::tuple(time, by_time ? 0 : -static_cast<int64_t>(sums->group.count()),
                      std::string_view(sums->name));
  };
  for (auto& scope : sorted) {
    std::sort(scope.begin(), scope.end(),
              [&](const VariantSums* a, const VariantSums* b) { return rank(a) < rank(b); });
  }
  const auto size = [](const std::vector<const VariantSums*>& scope) {
    uint64_t calls = 0;
    for (const VariantSums* sums : scope) calls += sums->group.count();
    return calls;
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return size(a) > size(b); });
  return sorted;
}

Variant Comparer::variant_of(const VariantSums& sums) const {
  Variant variant;
  variant.scope = sums.scope;
  variant.name = sums.name;
  variant.summary = sums.group.summary({sums.name});
  if (variant.summary.costs.size() == 1) {
    variant.cost_per_call = sums.cost.mean();
    variant.currency = variant.summary.costs[0].currency;
  }
  if (options_.by != CompareBy::Prompt) return variant;
  if (const PromptTemplate* const found = recovered_.find(sums.key)) {
    if (!found->name.empty()) {
      variant.name = found->name;
      if (!found->version.empty()) variant.name += "@" + found->version;
    }
    variant.text = found->text;
  }
  return variant;
}

// Every other against the baseline; versions against the one before.
void Comparer::compare_scope(const std::vector<const VariantSums*>& scope, size_t first,
                             Comparison& result) const {
  std::optional<size_t> baseline;
  for (size_t i = 0; i < scope.size() && !options_.baseline.empty(); ++i) {
    if (result.variants[first + i].name == options_.baseline ||
        scope[i]->name == options_.baseline) {
      baseline = i;
    }
  }
  const bool against_previous = options_.by == CompareBy::Version && options_.baseline.empty();
  if (!baseline && options_.baseline.empty()) baseline = 0;
  if (!baseline) return;
  for (size_t i = 0; i < scope.size(); ++i) {
    const size_t other = against_previous ? i - 1 : *baseline;
    if (i == *baseline) continue;
    const Side before{*scope[other], result.variants[first + other].summary};
    const Side after{*scope[i], result.variants[first + i].summary};
    const PairCounts pairs = pairs_.count(scope[i]->key, scope[other]->key);
    for (size_t m = 0; m < kCompareMetricCount; ++m) {
      const auto metric = static_cast<CompareMetric>(m);
      if (options_.metric && *options_.metric != metric) continue;
      auto difference = judge(metric, before, after, pairs, options_.judge);
      if (!difference) continue;
      difference->baseline = first + other;
      difference->variant = first + i;
      result.differences.push_back(std::move(*difference));
    }
  }
}

// Keeps what is shown: the most used, or the latest versions. Returns how many are left out.
size_t Comparer::cut(std::vector<const VariantSums*>& scope, std::vector<Variant>& variants) const {
  if (scope.size() <= options_.variants_shown) return 0;
  const size_t surplus = scope.size() - options_.variants_shown;
  const auto drop = [&](auto& list) {
    const auto begin = options_.by == CompareBy::Version
                           ? list.begin()
                           : list.end() - static_cast<ptrdiff_t>(surplus);
    list.erase(begin, begin + static_cast<ptrdiff_t>(surplus));
  };
  drop(scope);
  drop(variants);
  return surplus;
}

Result<Comparison> Comparer::finish() {
  if (options_.by == CompareBy::Prompt) name_templates();
  for (auto& [key, sums] : variants_) sums.settle();
  Comparison result;
  result.by = options_.by;
  result.level = options_.level;
  result.success = options_.success.to_string();
  result.strata = strata_words(options_.by);
  result.records = records_;
  result.unnamed = unnamed_;
  result.filtered_out = filtered_out_;
  uint64_t hidden = 0;
  for (std::vector<const VariantSums*>& scope : scopes()) {
    const size_t first = result.variants.size();
    std::vector<Variant> variants;
    for (const VariantSums* sums : scope) variants.push_back(variant_of(*sums));
    mark_pareto(variants);
    hidden += cut(scope, variants);
    std::move(variants.begin(), variants.end(), std::back_inserter(result.variants));
    compare_scope(scope, first, result);
  }
  const auto is_baseline = [this](const Variant& v) { return v.name == options_.baseline; };
  if (!options_.baseline.empty() &&
      std::none_of(result.variants.begin(), result.variants.end(), is_baseline)) {
    std::string known;
    for (const Variant& v : result.variants) known += (known.empty() ? "" : ", ") + v.name;
    return fail(Code::NotFound, "no {} '{}' to compare with: the log has {}",
                to_string(options_.by), options_.baseline, known.empty() ? "none" : known);
  }
  std::vector<double> p_values;
  for (const VariantDifference& d : result.differences) p_values.push_back(d.p_value);
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  for (size_t i = 0; i < adjusted.size(); ++i) {
    result.differences[i].p_adjusted = adjusted[i];
    result.differences[i].verdict = verdict_of(result.differences[i]);
  }
  if (hidden > 0) {
    result.notes.push_back(fmt::format(
        "{} little used or older variations are left out (--limit shows more)", hidden));
  }
  if (beyond_ > 0) {
    result.notes.push_back(
        fmt::format("{} records are of variations beyond the first {} and were not compared",
                    beyond_, options_.variants_max));
  }
  return result;
}

}  // namespace sonde
