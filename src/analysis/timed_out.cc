#include <fmt/format.h>

#include "analysis/check.h"
#include "analysis/error_text.h"

namespace sonde {
namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

std::optional<Observation> run(const Execution& execution) {
  if (execution.error_class() != "timeout") return std::nullopt;
  const Span& span = execution.span();
  std::string evidence = quoted_error(span.status_message, "timeout");
  const int64_t seconds = span.duration.value_or(0) / kMicrosecondsPerSecond;
  if (seconds <= 0) {
    return Observation{
        evidence, action_patch("stream the answer, double the client's timeout, and retry once"),
        ""};
  }
  evidence += fmt::format(", after {} s", seconds);
  return Observation{evidence,
                     parameter_patch("timeout", fmt::format("{} s", seconds),
                                     fmt::format("{} s, with the answer streamed", seconds * 2)),
                     ""};
}

}  // namespace

const Check kTimedOut{
    .id = "timed-out",
    .kind = FindingKind::Defect,
    .stage = Stage::Service,
    .per_template = true,
    .title = "timed out",
    .description = "No answer came within the time allowed.",
    .needs = {FieldSet{Field::StatusMessage}, FieldSet{Field::ErrorClass}},
    .needs_words = "error messages",
    .precision = {},
    .run = run,
};

}  // namespace sonde
