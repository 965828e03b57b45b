#include <fmt/format.h>

#include "analysis/check.h"
#include "analysis/error_text.h"

namespace sonde {
namespace {

constexpr int64_t kDefaultWaitSeconds = 20;

std::optional<Observation> run(const Execution& execution) {
  if (execution.error_class() != "rate_limit") return std::nullopt;
  const std::string_view message = execution.span().status_message;
  const std::optional<int64_t> wait = retry_after_seconds(message);
  const std::string patch =
      fmt::format("retry after {} s with exponential backoff and jitter, at most 5 times{}",
                  wait.value_or(kDefaultWaitSeconds),
                  wait ? " (the wait the provider named)" : "; spread the calls of a batch");
  return Observation{quoted_error(message, "rate_limit"), action_patch(patch), ""};
}

}  // namespace

const Check kRateLimited{
    .id = "rate-limited",
    .kind = FindingKind::Defect,
    .stage = Stage::Service,
    .per_template = false,
    .title = "rate limited",
    .description = "The provider refused the call: too many requests or tokens in a short time.",
    .needs = {FieldSet{Field::StatusMessage}, FieldSet{Field::ErrorClass}},
    .needs_words = "error messages",
    .precision = {},
    .run = run,
};

}  // namespace sonde
