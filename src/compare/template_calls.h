// What one thread has counted under one key of a prompt, until the templates are known.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compare/variant_sums.h"

namespace sonde {

// The texts that kept calls refer to by their hashes. Not thread-safe.
class CallNames {
 public:
  // False: it is full, and the name is not in it. The empty name always is.
  bool add(const HashedName& name);
  // Takes all of them, however many.
  void merge(const CallNames& other);
  HashedName named(uint64_t hash) const;  // Valid until the next add() or merge().

 private:
  static constexpr size_t kNamesMax = 10'000;
  boost::unordered_flat_map<uint64_t, std::string> names_;
};

// What the sums take of a call. Negative figures are unknown ones.
struct KeptCall {
  int64_t duration;
  int64_t time_to_first_token;
  int64_t start_time;
  int64_t cost;
  int64_t input_tokens;
  int64_t output_tokens;
  uint64_t place;  // Hashes of names.
  uint64_t stratum;
  uint64_t model;
  uint64_t error_class;
  uint64_t currency;
  uint16_t session;
  uint16_t block;
  bool has_session;
  bool has_start_time;
  bool has_cost;
  Outcome outcome;
};

// Most keys of a log without templates see few calls and turn out to be free text, so sums, which
// take many times the memory of a call, are made only when calls are many or wanted. Not
// thread-safe.
class TemplateCalls {
 public:
  void add(const Span& span, Outcome outcome, const HashedName& place, const HashedName& stratum,
           CallNames& names, size_t strata_max);
  // `names` knows those of both.
  void merge(TemplateCalls&& theirs, const CallNames& names, size_t strata_max);
  uint64_t count() const { return calls_.size() + (sums_ ? sums_->group.count() : 0); }
  VariantSums sums(const CallNames& names, size_t strata_max) &&;

 private:
  void sum_up(const CallNames& names, size_t strata_max);

  // As many as take about the memory of the sums of so many calls.
  static constexpr size_t kCallsMax = 1024;
  std::vector<KeptCall> calls_;  // Empty once there are sums.
  std::unique_ptr<VariantSums> sums_;
};

}  // namespace sonde
