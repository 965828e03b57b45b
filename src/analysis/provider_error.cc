// Errors that no wording of the prompt mends: said honestly, with what to do outside the prompt.
#include <algorithm>

#include "analysis/check.h"
#include "analysis/error_text.h"

namespace sonde {
namespace {

struct Advice {
  std::string_view error_class;
  std::string_view action;
};

constexpr std::array kAdvice = {
    Advice{"authentication",
           "no prompt change helps: renew the API key or its permissions, and test "
           "the provider's credentials"},
    Advice{"connection",
           "no prompt change helps: retry after 2 s with backoff, and check the network, "
           "proxy and base URL"},
    Advice{"content_filter",
           "find the passage that the filter names and reword or remove it; where it "
           "is a false alarm, ask the provider for another filter level"},
    Advice{"invalid_request",
           "change the parameter or message that the error names, then send the "
           "call again"},
    Advice{"model_not_found",
           "no prompt change helps: set a model or deployment name that this "
           "account can call"},
    Advice{"other",
           "no rule knows this error: read its text, and retry once to see whether it stays"},
    Advice{"overloaded",
           "no prompt change helps: retry after 20 s with backoff, and name a fallback "
           "model"},
    Advice{"quota", "no prompt change helps: add credit or raise the account's limit"},
    Advice{"server_error", "no prompt change helps: retry after 2 s with backoff, at most 3 times"},
    Advice{"tool_error", "mend the tool: run it alone with the arguments of the failed call"},
};

std::optional<Observation> run(const Execution& execution) {
  const Span& span = execution.span();
  std::string_view error_class = execution.error_class();
  if (error_class.empty() && span.finish_reason == "content_filter") error_class = "content_filter";
  const auto advice = std::find_if(kAdvice.begin(), kAdvice.end(), [&](const Advice& row) {
    return row.error_class == error_class;
  });
  if (advice == kAdvice.end()) return std::nullopt;
  std::string evidence = quoted_error(span.status_message, error_class);
  if (span.finish_reason == "content_filter" && span.status_message.empty()) {
    evidence = "finish reason content_filter";
  }
  return Observation{evidence, action_patch(std::string(advice->action)), std::string(error_class)};
}

}  // namespace

const Check kProviderError{
    .id = "provider-error",
    .kind = FindingKind::Defect,
    .stage = Stage::Service,
    .per_template = false,
    .title = "error outside the prompt",
    .description = "Credentials, quota, connection, server, filter, tool: no wording mends it.",
    .needs = {FieldSet{Field::StatusMessage}, FieldSet{Field::ErrorClass}},
    .needs_words = "error messages",
    .precision = {},
    .run = run,
};

}  // namespace sonde
