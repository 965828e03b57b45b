// OpenTelemetry's OTLP as protobuf: the body of ExportTraceServiceRequest, ExportLogsServiceRequest
// or ExportMetricsServiceRequest. The spans are those that the same request gives as OTLP/JSON
// (otlp.h): raw, with their vocabulary in Span::attributes for the dialects to read.
//
// Spec: https://github.com/open-telemetry/opentelemetry-proto
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sources/source.h"

namespace sonde {

enum class OtlpSignal : uint8_t { Traces, Logs, Metrics };

// Which request the bytes are, judged by the first span, log record or metric in them; null when
// they are none, or hold nothing to judge by (an empty request is valid for every signal).
std::optional<OtlpSignal> detect_otlp_protobuf(std::string_view bytes);

// Emits the raw spans of a request to context.sink; thread-safe, with a context for each thread.
//
// A span, log record or attribute that is malformed or not UTF-8 costs the span or record it is in,
// and nothing else: it is counted in context.rejected, and the first of them is described in
// context.rejection. Unknown fields are skipped. Values nested more than 64 deep are cut to null.
// Log records and metrics are treated as in OTLP/JSON.
//
// Fails with InvalidInput when the bytes that hold spans together are malformed; the message names
// what is wrong and the byte (from 0) where the broken part begins. Nothing is emitted then.
Result<> read_otlp_protobuf(std::string_view bytes, OtlpSignal signal, ReadContext& context);

}  // namespace sonde
