// OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics, and the same below Langfuse's path.
#include <protozero/pbf_writer.hpp>

#include "api/routes.h"
#include "base/time.h"
#include "ingest/live_ingest.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

struct Signal {
  LiveFormat protobuf;
  std::string_view rejected;  // The member of partialSuccess.
};

constexpr Signal kTraces = {LiveFormat::OtlpTraces, "rejectedSpans"};
constexpr Signal kLogs = {LiveFormat::OtlpLogs, "rejectedLogRecords"};
constexpr Signal kMetrics = {LiveFormat::OtlpMetrics, "rejectedDataPoints"};

bool is_json(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (!type.empty()) return type.starts_with("application/json") || type.starts_with("text/plain");
  const size_t first = request.body.find_first_not_of(" \t\r\n");
  return first != std::string::npos && request.body[first] == '{';
}

std::string to_json(const LiveReceipt& receipt, const Signal& signal) {
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
  return json.take();
}

// Export...ServiceResponse {1: partial_success {1: how many, 2: why}}; empty when all was accepted.
std::string to_protobuf(const LiveReceipt& receipt) {
  std::string bytes;
  if (receipt.rejected == 0) return bytes;
  std::string part;
  protozero::pbf_writer(part).add_int64(1, static_cast<int64_t>(receipt.rejected));
  protozero::pbf_writer(part).add_string(2, receipt.rejection);
  protozero::pbf_writer(bytes).add_message(1, part);
  return bytes;
}

Result<Response> post(const ApiCall& call, const Signal& signal) {
  const Request& request = call.request;
  const bool is_binary = is_protobuf(request);
  if (!is_binary && !is_json(request)) {
    return error_answer(
        ErrorForm::Otlp, request, 415,
        "the body's Content-Type is neither application/json nor application/x-protobuf");
  }
  const LiveFormat format = is_binary ? signal.protobuf : LiveFormat::OtlpJson;
  const LiveReceipt receipt = TRY(call.services->ingest.accept(
      {call.grant.project, format, request.body, request.id, now_micros()}));
  if (!is_binary) return json_answer(to_json(receipt, signal));
  Response response;
  response.content_type = "application/x-protobuf";
  response.body = to_protobuf(receipt);
  return response;
}

}  // namespace

Result<Response> post_traces(const ApiCall& call) { return post(call, kTraces); }
Result<Response> post_logs(const ApiCall& call) { return post(call, kLogs); }
Result<Response> post_metrics(const ApiCall& call) { return post(call, kMetrics); }

}  // namespace sonde
