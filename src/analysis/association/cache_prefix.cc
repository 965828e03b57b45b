// Text that changes stands in front of a long stable part of the prompt, so that a provider's
// prompt cache, which keeps prefixes, never sees the same prefix twice.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/association/association.h"
#include "analysis/text.h"

namespace sonde {
namespace {

// Providers cache prefixes from 1024 tokens on.
constexpr uint64_t kCachedTokensMin = 1024;
constexpr size_t kAnchorBytes = 48;
constexpr size_t kExcerptBytes = 80;
constexpr uint64_t kCallsMin = 10;

// What two prompts share.
struct Shared {
  size_t prefix = 0;        // Bytes that are the same from the start.
  size_t stable_begin = 0;  // The longest common part behind the first difference, in `a`.
  size_t stable_size = 0;
};

size_t common_size(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(most), b.begin()).first -
      a.begin());
}

// Looks for pieces of `a` in `b` at steps of an anchor: a part of twice an anchor is found.
Shared compare(std::string_view a, std::string_view b) {
  Shared shared;
  shared.prefix = common_size(a, b);
  size_t from = shared.prefix;
  while (from + kAnchorBytes <= a.size()) {
    const size_t at = b.find(a.substr(from, kAnchorBytes), shared.prefix);
    if (at == std::string_view::npos) {
      from += kAnchorBytes;
      continue;
    }
    size_t back = 0;
    while (back < from - shared.prefix && back < at && a[from - back - 1] == b[at - back - 1])
      ++back;
    const size_t size = back + common_size(a.substr(from), b.substr(at));
    if (size > shared.stable_size) {
      shared.stable_size = size;
      shared.stable_begin = from - back;
    }
    from += std::max(kAnchorBytes, size - back);
  }
  return shared;
}

// The least that any two neighbours of the samples share.
std::optional<Shared> stable_of(const std::vector<LongPrompt>& samples) {
  std::optional<Shared> least;
  for (size_t i = 1; i < samples.size(); ++i) {
    const Shared shared = compare(samples[0].text, samples[i].text);
    if (!least || shared.stable_size < least->stable_size) least = shared;
  }
  return least;
}

std::optional<Candidate> find_of(const CallTable& table, const AssociationOptions& options,
                                 uint32_t prompt) {
  const std::vector<LongPrompt>& samples = table.long_prompts[prompt];
  const std::optional<Shared> shared = samples.size() < 2 ? std::nullopt : stable_of(samples);
  if (!shared) return std::nullopt;
  const std::string_view text = samples[0].text;
  const std::string_view stable = text.substr(shared->stable_begin, shared->stable_size);
  const uint64_t tokens = estimated_tokens(stable);
  if (tokens < kCachedTokensMin ||
      estimated_tokens(text.substr(0, shared->prefix)) >= kCachedTokensMin) {
    return std::nullopt;
  }
  const auto is_uncached = [&](const Call& call) {
    return call.prompt_template == prompt && call.prompt_tokens >= tokens &&
           call.cache_read_tokens.value_or(0) < static_cast<int64_t>(tokens) / 2;
  };
  Candidate found;
  fill_evidence(table, options, is_uncached, found);
  if (found.support < kCallsMin) return std::nullopt;
  found.supported = true;
  found.effect.metric = "uncached_tokens";
  found.effect.unit = "tokens";
  found.effect.basis = Basis::Counted;
  found.effect.saving.tokens = Amount{
      static_cast<double>(tokens) * static_cast<double>(found.support), std::nullopt, std::nullopt};
  const std::string changing =
      excerpt(text.substr(shared->prefix, shared->stable_begin - shared->prefix), kExcerptBytes);
  const std::string lasting = excerpt(stable, kExcerptBytes);
  found.subject = excerpt(stable, 40);
  found.evidence = fmt::format(
      "about {} tokens are the same in every prompt, but stand behind text that changes (\"{}\"): "
      "no "
      "cache of prefixes can keep them",
      tokens, changing);
  found.patch = diff_patch("prompt", fmt::format("{}\n{}\n", changing, lasting),
                           fmt::format("{}\n{}\n", lasting, changing));
  return found;
}

std::vector<Candidate> find(const CallTable& table, const AssociationOptions& options) {
  std::vector<Candidate> candidates;
  for (uint32_t prompt = 0; prompt < table.long_prompts.size(); ++prompt) {
    if (auto found = find_of(table, options, prompt)) candidates.push_back(std::move(*found));
  }
  return candidates;
}

}  // namespace

const Association kCachePrefix{
    .check = {.id = "cache-prefix",
              .kind = FindingKind::Association,
              .stage = Stage::Prompt,
              .per_template = true,
              .title = "changing text in front of the stable part breaks prompt caching",
              .description = "Prompts share 1024 tokens or more, but not from their start, where "
                             "a provider's cache looks.",
              .needs = {FieldSet{Field::Input}, FieldSet{Field::System}},
              .needs_words = "prompts",
              .precision = {},
              .run = nullptr},
    .find = find,
};

}  // namespace sonde
