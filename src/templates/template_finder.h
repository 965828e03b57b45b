// Recovers prompt templates from the prompts that were sent, when the log gives no name.
//
// One pass: each record has a key from the record alone (templates/template_key.h), keys are kept
// within bounds (templates/key_ladder.h), and for each key a few sample prompts, those with the
// smallest hash. finish() aligns the samples: what they share is the template, what differs a
// placeholder; keys that turn out to be one template are joined.
//
// Judgement calls, all of them deterministic:
// - A wording that only two or three values take, each of them often (8 records or more), is a
//   version of the prompt and a template of its own, not a placeholder, unless only numbers differ.
// - A system prompt is the template. When it is short (under 64 bytes) and the user text begins or
//   ends with an instruction, both together are.
// - User texts that share nothing are all one group, kFreeText.
//
// The outcome depends on the set of records only, not on their order or on the threads.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/span.h"
#include "templates/key_ladder.h"
#include "templates/template_key.h"

namespace sonde {

inline constexpr std::string_view kFreeText = "(free text)";

struct TemplateOptions {
  size_t keys_max = 20'000;        // See KeyLadder.
  size_t samples = 16;             // Prompts kept for a key whose texts vary.
  size_t sample_bytes_max = 4096;  // Of a prompt; longer ones keep start and end, "[...]" between.
};

struct PromptTemplate {
  std::string hash;     // 16 hex digits of name and version, or of the text; stable between runs.
  std::string text;     // With {{1}}, {{2}} where values vary.
  std::string name;     // prompt_name, or template_hash, when the log gives them.
  std::string version;  // Likewise.
  uint64_t count = 0;   // Records.
  size_t placeholders = 0;
};

// Immutable; safe to share between threads.
class TemplateSet {
 public:
  // The template of a record that was added; null for one without a prompt or never seen.
  const PromptTemplate* find(const Span& span) const { return find(template_key(span)); }
  const PromptTemplate* find(uint64_t key) const;

  // One key for all keys, and all entries of a KeyLadder, that belong to one template; 0 for
  // unknown ones. Counters kept in a KeyLadder of the same keys_max are to be joined under it.
  uint64_t canonical_key(uint64_t key) const;

  // Most frequent first, then by hash.
  const std::vector<PromptTemplate>& templates() const { return templates_; }

 private:
  friend class TemplateFinder;
  std::vector<PromptTemplate> templates_;
  std::vector<uint64_t> canonical_;                      // Of templates_, in their order.
  boost::unordered_flat_map<uint64_t, size_t> entries_;  // Index into templates_.
};

struct PromptSample {
  uint64_t hash;
  std::string text;
};

// What is kept of the records of one ladder entry.
struct TemplateEntry {
  uint64_t count = 0;
  uint64_t sampled_below = UINT64_MAX;  // Prompts whose hash is greater or equal are not sampled.
  KeyKind kind = KeyKind::None;
  std::vector<PromptSample> samples;  // By hash.
  std::string name;
  std::string version;
};

struct SampleLimits {
  size_t samples;
  size_t bytes;
};

struct JoinEntries {
  const SampleLimits* limits;
  void operator()(TemplateEntry& mine, TemplateEntry&& theirs) const;
};

// One a thread; not thread-safe. Holds about 80 MB at most with the default options.
class TemplateFinder {
 public:
  explicit TemplateFinder(const TemplateOptions& options = {});

  // Returns the record's template_key(): 0 when it has no prompt.
  uint64_t add(const Span& span);
  void merge(TemplateFinder&& other);  // Both made with the same options.
  TemplateSet finish();

 private:
  void follow_step();

  TemplateOptions options_;
  std::unique_ptr<SampleLimits> limits_;  // Shared with the ladder's join; finders may move.
  size_t step_ = 0;
  KeyLadder<TemplateEntry, JoinEntries> ladder_;
};

}  // namespace sonde
