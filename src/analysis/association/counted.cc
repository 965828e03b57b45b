#include "analysis/association/counted.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <tuple>

namespace sonde {

void Waste::add(const CallTable& table, const Call& call) {
  if (call.cost && *call.cost > 0) {
    mixed_ = mixed_ || (any_cost_ && currency_ != call.currency);
    any_cost_ = true;
    currency_ = call.currency;
    currency_name_ = table.name(call.currency);
    cost_ += static_cast<double>(*call.cost);
  }
  tokens_ += static_cast<double>(call.input_tokens.value_or(0) + call.output_tokens.value_or(0));
  if (call.duration) seconds_ += static_cast<double>(*call.duration) / 1e6;
}

void Waste::fill(Saving& saving) const {
  if (any_cost_ && !mixed_) {
    saving.cost = Amount{cost_, std::nullopt, std::nullopt};
    saving.currency = currency_name_;
  }
  if (tokens_ > 0) saving.tokens = Amount{tokens_, std::nullopt, std::nullopt};
  if (seconds_ > 0) saving.seconds = Amount{seconds_, std::nullopt, std::nullopt};
}

Candidate counted_candidate(const CallTable& table, const AssociationOptions& options,
                            std::string_view metric, const Waste& waste,
                            const std::vector<bool>& shows) {
  Candidate found;
  found.effect.metric = metric;
  found.effect.unit = "calls";
  found.effect.basis = Basis::Counted;
  waste.fill(found.effect.saving);
  fill_evidence(
      table, options,
      [&](const Call& call) { return shows[static_cast<size_t>(&call - table.calls.data())]; },
      found);
  return found;
}

double chance_of(uint64_t count, double mean) {
  if (count == 0) return 1;
  if (mean <= 0) return 0;
  return boost::math::gamma_p(static_cast<double>(count), mean);
}

std::vector<uint32_t> by_time(const CallTable& table) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    if (table.calls[i].start_time) order.push_back(i);
  }
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return std::tuple(*table.calls[a].start_time, a) < std::tuple(*table.calls[b].start_time, b);
  });
  return order;
}

}  // namespace sonde
