#include "compare/template_calls.h"

#include <optional>
#include <utility>

#include "base/hash.h"

namespace sonde {
namespace {

HashedName hashed(std::string_view name) {
  return name.empty() ? HashedName{0, name} : HashedName{hash_bytes(name), name};
}

std::optional<int64_t> known(int64_t value) {
  return value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

bool CallNames::add(const HashedName& name) {
  if (name.name.empty() || names_.contains(name.hash)) return true;
  if (names_.size() >= kNamesMax) return false;
  names_.try_emplace(name.hash, name.name);
  return true;
}

void CallNames::merge(const CallNames& other) {
  for (const auto& [hash, name] : other.names_) names_.try_emplace(hash, name);
}

HashedName CallNames::named(uint64_t hash) const {
  const auto found = names_.find(hash);
  return {hash, found == names_.end() ? std::string_view() : std::string_view(found->second)};
}

void TemplateCalls::add(const Span& span, Outcome outcome, const HashedName& place,
                        const HashedName& stratum, CallNames& names, size_t strata_max) {
  const ClusterKeys keys = cluster_keys_of(span);
  if (!sums_) {
    const HashedName model = hashed(span.model);
    const HashedName error_class = hashed(span.error_class);
    const HashedName currency = hashed(span.currency);
    if (calls_.size() < kCallsMax && names.add(place) && names.add(stratum) && names.add(model) &&
        names.add(error_class) && names.add(currency)) {
      calls_.push_back({span.duration.value_or(-1), span.time_to_first_token.value_or(-1),
                        span.start_time.value_or(0), span.cost.value_or(0),
                        span.input_tokens.value_or(-1), span.output_tokens.value_or(-1), place.hash,
                        stratum.hash, model.hash, error_class.hash, currency.hash,
                        static_cast<uint16_t>(keys.session), static_cast<uint16_t>(keys.block),
                        keys.has_session, keys.has_block, span.cost.has_value(), outcome});
      return;
    }
    sum_up(names, strata_max);
  }
  sums_->add(span, outcome, keys, stratum, strata_max);
  sums_->add_place(place);
}

void TemplateCalls::sum_up(const CallNames& names, size_t strata_max) {
  if (!sums_) sums_ = std::make_unique<VariantSums>();
  Span span;
  for (const KeptCall& call : std::exchange(calls_, {})) {
    span.duration = known(call.duration);
    span.time_to_first_token = known(call.time_to_first_token);
    span.input_tokens = known(call.input_tokens);
    span.output_tokens = known(call.output_tokens);
    span.start_time = call.has_start_time ? std::optional(call.start_time) : std::nullopt;
    span.cost = call.has_cost ? std::optional(call.cost) : std::nullopt;
    span.model = names.named(call.model).name;
    span.error_class = names.named(call.error_class).name;
    span.currency = names.named(call.currency).name;
    const ClusterKeys keys{call.session, call.block, call.has_session, call.has_start_time};
    sums_->add(span, call.outcome, keys, names.named(call.stratum), strata_max);
    sums_->add_place(names.named(call.place));
  }
}

void TemplateCalls::merge(TemplateCalls&& theirs, const CallNames& names, size_t strata_max) {
  if (!sums_ && (theirs.sums_ || calls_.size() < theirs.calls_.size())) std::swap(*this, theirs);
  if (theirs.sums_) {
    sums_->merge(*theirs.sums_, strata_max);
    return;
  }
  calls_.insert(calls_.end(), theirs.calls_.begin(), theirs.calls_.end());
  if (sums_ || calls_.size() > kCallsMax) sum_up(names, strata_max);
}

VariantSums TemplateCalls::sums(const CallNames& names, size_t strata_max) && {
  sum_up(names, strata_max);
  return std::move(*sums_);
}

}  // namespace sonde
