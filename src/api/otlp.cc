// OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics, and the same below Langfuse's path.
#include "api/routes.h"
#include "base/time.h"
#include "ingest/live_ingest.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

struct Signal {
  std::string_view rejected;  // The member of partialSuccess.
};

constexpr Signal kTraces = {"rejectedSpans"};
constexpr Signal kLogs = {"rejectedLogRecords"};
constexpr Signal kMetrics = {"rejectedDataPoints"};

bool is_json(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (!type.empty()) return type.starts_with("application/json") || type.starts_with("text/plain");
  const size_t first = request.body.find_first_not_of(" \t\r\n");
  return first != std::string::npos && request.body[first] == '{';
}

Response success(const LiveReceipt& receipt, const Signal& signal) {
  JsonWriter json;
  json.begin_object();
  json.key("partialSuccess");
  json.begin_object();
  if (receipt.rejected > 0) {
    json.field(signal.rejected, std::to_string(receipt.rejected));  // 64 bits are text in OTLP.
    json.field("errorMessage", receipt.rejection);
  }
  json.end_object();
  json.end_object();
  return json_answer(json.take());
}

Result<Response> post(const ApiCall& call, const Signal& signal) {
  const Request& request = call.request;
  if (!is_json(request)) {
    return error_answer(ErrorForm::Otlp, request, 415,
                        "the body's Content-Type is not application/json");
  }
  const LiveReceipt receipt = TRY(call.services->ingest.accept(
      {call.grant.project, LiveFormat::OtlpJson, request.body, request.id, now_micros()}));
  return success(receipt, signal);
}

}  // namespace

Result<Response> post_traces(const ApiCall& call) { return post(call, kTraces); }
Result<Response> post_logs(const ApiCall& call) { return post(call, kLogs); }
Result<Response> post_metrics(const ApiCall& call) { return post(call, kMetrics); }

}  // namespace sonde
