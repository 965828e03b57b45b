// What a workflow's model calls add up to: shown at its message and its run, which make no call of
// their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sources/dify/row.h"

namespace sonde::dify {

struct CallTotals {
  size_t calls = 0;
  std::optional<int64_t> input_tokens;  // Over the calls that tell them.
  std::optional<int64_t> output_tokens;
  std::optional<int64_t> total_tokens;
  std::optional<int64_t> cost;  // Null also when the calls were billed in several currencies.
  bool one_currency = true;
  std::string currency;
  std::string model;           // "a" or "a, b": distinct, sorted.
  std::string provider;        // Likewise.
  const Span* only = nullptr;  // The LLM node, when exactly one answered.
  std::string category;        // The class that a question classifier chose.
};

// `nodes` in the order of execution. The result points into them.
CallTotals add_up_calls(const std::vector<Row*>& nodes);

// Figures of the calls replace the span's own; those stay where no call was read.
void apply_to_message(const CallTotals& totals, Span& message);
void apply_to_run(const CallTotals& totals, Span& run);

}  // namespace sonde::dify
