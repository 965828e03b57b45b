// One execution as the checks see it: the span, and the texts made from it once, when first asked
// for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/message.h"
#include "model/outcome.h"
#include "model/span.h"

namespace sonde {

// The request parameters that checks ask for.
struct Parameters {
  std::string max_tokens_name;  // As the log spells it; empty when unset.
  std::optional<int64_t> max_tokens;
  bool json_mode = false;  // response_format or its like asks for JSON.
};

// How often the same call was made in the log, and failed for a reason of its own.
struct Repeats {
  uint64_t calls = 0;
  uint64_t failures = 0;
};

// What the log as a whole says about prompt sizes.
struct PromptSizes {
  uint64_t tokens_median = 0;  // 0 while unknown.
};

// Not thread-safe: texts are prepared on first use. Borrows the span, which must outlive it.
class Execution {
 public:
  Execution(const Span& span, Outcome outcome, Repeats repeats = {}, PromptSizes sizes = {});

  const Span& span() const { return span_; }
  Outcome outcome() const { return outcome_; }
  const Repeats& repeats() const { return repeats_; }
  const PromptSizes& prompt_sizes() const { return sizes_; }

  const std::vector<Message>& messages() const;
  const std::string& system() const;  // System and developer messages.
  const std::string& user() const;    // The last user message.
  const std::string& prompt() const;  // All messages.
  const std::string& answer() const;
  bool has_tool_calls() const;
  const Parameters& parameters() const;
  std::string_view error_class() const;  // Empty when there was no error.

  // Whether the prompt's wording can be judged: a call of a model (or a span of unknown kind) whose
  // prompt is in the log as text or messages.
  bool has_wording() const;
  // The text that instructs: the system prompt when there is one, else the user's; and its name.
  const std::string& instructions() const;
  std::string_view instructions_name() const;
  uint64_t prompt_tokens() const;  // As reported, else estimated.

 private:
  void read_answer() const;

  const Span& span_;
  Outcome outcome_;
  Repeats repeats_;
  PromptSizes sizes_;
  mutable std::optional<std::vector<Message>> messages_;
  mutable std::optional<std::string> system_;
  mutable std::optional<std::string> user_;
  mutable std::optional<std::string> prompt_;
  mutable std::optional<std::string> answer_;
  mutable bool has_tool_calls_ = false;
  mutable std::optional<Parameters> parameters_;
  mutable std::optional<uint64_t> tokens_;
};

// Reads the parameters' JSON; anything unreadable counts as unset.
Parameters parse_parameters(std::string_view json);

}  // namespace sonde
