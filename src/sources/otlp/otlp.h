// OpenTelemetry's OTLP/JSON: one export request a document ({"resourceSpans"}, {"resourceLogs"} or
// {"resourceMetrics"}). Spans come out raw: their vocabulary is in Span::attributes, for the
// dialects to read. Attribute values are text, arrays and maps JSON. Additions (those without
// content only with Field::Attributes):
//
//   resource.<key>             a resource attribute, but those that name the service and its
//   environment keep their plain key; event.<name>.[<n>.]<key>   a member of a span event or of a
//   log record of the same span; the
//                              first event of a name has no number, later ones 1, 2, ...
//                              event.<name>.time is when the first one happened (microseconds).
//   link.<n>.<key>             trace_id, span_id or attribute of the n-th link, from 0
//   otel.scope.name, .version  the instrumentation scope
//
// Spec: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
#pragma once

#include "sources/source.h"

namespace sonde {

extern const Source kOtlp;

}  // namespace sonde
