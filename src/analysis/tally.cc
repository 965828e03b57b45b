#include "analysis/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace sonde {

Example example_of(const Span& span) {
  Example example{span.location.file, span.location.byte, ""};
  for (const std::string* id : {&span.span_id, &span.message_id, &span.run_id, &span.trace_id}) {
    if (id->empty()) continue;
    example.id = *id;
    return example;
  }
  example.id = fmt::format("file {} byte {}", example.file, example.byte);
  return example;
}

bool Examples::add(const Example& example, size_t limit) {
  const auto place = std::lower_bound(list_.begin(), list_.end(), example);
  const bool is_first = place == list_.begin();
  if (list_.size() == limit && place == list_.end()) return false;
  list_.insert(place, example);
  if (list_.size() > limit) list_.pop_back();
  return is_first;
}

void Examples::merge(const Examples& other, size_t limit) {
  for (const Example& example : other.list_) add(example, limit);
}

void SizeHistogram::add(uint64_t tokens) {
  const auto power = static_cast<unsigned>(std::bit_width(tokens | 1)) - 1;
  const uint64_t step =
      power < kStepBits ? (tokens << (kStepBits - power)) : tokens >> (power - kStepBits);
  ++counts_[(size_t{power} << kStepBits) + (step & ((1U << kStepBits) - 1))];
  ++total_;
}

void SizeHistogram::merge(const SizeHistogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

uint64_t SizeHistogram::median() const {
  uint64_t below = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (below == 0 || below * 2 < total_) continue;
    const size_t power = i >> kStepBits;
    const uint64_t step = (i & ((size_t{1} << kStepBits) - 1)) | (uint64_t{1} << kStepBits);
    return power < kStepBits ? step >> (kStepBits - power) : step << (power - kStepBits);
  }
  return 0;
}

void join(FindingGroup& mine, FindingGroup&& theirs, size_t evidence_max) {
  mine.support += theirs.support;
  mine.silent += theirs.silent;
  mine.explained += theirs.explained;
  if (theirs.examples.list().front() < mine.examples.list().front()) {
    mine.where = std::move(theirs.where);
    mine.evidence = std::move(theirs.evidence);
    mine.patch = std::move(theirs.patch);
  }
  mine.examples.merge(theirs.examples, evidence_max);
}

void join(PromptGroup& mine, PromptGroup&& theirs, size_t evidence_max) {
  mine.count += theirs.count;
  if (theirs.examples.list().front() < mine.examples.list().front()) {
    mine.where = std::move(theirs.where);
    mine.prompt = std::move(theirs.prompt);
    mine.sentence = std::move(theirs.sentence);
    mine.tokens = theirs.tokens;
  }
  mine.examples.merge(theirs.examples, evidence_max);
}

uint64_t finding_key(const Check& check, std::string_view subject, const WhereKey& where) {
  const uint64_t place = check.per_template ? where.combined : where.place;
  return hash_text(subject, hash_text(check.id, place));
}

}  // namespace sonde
