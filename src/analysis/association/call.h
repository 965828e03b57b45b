// The calls of a log as the associations see them: identities as hashes, figures as numbers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/span.h"
#include "templates/template_finder.h"

namespace sonde {

inline constexpr uint32_t kNoTemplate = UINT32_MAX;

// A user's message and its answer that stand in a prompt; see chat_examples.h.
struct ChatPair {
  uint64_t exchange = 0;  // Hash of both texts.
  uint64_t user = 0;      // Of the user's.
  uint32_t tokens = 0;    // Estimated.
};

// One row a call. Hashes are 0 where the log does not say; CallTable::name() gives their texts.
struct Call {
  std::string id;  // For `sonde show`.
  Location location;

  uint64_t app = 0;
  uint64_t place = 0;  // App and node.
  uint64_t category = 0;
  uint64_t model = 0;
  uint64_t provider = 0;
  uint64_t user = 0;
  uint64_t session = 0;
  uint64_t trace = 0;
  uint64_t prompt_name = 0;
  uint64_t prompt_version = 0;
  uint64_t parameters = 0;  // Of the whole set; see CallTable::parameters.
  uint64_t call = 0;        // Prompt, model and parameters: the same call made again has the same.
  uint64_t prompt = 0;      // System prompt and input.
  uint64_t question = 0;    // The last user message, whatever stands around it.
  uint64_t answer = 0;
  uint64_t group_of_place = 0;  // The groups that findings are counted in; WhereKey.
  uint64_t group_of_template = 0;
  uint32_t prompt_template = kNoTemplate;  // Index into CallTable::templates.

  std::optional<int64_t> start_time;  // Microseconds since the epoch.
  std::optional<int64_t> duration;    // Microseconds.
  std::optional<int64_t> input_tokens;
  std::optional<int64_t> output_tokens;
  std::optional<int64_t> cache_read_tokens;
  std::optional<int64_t> cost;  // Billionths of the currency.
  uint64_t currency = 0;
  uint64_t prompt_tokens = 0;  // As reported, else estimated; 0 without a prompt.

  bool failed = false;  // By the user's definition of success, or silently.
  bool silent = false;
  std::string_view error_class;  // Static text of model/error_class.h; empty without an error.
  int8_t feedback = 0;           // 1 like, -1 dislike.
  bool asks_for_json = false;
  bool json_mode = false;
  bool invalid_json = false;

  uint32_t documents = UINT32_MAX;  // Index into CallTable::documents; kNotRetrieved.
  uint32_t examples = 0;            // Worked examples in the prompt.
  uint32_t example_tokens = 0;
  std::vector<ChatPair> pairs;  // At the front of the prompt, until examples are told from history.
  uint64_t exchange = 0;        // Question and answer, as ChatPair has it.
  uint32_t repeated_example_tokens = 0;  // Of examples that stand in the prompt before already.

  int64_t end_time() const { return *start_time + duration.value_or(0); }
};

inline constexpr uint32_t kNotRetrieved = UINT32_MAX;

struct ParameterValue {
  std::string name;   // As the log spells it, nested objects with a dot.
  std::string value;  // JSON.
  std::optional<double> number;
};

// A long prompt, whole up to a bound; see call_collector.h.
struct LongPrompt {
  uint64_t hash = 0;
  std::string text;
};

struct CallTable {
  std::vector<Call> calls;  // By file and byte.
  std::vector<PromptTemplate> templates;
  std::vector<std::vector<uint64_t>> documents;  // Distinct lists; an empty one found nothing.
  boost::unordered_flat_map<uint64_t, std::string> names;
  boost::unordered_flat_map<uint64_t, std::vector<ParameterValue>> parameters;
  std::vector<std::vector<LongPrompt>> long_prompts;  // Of each template; by hash.
  double share = 1;  // Of the log's calls that are here; below 1 they are a sample.

  // Empty for 0 and for unknown hashes.
  std::string_view name(uint64_t hash) const {
    const auto found = names.find(hash);
    return found == names.end() ? std::string_view() : std::string_view(found->second);
  }
};

}  // namespace sonde
