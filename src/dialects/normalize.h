// Translates raw spans of any known dialect into canonical spans.
//
// A span may speak several dialects at once (the Vercel SDK emits both ai.* and gen_ai.*), so rules
// are chosen per attribute, not per span. When two attributes claim one field, the dialect listed
// first in all_dialects.cc wins; within a dialect, the richer Shape wins. A value that cannot be
// read leaves the field to the next claim. Attributes that win no field are kept, never dropped;
// fields that the source has filled already are never overwritten.
//
// Cached and reasoning tokens: every dialect reports totals that include them, but Langfuse, whose
// usage map is read accordingly (values.h).
//
// Immutable after construction; safe to share between threads.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <string_view>

#include "base/hash.h"
#include "dialects/rule.h"
#include "model/span.h"

namespace sonde {

class Normalizer {
 public:
  Normalizer();

  // Reads span.attributes and moves the winners into fields; sets dialect, kind and error_class,
  // and adds Level::Call to spans that are one model call (llm, embedding). A span without
  // attributes that any dialect knows stays as it is.
  void apply(Span& span) const;

 private:
  struct Entry {
    size_t dialect = 0;
    const Rule* rule = nullptr;
  };
  friend class NormalizerRun;
  struct TextHash {
    using is_avalanching = void;
    size_t operator()(std::string_view text) const { return hash_bytes(text); }
  };

  // The rule for the key, or for the longest dotted prefix of it that is a prefix rule; `rest` is
  // what follows. Null when there is none.
  const Entry* find(std::string_view key, std::string_view& rest) const;

  boost::unordered_flat_map<std::string_view, Entry, TextHash> rules_;
};

}  // namespace sonde
