#include "templates/template_finder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "templates/grouping.h"

namespace sonde {
namespace {

// The further a ladder has climbed, the more of its entries hold several samples; the bounds of
// each step keep the sum of them where it was.
struct Share {
  size_t samples;  // Divisors of the options.
  size_t bytes;
};
constexpr std::array<Share, kGroupTexts.size()> kShares = {Share{1, 1}, Share{1, 1}, Share{2, 2},
                                                           Share{4, 4}, Share{4, 4}};

constexpr std::string_view kCut = "\n[...]\n";

// Three quarters from the start and one from the end; a second cut gives what a first one would.
std::string sample_text(const KeyedPrompt& prompt, size_t bytes_max) {
  std::string text;
  for (const PromptPart* part : {&prompt.system, &prompt.user}) {
    if (part->text.empty()) continue;
    if (!text.empty()) text += "\n\n";
    if (part->text.size() <= bytes_max) {
      append_unescaped(*part, bytes_max, text);
    } else {
      append_unescaped(*part, bytes_max / 4 * 3, text);
      text += kCut;
      append_unescaped(last_bytes(*part, bytes_max / 4), bytes_max, text);
    }
  }
  return text;
}

std::string cut_again(const std::string& text, size_t bytes_max) {
  if (text.size() <= bytes_max + kCut.size()) return text;
  std::string cut;
  append_unescaped({text, false}, bytes_max / 4 * 3, cut);
  cut += kCut;
  append_unescaped(last_bytes({text, false}, bytes_max / 4), bytes_max, cut);
  return cut;
}

// Keys differ in few bits only where the texts are alike; samples are to be chosen by chance.
uint64_t scattered(uint64_t key) {
  key = (key ^ (key >> 33U)) * 0xff51afd7ed558ccdULL;
  key = (key ^ (key >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  return key ^ (key >> 33U);
}

// Only an entry that several keys share meets several names; the first in alphabetical order stays,
// whichever came first.
void take_name(TemplateEntry& entry, std::string_view name, std::string_view version) {
  if (name.empty()) return;
  using Pair = std::pair<std::string_view, std::string_view>;
  if (!entry.name.empty() && Pair(entry.name, entry.version) <= Pair(name, version)) return;
  entry.name = name;
  entry.version = version;
}

auto place_of(std::vector<PromptSample>& samples, uint64_t hash) {
  return std::lower_bound(samples.begin(), samples.end(), hash,
                          [](const PromptSample& sample, uint64_t h) { return sample.hash < h; });
}

void cut_samples(TemplateEntry& entry, size_t samples_max) {
  if (entry.samples.size() < samples_max) return;
  entry.samples.resize(samples_max);
  entry.sampled_below = entry.samples.back().hash;
}

}  // namespace

void JoinEntries::operator()(TemplateEntry& mine, TemplateEntry&& theirs) const {
  mine.count += theirs.count;
  if (mine.kind < theirs.kind) mine.kind = theirs.kind;
  take_name(mine, theirs.name, theirs.version);
  for (PromptSample& sample : theirs.samples) {
    const auto place = place_of(mine.samples, sample.hash);
    if (place == mine.samples.end() || place->hash != sample.hash) {
      mine.samples.insert(place, std::move(sample));
    }
  }
  cut_samples(mine, limits->samples);
}

const PromptTemplate* TemplateSet::find(uint64_t key) const {
  for (const uint64_t entry : {key, group_of(key), key >> 52U << 52U}) {
    const auto found = entries_.find(entry);
    if (found != entries_.end()) return &templates_[found->second];
  }
  return nullptr;
}

uint64_t TemplateSet::canonical_key(uint64_t key) const {
  const PromptTemplate* found = find(key);
  return found == nullptr ? 0 : canonical_[static_cast<size_t>(found - templates_.data())];
}

TemplateFinder::TemplateFinder(const TemplateOptions& options)
    : options_(options),
      limits_(std::make_unique<SampleLimits>(
          SampleLimits{std::max<size_t>(options.samples, 1), options.sample_bytes_max})),
      ladder_(options.keys_max, JoinEntries{limits_.get()}) {}

uint64_t TemplateFinder::add(const Span& span) {
  const KeyedPrompt prompt = keyed_prompt(span);
  if (prompt.kind == KeyKind::None) return 0;
  TemplateEntry& entry = ladder_.at(prompt.key);
  ++entry.count;
  if (entry.kind < prompt.kind) entry.kind = prompt.kind;
  if (prompt.kind == KeyKind::Named) {
    const bool has_name = !span.prompt_name.empty();
    take_name(entry, has_name ? span.prompt_name : span.template_hash,
              has_name ? std::string_view(span.prompt_version) : std::string_view());
  }
  const uint64_t hash = scattered(prompt.key);
  if (hash < entry.sampled_below) {
    const auto place = place_of(entry.samples, hash);
    if (place == entry.samples.end() || place->hash != hash) {
      const std::string text = sample_text(prompt, options_.sample_bytes_max);
      entry.samples.insert(place, {hash, cut_again(text, limits_->bytes)});
      cut_samples(entry, limits_->samples);
    }
  }
  follow_step();
  return prompt.key;
}

void TemplateFinder::follow_step() {
  if (step_ == ladder_.step()) return;
  step_ = ladder_.step();
  limits_->samples = std::max<size_t>(options_.samples / kShares[step_].samples, 1);
  limits_->bytes = options_.sample_bytes_max / kShares[step_].bytes;
  ladder_.for_each([&](uint64_t, TemplateEntry& entry) {
    cut_samples(entry, limits_->samples);
    entry.samples.shrink_to_fit();
    for (PromptSample& sample : entry.samples) sample.text = cut_again(sample.text, limits_->bytes);
  });
}

void TemplateFinder::merge(TemplateFinder&& other) {
  ladder_.merge(std::move(other.ladder_));
  follow_step();
  // What the other finder sampled at an earlier step is longer than what this one keeps.
  if (step_ != other.step_) {
    ladder_.for_each([&](uint64_t, TemplateEntry& entry) {
      for (PromptSample& sample : entry.samples) {
        sample.text = cut_again(sample.text, limits_->bytes);
      }
    });
  }
}

TemplateSet TemplateFinder::finish() {
  std::vector<KeyedEntry> entries;
  ladder_.for_each([&](uint64_t key, TemplateEntry& entry) {
    if (entry.count > 0) entries.push_back({key, std::move(entry)});
  });
  ladder_ = KeyLadder<TemplateEntry, JoinEntries>(options_.keys_max, JoinEntries{limits_.get()});
  std::vector<TemplateGroup> groups = group_entries(std::move(entries));
  std::sort(groups.begin(), groups.end(), [](const TemplateGroup& a, const TemplateGroup& b) {
    if (a.found.count != b.found.count) return a.found.count > b.found.count;
    return a.found.hash < b.found.hash;
  });
  TemplateSet set;
  for (TemplateGroup& group : groups) {
    for (const uint64_t entry : group.entries) set.entries_[entry] = set.templates_.size();
    set.canonical_.push_back(group.entries.front());
    set.templates_.push_back(std::move(group.found));
  }
  return set;
}

}  // namespace sonde
