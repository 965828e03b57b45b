#include "templates/grouping.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "templates/pattern.h"

namespace sonde {
namespace {

constexpr size_t kWordsMin = 3;      // Of a template; fewer are chance.
constexpr uint64_t kOften = 8;       // Records of a text that is a prompt of its own.
constexpr size_t kVersionsMax = 3;   // More wordings than these are values.
constexpr size_t kRunMin = 3;        // Tokens of a template without a gap between them.
constexpr size_t kInstancesMin = 3;  // Texts that make a pattern to compare others with.
constexpr uint64_t kRepeatsMin = 5;  // Records of a user text that is taken for a template.
constexpr size_t kCandidates = 2;
constexpr size_t kAlignedMax = 2000;

struct Cluster {
  Pattern pattern;
  KeyKind kind = KeyKind::None;
  size_t texts = 0;  // Samples that the pattern was made from.
  uint64_t count = 0;
  uint64_t shape = 0;  // hash_without_numbers, 0 when it differs between the texts.
  std::vector<uint64_t> entries;
  std::string name;
  std::string version;
  bool is_free = false;
  bool varies = false;  // Many texts, even where one was sampled.

  // Whether it stands on its own, so that another like it is rather a version than a value.
  bool is_settled() const { return texts > kVersionsMax || (!varies && count >= kOften * texts); }
};

bool is_enough(const Pattern& pattern) {
  return count_words(pattern) >= kWordsMin && longest_run(pattern) >= kRunMin;
}

// How much of the wording two texts of one skeleton must share. An instruction in front of a long
// document may be a small part of the text, and the skeleton says already that it is the same.
double least_share(KeyKind kind) {
  return kind == KeyKind::System ? 0.5 : kind == KeyKind::Unmarked ? 0.4 : 0.0;
}

// What two patterns share, when they share enough to be one template.
std::optional<Pattern> meet_alike(const Pattern& a, const Runs& a_runs, const Pattern& b,
                                  const Runs& b_runs, double share) {
  static_assert(kRunMin == 3);                           // As those of Runs.
  if (!a_runs.have_common(b_runs)) return std::nullopt;  // Spares the costly part.
  Pattern common = meet(a, b);
  const auto least = static_cast<double>(std::min(count_words(a), count_words(b)));
  const bool is_like =
      is_enough(common) && static_cast<double>(count_words(common)) >= share * least;
  return is_like ? std::optional(std::move(common)) : std::nullopt;
}

void absorb(Cluster& mine, Cluster&& theirs, Pattern&& common) {
  mine.pattern = std::move(common);
  mine.texts += theirs.texts;
  mine.count += theirs.count;
  if (mine.shape != theirs.shape) mine.shape = 0;
  mine.entries.insert(mine.entries.end(), theirs.entries.begin(), theirs.entries.end());
  mine.is_free = mine.is_free || theirs.is_free;
}

// The pattern of an entry with several samples: of those that go together with most others. It
// views the samples, which stay where they are.
Cluster cluster_of(KeyedEntry& keyed) {
  TemplateEntry& entry = keyed.entry;
  Cluster whole;
  whole.kind = entry.kind;
  whole.count = entry.count;
  whole.entries = {keyed.key};
  whole.varies = keyed.key == group_of(keyed.key);
  whole.name = std::move(entry.name);
  whole.version = std::move(entry.version);
  struct Part {
    Pattern pattern;
    Runs runs;
    size_t texts;
  };
  std::vector<Part> parts;
  for (const PromptSample& sample : entry.samples) {
    Pattern pattern = pattern_of(sample.text);
    Runs runs(pattern);
    bool placed = false;
    for (Part& part : parts) {
      auto common = meet_alike(part.pattern, part.runs, pattern, runs, least_share(entry.kind));
      if (!common) continue;
      runs = Runs(*common);
      part = {*std::move(common), std::move(runs), part.texts + 1};
      placed = true;
      break;
    }
    if (!placed) parts.push_back({std::move(pattern), std::move(runs), 1});
  }
  const auto most = std::max_element(
      parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.texts < b.texts; });
  if (most == parts.end()) return whole;
  whole.pattern = std::move(most->pattern);
  whole.texts = most->texts;
  whole.shape = whole.texts == 1 ? hash_without_numbers(whole.pattern) : 0;
  whole.is_free =
      most->texts * 2 < entry.samples.size() || (entry.samples.size() > 1 && most->texts == 1);
  return whole;
}

// Two or three wordings that come often are versions; they stay apart.
bool are_versions(const std::vector<Cluster>& texts) {
  if (texts.size() > kVersionsMax) return false;
  const bool numbers_only = std::all_of(texts.begin(), texts.end(), [&](const Cluster& text) {
    return text.shape == texts.front().shape;
  });
  return !numbers_only && std::all_of(texts.begin(), texts.end(),
                                      [](const Cluster& text) { return text.count >= kOften; });
}

// The texts of one skeleton, each an entry of its own.
void add_group(std::vector<Cluster>&& texts, std::vector<Cluster>& clusters) {
  if (texts.size() == 1) return clusters.push_back(std::move(texts.front()));
  std::vector<std::vector<Cluster>> families;
  std::vector<Pattern> patterns;
  std::vector<Runs> runs_of;
  for (Cluster& text : texts) {
    size_t at = 0;
    Runs runs(text.pattern);
    for (; at < families.size() && !text.is_free; ++at) {
      std::optional<Pattern> common =
          text.kind == KeyKind::Named
              ? meet(patterns[at], text.pattern)
              : meet_alike(patterns[at], runs_of[at], text.pattern, runs, least_share(text.kind));
      if (!common) continue;
      patterns[at] = *std::move(common);
      runs_of[at] = Runs(patterns[at]);
      break;
    }
    if (text.is_free || at == families.size()) {
      at = families.size();
      families.emplace_back();
      patterns.push_back(text.pattern);
      runs_of.push_back(std::move(runs));
    }
    families[at].push_back(std::move(text));
  }
  for (size_t i = 0; i < families.size(); ++i) {
    std::vector<Cluster>& family = families[i];
    if (family.front().kind != KeyKind::Named && are_versions(family)) {
      for (Cluster& text : family) clusters.push_back(std::move(text));
      continue;
    }
    Cluster joined = std::move(family.front());
    for (size_t j = 1; j < family.size(); ++j) {
      absorb(joined, std::move(family[j]), Pattern());
    }
    joined.pattern = std::move(patterns[i]);
    clusters.push_back(std::move(joined));
  }
}

// Finds clusters by three neighbouring tokens.
class Shingles {
 public:
  void add(const Pattern& pattern, size_t cluster) {
    for_each_run(pattern, [&](uint64_t hash) {
      std::vector<size_t>& list = index_[hash];
      if (list.size() < kListMax && (list.empty() || list.back() != cluster))
        list.push_back(cluster);
    });
    shared_.resize(std::max(shared_.size(), cluster + 1));
  }

  // The clusters that share most, best first.
  std::vector<size_t> nearest(const Pattern& pattern) {
    std::vector<size_t> touched;
    for_each_run(pattern, [&](uint64_t hash) {
      const auto found = index_.find(hash);
      if (found == index_.end()) return;
      for (const size_t cluster : found->second) {
        if (shared_[cluster]++ == 0) touched.push_back(cluster);
      }
    });
    const auto best =
        touched.begin() + static_cast<std::ptrdiff_t>(std::min(touched.size(), kCandidates));
    std::partial_sort(touched.begin(), best, touched.end(), [this](size_t a, size_t b) {
      return shared_[a] != shared_[b] ? shared_[a] > shared_[b] : a < b;
    });
    for (const size_t cluster : touched) shared_[cluster] = 0;
    touched.erase(best, touched.end());
    return touched;
  }

 private:
  static constexpr size_t kListMax = 64;

  boost::unordered_flat_map<uint64_t, std::vector<size_t>> index_;
  std::vector<size_t> shared_;  // By cluster; 0 between calls.
};

// Whether two clusters of different skeletons are one template.
bool is_same(const Cluster& mine, const Cluster& theirs, const Pattern& common) {
  if (!is_enough(common)) return false;
  const auto shared = static_cast<double>(count_words(common));
  const auto a = static_cast<double>(count_words(mine.pattern));
  const auto b = static_cast<double>(count_words(theirs.pattern));
  // A text that holds the whole pattern is an instance of it.
  if (mine.texts >= kInstancesMin && theirs.texts < kInstancesMin && !theirs.is_settled()) {
    return shared >= 0.9 * a;
  }
  return shared >= (mine.texts + theirs.texts < 6 ? 0.5 : 0.7) * std::max(a, b);
}

std::vector<Cluster> join_alike(std::vector<Cluster>&& clusters) {
  std::stable_sort(clusters.begin(), clusters.end(), [](const Cluster& a, const Cluster& b) {
    if (a.texts != b.texts) return a.texts > b.texts;
    if (a.count != b.count) return a.count > b.count;
    return a.entries.front() < b.entries.front();
  });
  std::vector<Cluster> joined;
  std::vector<std::vector<std::pair<Cluster, Pattern>>> kin;  // Settled ones that are alike.
  Shingles shingles;
  for (Cluster& cluster : clusters) {
    bool placed = cluster.is_free || cluster.kind == KeyKind::Named;
    if (placed) {
      joined.push_back(std::move(cluster));
      kin.emplace_back();
      continue;
    }
    for (const size_t at : shingles.nearest(cluster.pattern)) {
      if ((joined[at].kind == KeyKind::System) != (cluster.kind == KeyKind::System)) continue;
      Pattern common = meet(joined[at].pattern, cluster.pattern);
      if (!is_same(joined[at], cluster, common)) continue;
      placed = true;
      const bool numbers = joined[at].shape != 0 && joined[at].shape == cluster.shape;
      if (joined[at].is_settled() && cluster.is_settled() && !numbers) {
        kin[at].emplace_back(std::move(cluster), std::move(common));
      } else {
        absorb(joined[at], std::move(cluster), std::move(common));
      }
      break;
    }
    if (placed) continue;
    shingles.add(cluster.pattern, joined.size());
    joined.push_back(std::move(cluster));
    kin.emplace_back();
  }
  for (size_t i = 0; i < kin.size(); ++i) {
    const bool are_values = kin[i].size() + 1 > kVersionsMax;
    for (auto& [cluster, common] : kin[i]) {
      if (are_values) {
        Pattern all = meet(joined[i].pattern, cluster.pattern);
        absorb(joined[i], std::move(cluster), std::move(all));
      } else {
        joined.push_back(std::move(cluster));
      }
    }
  }
  return joined;
}

// Aligning is the costly part. Beyond kAlignedMax entries, the rarer ones keep a single sample,
// which can still be an instance of a template found elsewhere.
void drop_rare_samples(std::vector<KeyedEntry>& entries) {
  std::vector<KeyedEntry*> several;
  for (KeyedEntry& keyed : entries) {
    if (keyed.entry.samples.size() > 1) several.push_back(&keyed);
  }
  if (several.size() <= kAlignedMax) return;
  const auto kept = several.begin() + kAlignedMax;
  std::nth_element(several.begin(), kept, several.end(), [](const auto* a, const auto* b) {
    return a->entry.count != b->entry.count ? a->entry.count > b->entry.count : a->key < b->key;
  });
  for (auto at = kept; at != several.end(); ++at)
    (*at)->entry.samples.erase((*at)->entry.samples.begin() + 1, (*at)->entry.samples.end());
}

TemplateGroup to_group(Cluster&& cluster) {
  TemplateGroup group;
  const Pattern pattern = without_chance(cluster.pattern, cluster.texts);
  const bool user = cluster.kind == KeyKind::Marked || cluster.kind == KeyKind::Unmarked;
  const bool once = cluster.texts == 1 && (cluster.varies || cluster.count < kRepeatsMin);
  if (user && (cluster.is_free || once || !is_enough(pattern))) {
    group.found.text = kFreeText;
  } else {
    group.found.text = to_text(pattern);
    group.found.placeholders = count_gaps(pattern);
  }
  group.found.count = cluster.count;
  group.found.name = std::move(cluster.name);
  group.found.version = std::move(cluster.version);
  group.entries = std::move(cluster.entries);
  return group;
}

}  // namespace

std::vector<TemplateGroup> group_entries(std::vector<KeyedEntry> entries) {
  drop_rare_samples(entries);
  std::sort(entries.begin(), entries.end(),
            [](const KeyedEntry& a, const KeyedEntry& b) { return a.key < b.key; });
  std::vector<Cluster> clusters;
  for (size_t from = 0; from < entries.size();) {
    std::vector<Cluster> texts;
    const uint64_t group = group_of(entries[from].key);
    for (; from < entries.size() && group_of(entries[from].key) == group; ++from) {
      texts.push_back(cluster_of(entries[from]));
    }
    add_group(std::move(texts), clusters);
  }
  // Different escapes of one text, and all free texts, come together here.
  std::map<std::string, TemplateGroup> by_identity;
  for (Cluster& cluster : join_alike(std::move(clusters))) {
    TemplateGroup group = to_group(std::move(cluster));
    const bool named = !group.found.name.empty();
    std::string identity =
        named ? "name\n" + group.found.name + "\n" + group.found.version : group.found.text;
    group.found.hash = to_hex(hash_bytes(identity));
    const auto [place, is_new] = by_identity.try_emplace(std::move(identity), group);
    if (is_new) continue;
    TemplateGroup& mine = place->second;
    mine.found.count += group.found.count;
    mine.entries.insert(mine.entries.end(), group.entries.begin(), group.entries.end());
  }
  std::vector<TemplateGroup> groups;
  for (auto& [identity, group] : by_identity) {
    std::sort(group.entries.begin(), group.entries.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace sonde
