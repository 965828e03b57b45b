#include "compare/pairs.h"

namespace sonde {

void Pairs::keep(const Run& run, const First& first) {
  const auto [at, is_new] = runs_.try_emplace(run, first);
  if (!is_new && first.before(at->second)) at->second = first;
}

void Pairs::shrink() {
  while (runs_.size() > runs_max_) {
    input_max_ /= 2;
    boost::unordered::erase_if(runs_,
                               [this](const auto& run) { return run.first.input > input_max_; });
  }
}

void Pairs::add(uint64_t input, uint64_t variant, Outcome outcome, const Location& location) {
  if (outcome != Outcome::Ok && outcome != Outcome::Failed) return;
  if (input > input_max_) return;
  keep({input, variant}, {location.byte, location.file, outcome == Outcome::Ok});
  if (runs_.size() > runs_max_) shrink();
}

void Pairs::merge(const Pairs& other) {
  if (other.input_max_ < input_max_) {
    input_max_ = other.input_max_;
    boost::unordered::erase_if(runs_,
                               [this](const auto& run) { return run.first.input > input_max_; });
  }
  for (const auto& [run, first] : other.runs_) {
    if (run.input <= input_max_) keep(run, first);
  }
  shrink();
}

void Pairs::rename(const std::function<uint64_t(uint64_t)>& new_name) {
  const auto old = std::exchange(runs_, {});
  for (const auto& [run, first] : old) keep({run.input, new_name(run.variant)}, first);
}

PairCounts Pairs::count(uint64_t first, uint64_t second) const {
  PairCounts counts;
  for (const auto& [run, mine] : runs_) {
    if (run.variant != first) continue;
    const auto other = runs_.find(Run{run.input, second});
    if (other == runs_.end()) continue;
    const bool theirs = other->second.ok;
    ++(mine.ok ? (theirs ? counts.both : counts.only_first)
               : (theirs ? counts.only_second : counts.neither));
  }
  return counts;
}

}  // namespace sonde
