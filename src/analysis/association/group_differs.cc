// An app, user, hour of the day or single hour in which calls fail more often than elsewhere.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/association.h"
#include "base/time.h"

namespace sonde {
namespace {

constexpr int64_t kHour = int64_t{3600} * 1'000'000;
// A time of day is one when it comes back.
constexpr size_t kDaysMin = 3;
// Groups with fewer calls are not tested: with thousands of users, tests that cannot say anything
// would cost the others their power.
constexpr uint64_t kGroupCallsMin = 20;
constexpr size_t kGroupsFew = 50;

// One way to group calls.
struct Grouping {
  std::string_view name;         // "app"
  std::string_view rest;         // "all other apps"
  uint64_t (*key)(const Call&);  // 0: in no group.
  std::string (*text)(const CallTable&, uint64_t key);
  bool by_place;  // Whether place and prompt are part of the work; not where the app is the group.
  Contrasts::Clusters clusters;
};

uint64_t app_of(const Call& call) { return call.app; }
uint64_t user_of(const Call& call) { return call.user; }
uint64_t hour_of_day(const Call& call) {
  return call.start_time ? static_cast<uint64_t>(*call.start_time / kHour % 24) + 1 : 0;
}
uint64_t hour_of_log(const Call& call) {
  return call.start_time ? static_cast<uint64_t>(*call.start_time / kHour) + 1 : 0;
}
std::string named(const CallTable& table, uint64_t key) { return std::string(table.name(key)); }
std::string of_day(const CallTable&, uint64_t key) {
  return fmt::format("{:02}:00 to {:02}:00 UTC", key - 1, key);
}
std::string of_log(const CallTable&, uint64_t key) {
  return fmt::format("{} to one hour later",
                     format_iso_time(static_cast<int64_t>(key - 1) * kHour).substr(0, 16));
}

constexpr auto kAll = Contrasts::Clusters::All;
constexpr Grouping kGroupings[] = {
    {"app", "all other apps", app_of, named, false, kAll},
    {"user", "all other users", user_of, named, true, Contrasts::Clusters::NotUsers},
    {"time of day", "all other times of day", hour_of_day, of_day, true, kAll},
    {"hour", "all other hours", hour_of_log, of_log, true, Contrasts::Clusters::NotBlocks},
};

// Distinct days on which a time of day failed.
size_t failing_days(const CallTable& table, uint64_t key) {
  std::vector<int64_t> days;
  for (const Call& call : table.calls) {
    if (call.failed && hour_of_day(call) == key) days.push_back(*call.start_time / (24 * kHour));
  }
  std::ranges::sort(days);
  return static_cast<size_t>(std::unique(days.begin(), days.end()) - days.begin());
}

void find_in(const CallTable& table, const Grouping& grouping, const AssociationOptions& options,
             std::vector<Candidate>& candidates) {
  GroupNumbers numbers;
  std::vector<CallValue> values;
  for (uint32_t i = 0; i < table.calls.size(); ++i) {
    const Call& call = table.calls[i];
    const uint64_t key = grouping.key(call);
    if (key == 0) continue;
    values.push_back(
        {i, numbers.of(key),
         stratum_of(table, call, {.place = grouping.by_place, .prompt = grouping.by_place}),
         call.failed ? 1.0 : 0.0});
  }
  if (numbers.size() < 2) return;
  const Contrasts contrasts(table, values, Contrasts::Kind::Rate, grouping.clusters);
  const bool daily = grouping.key == hour_of_day;
  // With many groups a larger p is no finding, and gathering its evidence would be most of the
  // work.
  const double worth_a_look = numbers.size() <= kGroupsFew ? 0.1 : 0.005;
  for (uint32_t group = 0; group < numbers.size(); ++group) {
    if (contrasts.calls(group) < kGroupCallsMin) continue;
    const uint64_t key = numbers.key(group);
    Candidate found = worse_candidate(contrasts.against_rest(group), "failure_rate", options);
    if (found.supported && daily && failing_days(table, key) < kDaysMin) continue;
    const std::string name = grouping.text(table, key);
    found.subject = fmt::format("{} {}", grouping.name, name);
    found.effect.variant = found.subject;
    found.effect.baseline = grouping.rest;
    found.effect.strata =
        grouping.by_place ? "app, prompt, category and model" : "category and model";
    const Contrast& contrast = found.effect.contrast;
    found.evidence = fmt::format("{} of the calls of {} fail, {} of those of {}",
                                 percent(contrast.variant_value), found.subject,
                                 percent(contrast.baseline_value), grouping.rest);
    found.patch =
        action_patch(fmt::format("look at what is special about {}: its inputs, limits "
                                 "and configuration; the ids are failed calls of it",
                                 found.subject));
    if (*found.p_value <= worth_a_look) {
      fill_evidence(
          table, options, [&](const Call& c) { return c.failed && grouping.key(c) == key; }, found);
    }
    candidates.push_back(std::move(found));
  }
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  for (const Grouping& grouping : kGroupings) find_in(table, grouping, options, candidates);
  return candidates;
}

}  // namespace

const Association kGroupDiffers{
    .check = {.id = "group-differs",
              .kind = FindingKind::Association,
              .stage = Stage::Hint,
              .per_template = false,
              .title = "an app, user or hour fails more often",
              .description = "Calls of one app, user, time of day or single hour fail more often "
                             "than all others on the same work.",
              .needs = {FieldSet{Field::AppName}, FieldSet{Field::UserId},
                        FieldSet{Field::StartTime}},
              .needs_words = "apps, users or times",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
