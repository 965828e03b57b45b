// Findings as JSON: {id, kind, check, where, support, evidence_ids, patch, effect}.
#include "report/finding_formats.h"
#include "report/json_parts.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

void write_where(JsonWriter& json, const Where& where) {
  json.key("where");
  json.begin_object();
  json.known_field("app", where.app);
  json.known_field("node", where.node);
  json.known_field("category", where.category);
  json.known_field("model", where.model);
  json.known_field("template", where.prompt_template);
  json.end_object();
}

void write_effect(JsonWriter& json, const Effect& effect) {
  json.key("effect");
  json.begin_object();
  json.field("failures_explained", effect.failures_explained);
  json.field("failures_total", effect.failures_total);
  json.field("group_calls", effect.group_calls);
  json.field("group_failures", effect.group_failures);
  if (effect.group_failure_rate) {
    write_interval(json, "group_failure_rate", *effect.group_failure_rate, 1);
  } else {
    json.key("group_failure_rate");
    json.null();
  }
  json.end_object();
}

void write_amount(JsonWriter& json, std::string_view name, const std::optional<Amount>& amount,
                  double unit) {
  json.key(name);
  if (!amount) return json.null();
  json.begin_object();
  json.field("value", amount->value / unit);
  json.key("low");
  amount->low ? json.number(*amount->low / unit) : json.null();
  json.key("high");
  amount->high ? json.number(*amount->high / unit) : json.null();
  json.end_object();
}

void write_side(JsonWriter& json, std::string_view key, std::string_view name, uint64_t calls,
                double value) {
  json.key(key);
  json.begin_object();
  json.field("name", name);
  json.field("calls", calls);
  json.field("value", value);
  json.end_object();
}

void write_association(JsonWriter& json, const AssociationEffect& effect) {
  const Contrast& contrast = effect.contrast;
  json.key("effect");
  json.begin_object();
  json.field("metric", effect.metric);
  json.field("unit", effect.unit);
  json.field("basis", to_string(effect.basis));
  json.key("causal");
  json.boolean(effect.basis == Basis::Counted);
  json.known_field("same_work", effect.strata);
  if (effect.basis != Basis::Counted) {
    write_side(json, "variant", effect.variant, contrast.variant_calls, contrast.variant_value);
    write_side(json, "baseline", effect.baseline, contrast.baseline_calls, contrast.baseline_value);
    json.field("difference", contrast.difference);
    json.field("low", contrast.interval.low);
    json.field("high", contrast.interval.high);
    json.field("method", contrast.interval.method);
    json.field("test", contrast.test);
    json.field("p_value", contrast.p_value);
    json.field("p_adjusted", effect.p_adjusted);
    json.field("margin", effect.margin);
    json.field("needed", effect.needed);
    json.field("strata", contrast.strata);
    json.field("design_effect", contrast.design_effect);
  }
  json.key("saving");
  json.begin_object();
  write_amount(json, "failures", effect.saving.failures, 1);
  write_amount(json, "seconds", effect.saving.seconds, 1);
  write_amount(json, "cost", effect.saving.cost, 1e9);
  json.known_field("currency", effect.saving.currency);
  write_amount(json, "tokens", effect.saving.tokens, 1);
  json.end_object();
  json.end_object();
}

void write_precision(JsonWriter& json, const Precision& precision) {
  json.key("precision");
  if (precision.flagged == 0) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("right", uint64_t{precision.right});
  json.field("flagged", uint64_t{precision.flagged});
  json.field("examples", uint64_t{precision.examples});
  json.end_object();
}

void write_finding(JsonWriter& json, const Finding& finding) {
  json.begin_object();
  json.field("id", finding.id);
  json.field("kind", to_string(finding.check->kind));
  json.field("check", finding.check->id);
  json.field("title", finding.check->title);
  json.known_field("subject", finding.subject);
  write_where(json, finding.where);
  json.field("support", finding.support);
  json.field("silent", finding.silent);
  json.field("evidence_ids", finding.evidence_ids);
  json.field("evidence", finding.evidence);
  json.key("patch");
  json.begin_object();
  json.field("kind", to_string(finding.patch.kind));
  json.field("text", finding.patch.text);
  json.end_object();
  if (finding.association) {
    write_association(json, *finding.association);
  } else {
    write_effect(json, finding.effect);
  }
  write_precision(json, finding.check->precision);
  json.end_object();
}

void write_prompt(JsonWriter& json, const FailedPrompt& prompt) {
  json.begin_object();
  json.known_field("prompt", prompt.prompt);
  write_where(json, prompt.where);
  json.field("count", prompt.count);
  json.key("silent");
  json.boolean(prompt.silent);
  json.field("example_ids", prompt.example_ids);
  json.known_field("cause", prompt.cause == nullptr ? std::string_view() : prompt.cause->id);
  json.known_field("subject", prompt.subject);
  json.known_field("sentence", prompt.sentence);
  json.end_object();
}

void write_check(JsonWriter& json, const CheckStatus& status) {
  json.begin_object();
  json.field("id", status.check->id);
  json.field("kind", to_string(status.check->kind));
  json.field("title", status.check->title);
  json.field("description", status.check->description);
  json.field("needs", status.check->needs_words);
  json.key("applies");
  json.boolean(status.applies);
  write_precision(json, status.check->precision);
  json.end_object();
}

template <class Row>
void write_rows(JsonWriter& json, std::string_view name, const std::vector<Row>& rows,
                void (*write)(JsonWriter&, const Row&)) {
  json.key(name);
  json.begin_array();
  for (const Row& row : rows) write(json, row);
  json.end_array();
}

}  // namespace

std::string findings_json(const OptimizeResult& result, const OptimizeScope& scope,
                          const ReadReport& read) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("level", to_string(scope.level));
  json.field("success", scope.success);
  json.field("time_zone", scope.time_zone);
  json.field("excluded", read.excluded);
  json.field("rejected", read.rejected);
  json.field("filters", scope.filters);
  json.field("records", result.records);
  json.field("succeeded", result.succeeded);
  json.field("failed", result.failed);
  json.field("silent_failures", result.silent_failures);
  json.field("not_counted", result.not_counted);
  json.field("unexplained", result.unexplained);
  json.field("applicability", result.applicability);
  std::vector<Finding> findings = result.findings;
  findings.insert(findings.end(), result.associations.begin(), result.associations.end());
  write_rows(json, "findings", findings, write_finding);
  write_rows(json, "undecided", result.undecided, write_finding);
  json.field("association_tests", uint64_t{result.association_tests});
  write_rows(json, "failed_prompts", result.prompts, write_prompt);
  write_rows(json, "checks", result.checks, write_check);
  json.field("limits", result.notes);
  write_read_report(json, read);
  json.end_object();
  return json.take();
}

}  // namespace sonde
