// Langfuse's public API, as far as its SDKs and Dify send events by it.
#include "api/routes.h"
#include "base/time.h"
#include "ingest/live_ingest.h"
#include "report/json_writer.h"

namespace sonde {
namespace {

constexpr uint64_t kCreated = 201;
constexpr uint64_t kInvalid = 400;
constexpr unsigned kMultiStatus = 207;

std::string to_json(const std::vector<LangfuseEvent>& events) {
  JsonWriter json;
  json.begin_object();
  json.key("successes");
  json.begin_array();
  for (const LangfuseEvent& event : events) {
    if (!event.error.empty()) continue;
    json.begin_object();
    json.field("id", event.id);
    json.field("status", kCreated);
    json.end_object();
  }
  json.end_array();
  json.key("errors");
  json.begin_array();
  for (const LangfuseEvent& event : events) {
    if (event.error.empty()) continue;
    json.begin_object();
    json.field("id", event.id);
    json.field("status", kInvalid);
    json.field("message", std::string_view("Invalid request data"));
    json.field("error", event.error);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace

// POST /api/public/ingestion: durable when it is answered, with a status for each event.
Result<Response> post_ingestion(const ApiCall& call) {
  const Request& request = call.request;
  const LiveReceipt receipt = TRY(call.services->ingest.accept(
      {call.grant.project, LiveFormat::LangfuseBatch, request.body, request.id, now_micros()}));
  return json_answer(to_json(receipt.events), kMultiStatus);
}

// GET /api/public/projects: the key's own. Clients validate keys with it, strictly.
Result<Response> get_projects(const ApiCall& call) {
  JsonWriter json;
  json.begin_object();
  json.key("data");
  json.begin_array();
  json.begin_object();
  json.field("id", call.grant.project);
  json.field("name", call.grant.project);
  json.key("organization");
  json.begin_object();
  json.field("id", std::string_view("sonde"));
  json.field("name", std::string_view("Sonde"));
  json.end_object();
  json.key("metadata");
  json.begin_object();
  json.end_object();
  json.end_object();
  json.end_array();
  json.end_object();
  return json_answer(json.take());
}

}  // namespace sonde
