// The same call sent again at once after it failed, again and again.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/counted.h"

namespace sonde {
namespace {

// A retry that waits this long has backed off.
constexpr int64_t kAtOnce = int64_t{5} * 1'000'000;
constexpr uint64_t kChain = 3;      // Calls, the first included.
constexpr uint64_t kChainsMin = 3;  // Fewer may be a person who tried again.

struct Chain {
  uint32_t last = 0;
  uint64_t calls = 1;
};

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  boost::unordered_flat_map<uint64_t, Chain> chains;
  std::vector<uint32_t> retries;  // That failed again, or the last of a chain.
  uint64_t storms = 0;
  uint64_t failed = 0;
  Waste waste;
  std::vector<bool> in_storm(table.calls.size(), false);
  for (const uint32_t i : by_time(table)) {
    const Call& call = table.calls[i];
    if (call.call == 0) continue;
    const auto [place, is_new] = chains.try_emplace(call.call ^ (who(call) * 3), Chain{i, 1});
    if (is_new) continue;
    Chain& chain = place->second;
    const Call& before = table.calls[chain.last];
    const bool is_retry = before.failed && *call.start_time - before.end_time() <= kAtOnce;
    chain.calls = is_retry ? chain.calls + 1 : 1;
    chain.last = i;
    if (!is_retry) continue;
    retries.push_back(i);
    in_storm[i] = chain.calls >= kChain;
    storms += chain.calls == kChain ? 1 : 0;
  }
  if (storms < kChainsMin) return {};
  for (const uint32_t i : retries) {
    if (!table.calls[i].failed) continue;
    ++failed;
    waste.add(table, table.calls[i]);
  }
  Candidate found = counted_candidate(table, options, "retries", waste, in_storm);
  found.effect.saving.failures = Amount{static_cast<double>(failed), std::nullopt, std::nullopt};
  found.supported = true;
  found.evidence = fmt::format(
      "{} calls were sent again, unchanged, within {} s of failing; {} of them failed again, and "
      "{} "
      "times there were three or more in a row",
      retries.size(), kAtOnce / 1'000'000, failed, storms);
  found.patch = action_patch(
      "wait before a retry, longer each time and by chance (1 s, 2 s, 4 s, each times 0.5 to 1.5), "
      "honour Retry-After, and stop after three");
  return {std::move(found)};
}

}  // namespace

const Association kRetryStorm{
    .check = {.id = "retry-storm",
              .kind = FindingKind::Association,
              .stage = Stage::Service,
              .per_template = false,
              .title = "failed calls are repeated at once",
              .description = "The same call is sent again within seconds of failing, several "
                             "times in a row.",
              .needs = {FieldSet{Field::Input, Field::StartTime}, FieldSet{}},
              .needs_words = "prompts and times",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
