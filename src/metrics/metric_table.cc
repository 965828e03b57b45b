#include "metrics/metric_table.h"

namespace sonde {
namespace {

constexpr Metric kMetrics[] = {
    {"count", "calls", "", "records at the stated level", "debugger runs, unless asked for"},
    {"success_rate", "success", "share", "ok / (ok + error), as --success defines ok",
     "cancelled, pending and unknown outcomes"},
    {"success_interval", "95 % interval", "share",
     "Wilson score interval with corrected ends; with an effective sample size where calls come in "
     "sessions or bursts; \"too few\" below what supports it",
     "cancelled, pending and unknown outcomes"},
    {"errors", "errors", "", "failed records by error class", ""},
    {"latency_ms.mean", "mean", "ms", "sum of response times / their number",
     "records without a response time"},
    {"latency_ms.p50", "p50", "ms",
     "median by linear interpolation between order statistics (numpy's default); exact up to a "
     "stated number of values a group, then within 0.2 %",
     "records without a response time"},
    {"latency_ms.p95", "p95", "ms", "95th percentile, likewise", "records without a response time"},
    {"latency_ms.p99", "p99", "ms",
     "99th percentile, likewise; not shown below the equivalent of 100 independent records",
     "records without a response time"},
    {"ttft_ms.p50", "ttft p50", "ms", "median time to first token",
     "records without a time to first token"},
    {"ttft_ms.p95", "ttft p95", "ms", "95th percentile of the time to first token",
     "records without a time to first token"},
    {"input_tokens", "tokens in", "tokens", "sum of input tokens, cached ones included",
     "records without a token count"},
    {"output_tokens", "tokens out", "tokens", "sum of output tokens, reasoning included",
     "records without a token count"},
    {"cost", "cost", "currency", "sum of costs, one sum a currency", "records without a cost"},
    {"cost_coverage", "cost known", "share", "records with a cost / all records", ""},
    {"models", "models", "", "models that answered, most used first", "records without a model"},
};

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

}  // namespace sonde
