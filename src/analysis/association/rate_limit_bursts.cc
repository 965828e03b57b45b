// Rate limit errors that come in bursts: many in the same minute, more than their number explains.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/association/counted.h"

namespace sonde {
namespace {

constexpr int64_t kMinute = int64_t{60} * 1'000'000;
constexpr uint64_t kErrorsMin = 10;
constexpr double kExcessMin = 2;
constexpr uint64_t kBurst = 3;  // Errors in a minute.

struct Minute {
  uint64_t calls = 0;
  uint64_t errors = 0;
};

bool is_limited(const Call& call) { return call.failed && call.error_class == "rate_limit"; }

double pairs(uint64_t n) { return static_cast<double>(n) * (static_cast<double>(n) - 1) / 2; }

std::optional<Candidate> find_of(const CallTable& table, const AssociationOptions& options,
                                 uint64_t model) {
  std::map<int64_t, Minute> minutes;
  uint64_t calls = 0;
  uint64_t errors = 0;
  for (const Call& call : table.calls) {
    if (call.model != model || !call.start_time) continue;
    Minute& minute = minutes[*call.start_time / kMinute];
    ++minute.calls;
    ++calls;
    minute.errors += is_limited(call) ? 1 : 0;
    errors += is_limited(call) ? 1 : 0;
  }
  if (errors < kErrorsMin || calls <= errors) return std::nullopt;
  double seen = 0;
  double possible = 0;
  uint64_t bursts = 0;
  uint64_t in_bursts = 0;
  uint64_t quiet = 0;  // The most calls of a minute without an error.
  for (const auto& [time, minute] : minutes) {
    seen += pairs(minute.errors);
    possible += pairs(minute.calls);
    if (minute.errors >= kBurst) {
      ++bursts;
      in_bursts += minute.errors;
    }
    if (minute.errors == 0) quiet = std::max(quiet, minute.calls);
  }
  const double expected = possible * pairs(errors) / pairs(calls);
  Candidate found;
  // Pairs of one burst hang together, so a burst counts once: its errors beyond the first.
  found.p_value =
      chance_of(static_cast<uint64_t>(std::min(seen, static_cast<double>(in_bursts))), expected);
  found.supported = bursts > 0 && seen >= kExcessMin * expected;
  found.subject = fmt::format("model {}", table.name(model));
  found.effect.metric = "rate_limit_rate";
  found.effect.unit = "share";
  found.effect.basis = Basis::Counted;
  found.effect.saving.failures = Amount{static_cast<double>(in_bursts), std::nullopt, std::nullopt};
  found.evidence = fmt::format(
      "{} of {} rate limit errors came in {} bursts of a minute ({} or more each); chance alone "
      "would put {:.1f} pairs of them into the same minute, there are {:.0f}",
      in_bursts, errors, bursts, kBurst, expected, seen);
  found.patch = parameter_patch("requests_per_minute", "unlimited",
                                std::to_string(std::max<uint64_t>(quiet, 1)));
  fill_evidence(
      table, options, [&](const Call& call) { return call.model == model && is_limited(call); },
      found);
  return found;
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  GroupNumbers models;
  for (const Call& call : table.calls) {
    if (is_limited(call)) models.of(call.model);
  }
  std::vector<Candidate> candidates;
  for (uint32_t i = 0; i < models.size(); ++i) {
    if (auto found = find_of(table, options, models.key(i))) {
      candidates.push_back(std::move(*found));
    }
  }
  return candidates;
}

}  // namespace

const Association kRateLimitBursts{
    .check = {.id = "rate-limit-bursts",
              .kind = FindingKind::Association,
              .stage = Stage::Service,
              .per_template = false,
              .title = "rate limit errors come in bursts",
              .description = "More rate limit errors fall into the same minute than their number "
                             "explains: calls are sent in bursts.",
              .needs = {FieldSet{Field::ErrorClass, Field::StartTime}, FieldSet{}},
              .needs_words = "error messages and times",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
