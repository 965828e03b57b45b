#include "sources/dify/call_totals.h"

#include <set>

namespace sonde::dify {
namespace {

void add(std::optional<int64_t>& sum, std::optional<int64_t> value) {
  if (value) sum = sum.value_or(0) + *value;
}

std::string join(const std::set<std::string_view>& names) {
  std::string joined;
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    joined += joined.empty() ? "" : ", ";
    joined += name;
  }
  return joined;
}

void apply(const CallTotals& totals, Span& span) {
  if (totals.calls == 0) return;
  span.model = totals.model;
  span.provider = totals.provider;
  if (totals.input_tokens || totals.output_tokens) {
    span.input_tokens = totals.input_tokens;
    span.output_tokens = totals.output_tokens;
  }
  if (totals.total_tokens) span.total_tokens = totals.total_tokens;
  if (totals.cost && totals.one_currency) {
    span.cost = totals.cost;
    span.currency = totals.currency;
    span.cost_origin = "reported";
  } else if (!totals.one_currency) {
    span.cost.reset();
    span.currency.clear();
    span.cost_origin.clear();
  }
}

}  // namespace

CallTotals add_up_calls(const std::vector<Row*>& nodes) {
  CallTotals totals;
  std::set<std::string_view> models;
  std::set<std::string_view> providers;
  size_t answers = 0;
  for (const Row* const node : nodes) {
    const Span& span = node->span;
    if (span.node_type == "question-classifier" && totals.category.empty()) {
      totals.category = span.category;
    }
    if ((span.levels & bit(Level::Call)) == 0) continue;
    ++totals.calls;
    models.insert(span.model);
    providers.insert(span.provider);
    add(totals.input_tokens, span.input_tokens);
    add(totals.output_tokens, span.output_tokens);
    add(totals.total_tokens, span.total_tokens);
    if (span.cost) {
      if (totals.cost && totals.currency != span.currency) totals.one_currency = false;
      totals.currency = span.currency;
      add(totals.cost, span.cost);
    }
    if (span.node_type == "llm" && !node->retried) {
      ++answers;
      totals.only = &span;
    }
  }
  if (answers != 1) totals.only = nullptr;
  totals.model = join(models);
  totals.provider = join(providers);
  return totals;
}

void apply_to_message(const CallTotals& totals, Span& message) {
  apply(totals, message);
  if (totals.only == nullptr) return;
  const Span& call = *totals.only;
  message.finish_reason = call.finish_reason;
  message.parameters = call.parameters;
  if (!message.time_to_first_token) message.time_to_first_token = call.time_to_first_token;
  if (call.input.empty()) return;
  message.input = call.input;
  message.input_form = call.input_form;
  message.content_truncated |= call.content_truncated;
}

void apply_to_run(const CallTotals& totals, Span& run) { apply(totals, run); }

}  // namespace sonde::dify
