#include "analysis/where.h"

#include <xxhash.h>

#include <algorithm>
#include <array>

#include "analysis/execution.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kShapeBytesMax = 64;
constexpr int kShapeWords = 6;
constexpr size_t kTemplateBytesMax = 60;

const std::string& app_of(const Span& span) {
  return span.app_name.empty() ? span.app_id : span.app_name;
}

const std::string& node_of(const Span& span) {
  return span.name.empty() ? span.node_id : span.name;
}

// The first text of a message list, as it stands in the JSON: enough to recognise it again.
std::string_view first_text(const Span& span) {
  std::string_view text = span.input;
  if (span.input_form != Form::Messages) return trimmed(text.substr(0, 4 * kShapeBytesMax));
  for (const std::string_view mark : {"\"content\":", "\"text\":"}) {
    const size_t found = text.find(mark);
    if (found == std::string_view::npos) continue;
    const size_t open = text.find('"', found + mark.size());
    if (open != std::string_view::npos) return text.substr(open + 1, 4 * kShapeBytesMax);
  }
  return text.substr(0, kShapeBytesMax);
}

// The first words in lower case, digits made equal.
uint64_t shape_hash(std::string_view text, uint64_t seed) {
  std::array<char, kShapeBytesMax> shape{};
  size_t size = 0;
  int words = 0;
  for (const char c : text) {
    if (c == ' ' && ++words == kShapeWords) break;
    if (size == shape.size() || c == '"' || c == '\n' || c == '\\') break;
    char kept = c;
    if (c >= '0' && c <= '9') {
      if (size > 0 && shape[size - 1] == '0') continue;
      kept = '0';
    } else if (c >= 'A' && c <= 'Z') {
      kept = static_cast<char>(c - 'A' + 'a');
    }
    shape[size++] = kept;
  }
  return hash_text({shape.data(), size}, seed);
}

}  // namespace

uint64_t hash_text(std::string_view text, uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

Where where_of(const Span& span) {
  Where where{app_of(span), node_of(span), "", span.model, span.category};
  if (!span.prompt_name.empty()) {
    where.prompt_template = span.prompt_name;
    if (!span.prompt_version.empty()) where.prompt_template += " " + span.prompt_version;
    return where;
  }
  const Execution execution(span, Outcome::Unknown);
  where.prompt_template = excerpt(
      execution.instructions().empty() ? std::string_view(span.input) : execution.instructions(),
      kTemplateBytesMax);
  if (where.prompt_template.empty()) where.prompt_template = span.template_hash;
  return where;
}

WhereKey where_key(const Span& span) {
  uint64_t key = 1;
  for (const std::string* text : {&app_of(span), &node_of(span), &span.model, &span.category}) {
    key = hash_text(*text, key);
  }
  WhereKey result{key, 0};
  if (!span.prompt_name.empty()) {
    result.combined = hash_text(span.prompt_version, hash_text(span.prompt_name, key));
  } else if (!span.template_hash.empty()) {
    result.combined = hash_text(span.template_hash, key);
  } else if (!span.system.empty()) {
    result.combined = hash_text(span.system, key);
  } else {
    result.combined = shape_hash(first_text(span), key);
  }
  return result;
}

uint64_t call_key(const Span& span) {
  uint64_t key = hash_text(span.model, 7);
  key = hash_text(span.parameters, key);
  key = hash_text(span.system, key);
  return hash_text(span.input, key);
}

}  // namespace sonde
