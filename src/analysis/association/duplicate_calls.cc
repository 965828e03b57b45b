// The same call made again by the same session or user shortly after it was answered.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/counted.h"

namespace sonde {
namespace {

constexpr int64_t kWindow = int64_t{10} * 60 * 1'000'000;
constexpr size_t kLookBack = 50;  // Calls of one session or user compared with.
constexpr uint64_t kRepeatsMin = 5;
constexpr double kShareMin = 0.005;
constexpr double kExcessMin = 2;

// The chance that two calls picked at random are the same call.
double chance_of_same(const CallTable& table) {
  boost::unordered_flat_map<uint64_t, double> counts;
  double all = 0;
  for (const Call& call : table.calls) {
    if (call.call == 0) continue;
    ++counts[call.call];
    ++all;
  }
  double same = 0;
  for (const auto& [call, n] : counts) same += n * (n - 1);
  return all > 1 ? same / (all * (all - 1)) : 0;
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  boost::unordered_flat_map<uint64_t, std::vector<uint32_t>> recent;
  std::vector<bool> repeated(table.calls.size(), false);
  Waste waste;
  uint64_t compared = 0;
  uint64_t repeats = 0;
  uint64_t calls = 0;
  for (const uint32_t i : by_time(table)) {
    const Call& call = table.calls[i];
    if (call.call == 0) continue;
    ++calls;
    std::vector<uint32_t>& before = recent[who(call)];
    std::erase_if(before, [&](uint32_t j) {
      return *call.start_time - *table.calls[j].start_time > kWindow;
    });
    compared += before.size();
    // After a failure it is a retry, and no waste.
    const bool is_repeat = std::ranges::any_of(before, [&](uint32_t j) {
      return table.calls[j].call == call.call && !table.calls[j].failed;
    });
    if (is_repeat) {
      repeated[i] = true;
      ++repeats;
      waste.add(table, call);
    }
    if (before.size() == kLookBack) before.erase(before.begin());
    before.push_back(i);
  }
  const double expected = static_cast<double>(compared) * chance_of_same(table);
  if (repeats < kRepeatsMin) return {};
  Candidate found = counted_candidate(table, options, "repeated_calls", waste, repeated);
  found.p_value = chance_of(repeats, expected);
  found.supported = static_cast<double>(repeats) >= kShareMin * static_cast<double>(calls) &&
                    static_cast<double>(repeats) >= kExcessMin * expected;
  found.evidence = fmt::format(
      "{} of {} calls repeat an answered call of the same session within 10 minutes, prompt, model "
      "and parameters unchanged; chance would give about {:.0f}",
      repeats, calls, expected);
  found.patch = action_patch(
      "keep the answer for 10 minutes under prompt, model and parameters, and send a request once "
      "(no double submit, no double trigger)");
  return {std::move(found)};
}

}  // namespace

const Association kDuplicateCalls{
    .check = {.id = "duplicate-calls",
              .kind = FindingKind::Association,
              .stage = Stage::Hint,
              .per_template = false,
              .title = "answered calls are made again",
              .description = "Identical calls follow each other within minutes though the first "
                             "was answered, more often than chance explains.",
              .needs = {FieldSet{Field::Input, Field::StartTime}, FieldSet{}},
              .needs_words = "prompts and times",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
