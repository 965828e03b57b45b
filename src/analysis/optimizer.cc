#include "analysis/optimizer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "analysis/repeated_call.h"
#include "analysis/suspicion.h"
#include "analysis/tally.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kPromptBytesMax = 160;

struct Seen {
  const Check* check;
  Observation observation;
};

// What the log shows at all, for the sentence about the checks that apply.
void note_fields(const Span& span, FieldSet& seen) {
  const auto note = [&](Field field, bool present) {
    if (present) seen.add(field);
  };
  note(Field::StatusMessage, !span.status_message.empty());
  note(Field::ErrorClass, !span.error_class.empty() && span.error_class != "unknown");
  note(Field::FinishReason, !span.finish_reason.empty());
  note(Field::Refusal, span.refusal.has_value());
  note(Field::Model, !span.model.empty());
  note(Field::Parameters, !span.parameters.empty());
  note(Field::System, !span.system.empty());
  note(Field::Input, !span.input.empty());
  note(Field::Output, !span.output.empty());
  note(Field::InputTokens, span.input_tokens.has_value());
  note(Field::OutputTokens, span.output_tokens.has_value());
  note(Field::PromptVersion, !span.prompt_version.empty());
  note(Field::Cost, span.cost.has_value());
  note(Field::Duration, span.duration.has_value());
  note(Field::StartTime, span.start_time.has_value());
  note(Field::UserId, !span.user_id.empty());
  note(Field::AppName, !span.app_name.empty() || !span.app_id.empty());
  note(Field::Feedback, !span.feedback.empty());
  note(Field::Documents, !span.documents.empty());
  note(Field::CacheReadTokens, span.cache_read_tokens.has_value());
}

std::vector<Seen> run_stage(const Execution& execution, Stage stage) {
  std::vector<Seen> found;
  for (const Check& check : all_checks()) {
    if (check.stage != stage) continue;
    if (auto observation = check.run(execution)) found.push_back({&check, std::move(*observation)});
  }
  return found;
}

std::vector<Seen> examine_failure(const Execution& execution) {
  std::vector<Seen> found = run_stage(execution, Stage::Service);
  if (!found.empty()) return found;
  found = run_stage(execution, Stage::Answer);
  std::ranges::move(run_stage(execution, Stage::Prompt), std::back_inserter(found));
  if (found.empty()) found = run_stage(execution, Stage::Hint);
  std::ranges::sort(found, {}, [](const Seen& seen) { return seen.check; });
  return found;
}

// Why nothing was found, so that the reader knows what to log.
std::string_view silence_of(const Span& span) {
  const bool has_error = !span.status_message.empty();
  const bool has_answer = !span.output.empty();
  if (has_error) return "no cause visible: no check knows this error";
  if (has_answer)
    return "no cause visible: the log has an answer but no error, and no check found a fault";
  if (span.input.empty() && span.system.empty()) {
    return "no cause visible: the log has neither prompt, error nor answer";
  }
  return "no cause visible: the log has neither error nor answer";
}

std::string prompt_line(const Execution& execution) {
  const std::string& user = execution.user();
  return excerpt(user.empty() ? execution.prompt() : user, kPromptBytesMax);
}

// The size of a prompt without reading it: the histogram sees every record.
uint64_t quick_tokens(const Span& span) {
  if (span.input_tokens && *span.input_tokens > 0) return static_cast<uint64_t>(*span.input_tokens);
  return (span.system.size() + span.input.size()) / 4;
}

void count_call(BoundedMap<CallTally>& tallies, uint64_t key, bool failed) {
  CallTally* tally = tallies.get(key);
  if (tally == nullptr) return;
  ++tally->calls;
  tally->failures += failed ? 1 : 0;
}

// Counts what one record shows; the first is its primary cause.
void add_findings(const std::vector<Seen>& found, const WhereKey& key, const Where& where,
                  const Example& example, bool silent, size_t evidence_max,
                  BoundedMap<FindingGroup>& findings) {
  for (size_t i = 0; i < found.size(); ++i) {
    const Check& check = *found[i].check;
    const Observation& seen = found[i].observation;
    FindingGroup* group = findings.get(finding_key(check, seen.subject, key));
    if (group == nullptr) continue;
    group->check = &check;
    group->subject = seen.subject;
    group->tally_key = check.per_template ? key.combined : key.place;
    ++group->support;
    group->silent += silent ? 1 : 0;
    group->explained += i == 0 ? 1 : 0;
    if (!group->examples.add(example, evidence_max)) continue;
    group->where = where;
    if (!check.per_template) group->where.prompt_template.clear();
    group->evidence = seen.evidence;
    group->patch = seen.patch;
  }
}

// Counts the record among the lines of failed prompts. Groups without a cause hold one call each:
// finish() may still learn that it was repeated or far larger than the others.
void add_prompt(const std::vector<Seen>& found, const Execution& execution, const WhereKey& key,
                const Where& where, const Example& example, bool silent, uint64_t call,
                size_t evidence_max, BoundedMap<PromptGroup>& prompts) {
  const Check* cause = found.empty() ? nullptr : found.front().check;
  const std::string subject = found.empty() ? "" : found.front().observation.subject;
  const uint64_t group_key =
      cause == nullptr ? hash_text("none", call ^ key.combined)
                       : hash_text(silent ? "silent" : "failed",
                                   hash_text(subject, hash_text(cause->id, key.combined)));
  PromptGroup* group = prompts.get(group_key);
  if (group == nullptr) return;
  ++group->count;
  group->cause = cause;
  group->subject = subject;
  group->silent = silent;
  group->key = key;
  group->call = call;
  if (!group->examples.add(example, evidence_max)) return;
  group->where = where;
  group->prompt = prompt_line(execution);
  group->tokens = execution.has_wording() ? execution.prompt_tokens() : 0;
  group->sentence = found.empty() ? std::string(silence_of(execution.span()))
                                  : found.front().observation.evidence;
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options) : state_(std::make_unique<State>(options)) {}
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;
Optimizer::~Optimizer() = default;

void Optimizer::add(const Span& span, Outcome outcome) {
  State& state = *state_;
  ++state.totals.records;
  note_fields(span, state.seen);
  if (outcome != Outcome::Ok && outcome != Outcome::Failed) {
    ++state.totals.not_counted;
    return;
  }
  const bool failed = outcome == Outcome::Failed;
  ++(failed ? state.totals.failed : state.totals.succeeded);
  state.sizes.add(quick_tokens(span));

  const Execution execution(span, outcome);
  const bool has_prompt = !span.input.empty() || !span.system.empty();
  const uint64_t call = call_key(span);
  if (Repeats* repeats = has_prompt ? state.calls.get(call) : nullptr) {
    ++repeats->calls;
    repeats->failures += failed && !is_transient(execution.error_class()) ? 1 : 0;
  }
  std::vector<Seen> found;
  if (failed) {
    found = examine_failure(execution);
  } else if (may_be_silent_failure(span)) {
    found = run_stage(execution, Stage::Answer);
  }
  const bool silent = !failed && !found.empty();
  const bool invalid_json = std::ranges::any_of(
      found, [](const Seen& seen) { return seen.check->id == kInvalidJson.id; });
  const WhereKey key = where_key(span);
  state.collector.add(execution, call, {failed, silent, invalid_json, key});
  count_call(state.tallies, key.place, failed || silent);
  count_call(state.tallies, key.combined, failed || silent);
  if (!failed && !silent) return;

  state.totals.silent_failures += silent ? 1 : 0;
  const Example example = example_of(span);
  const Where where = where_of(span);
  add_findings(found, key, where, example, silent, state.options.evidence_max, state.findings);
  add_prompt(found, execution, key, where, example, silent, has_prompt ? call : 0,
             state.options.evidence_max, state.prompts);
}

void Optimizer::note(const Span& span) {
  state_->collector.note(span);
  if (!span.feedback.empty()) state_->seen.add(Field::Feedback);
  if (!span.documents.empty()) state_->seen.add(Field::Documents);
}

void Optimizer::merge(Optimizer&& other) {
  State& mine = *state_;
  State& theirs = *other.state_;
  // The calls of the associations are half of the work, and nothing else touches them.
  const auto policy =
      mine.options.associations.threads > 1 ? std::launch::async : std::launch::deferred;
  const auto calls = std::async(policy, [&] { mine.collector.merge(std::move(theirs.collector)); });
  mine.totals.records += theirs.totals.records;
  mine.totals.succeeded += theirs.totals.succeeded;
  mine.totals.failed += theirs.totals.failed;
  mine.totals.silent_failures += theirs.totals.silent_failures;
  mine.totals.not_counted += theirs.totals.not_counted;
  mine.seen.add(theirs.seen);
  mine.sizes.merge(theirs.sizes);
  mine.tallies.merge(std::move(theirs.tallies), [](CallTally& a, CallTally&& b) {
    a.calls += b.calls;
    a.failures += b.failures;
  });
  mine.calls.merge(std::move(theirs.calls), [](Repeats& a, Repeats&& b) {
    a.calls += b.calls;
    a.failures += b.failures;
  });
  const size_t evidence_max = mine.options.evidence_max;
  mine.findings.merge(std::move(theirs.findings), [&](FindingGroup& a, FindingGroup&& b) {
    join(a, std::move(b), evidence_max);
  });
  mine.prompts.merge(std::move(theirs.prompts),
                     [&](PromptGroup& a, PromptGroup&& b) { join(a, std::move(b), evidence_max); });
  calls.wait();
}

FieldSet Optimizer::fields() {
  FieldSet fields{Field::TraceId,     Field::SpanId,       Field::MessageId,
                  Field::RunId,       Field::Kind,         Field::Name,
                  Field::Duration,    Field::Status,       Field::StatusMessage,
                  Field::ErrorClass,  Field::FinishReason, Field::Refusal,
                  Field::Model,       Field::Parameters,   Field::Tools,
                  Field::System,      Field::Input,        Field::Output,
                  Field::InputTokens, Field::OutputTokens, Field::ReasoningTokens,
                  Field::AppId,       Field::AppName,      Field::NodeId,
                  Field::Category,    Field::PromptName,   Field::PromptVersion,
                  Field::TemplateHash};
  fields.add(CallCollector::fields());
  return fields;
}

}  // namespace sonde
